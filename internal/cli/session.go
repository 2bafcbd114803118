package cli

import (
	"context"
	"math"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/grpcline/grpcline/internal/process"
)

// session is a worker with one connection, for a word that has an ADDRESS.
type session struct {
	*worker
	address    string
	connection string    // its id
	deadline   time.Time // of all of it; zero if there is none
	waiting    *waiting  // for the server
	end        func()
}

// demoScheme is that of the address of the demo server.
const demoScheme = "demo:"

// openSession connects to address. lazily leaves connecting to the first request that
// needs the server.
func openSession(ctx context.Context, cmd *cobra.Command, c *common, f *targetFlags, address string, lazily bool) (*session, error) {
	params, err := f.params(cmd, address)
	if err != nil {
		return nil, err
	}
	log, closeLog, err := c.openLog()
	if err != nil {
		return nil, err
	}
	env, stopDemo := c.env(c.demo || strings.HasPrefix(address, demoScheme))
	options := defaultOptions()
	options.Log = log
	s := &session{worker: startWorker(env, options), address: address}
	s.end = func() {
		s.waiting.stop()
		s.close()
		stopDemo()
		closeLog()
	}
	if f.timeout.Duration > 0 {
		s.deadline = time.Now().Add(f.timeout.Duration)
		if !f.connectTimeout.given || f.connectTimeout.Duration > f.timeout.Duration {
			params.ConnectTimeoutMs = params.TimeoutMs
		}
	}
	if lazily {
		params.Lazy = &lazily
	}
	s.waiting = startWaiting("connecting to " + address)
	var opened struct {
		ConnectionID string `json:"connectionId"`
	}
	if err := s.request(ctx, "openConnection", params, &opened); err != nil {
		s.end()
		return nil, err
	}
	s.connection = opened.ConnectionID
	s.waiting.stop()
	s.waiting = startWaiting("waiting for " + address)
	return s, nil
}

// left is how long the session may still take, in milliseconds; nil if it has no bound.
func (s *session) left() *int {
	if s.deadline.IsZero() {
		return nil
	}
	ms := max(1, int(math.Ceil(float64(time.Until(s.deadline))/float64(time.Millisecond))))
	return &ms
}

// interruptible is the context of a word: it ends with a signal, or when nobody reads
// the output any more, and its cause says which.
func interruptible(ctx context.Context) (context.Context, context.CancelCauseFunc) {
	word, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	context.AfterFunc(ctx, func() { cancel(errInterrupted) })
	gone := make(chan struct{})
	go process.WatchHost(gone) // ends with the process
	go func() {
		select {
		case <-gone:
			cancel(errReaderGone)
		case <-word.Done():
		}
	}()
	return word, cancel
}

// withSession runs a word that has an ADDRESS, the first of args.
func withSession(cmd *cobra.Command, c *common, f *targetFlags, args []string, lazily bool, run func(ctx context.Context, s *session) error) error {
	ctx, cancel := interruptible(cmd.Context())
	defer cancel(nil)
	s, err := openSession(ctx, cmd, c, f, args[0], lazily)
	if err != nil {
		return err
	}
	defer s.end()
	return run(ctx, s)
}
