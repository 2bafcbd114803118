package state

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/internal/memory"
)

// Ref names the connection of a request: one that is open, or params for one
// that is opened for this request alone.
type Ref struct {
	ID           string
	Params       *grpcops.ConnectionParams
	TLS          *grpcops.TLSSettings // of the request, over those of Params
	WaitForReady *bool                // likewise
}

// lease is a request's use of a connection.
type lease struct {
	state    *State
	held     *connection               // nil if the connection is the request's own
	params   *grpcops.ConnectionParams // of a connection of its own
	ownTLS   bool                      // params have the TLS settings of the request
	metadata grpcops.Metadata
	timeout  time.Duration
	reply    memory.Reply      // of a unary call
	text     json.RawMessage   // the reply's, whose memory is used again once it is queued
	gathers  *memory.Gathering // of a process… call; nil in others
}

// lease takes the use of a connection; leave gives it back. s.mu must not be held.
func (s *State) lease(ref Ref) (*lease, error) {
	if ref.Params != nil {
		p := *ref.Params
		if ref.TLS != nil {
			p.TLS = ref.TLS
		}
		if ref.WaitForReady != nil {
			p.WaitForReady = ref.WaitForReady
		}
		return &lease{state: s, params: &p, ownTLS: ref.TLS != nil, metadata: p.Metadata.Metadata, timeout: p.Timeout()}, nil
	}
	if ref.TLS != nil {
		return nil, &grpcops.ParamError{Param: "tls", Message: fmt.Sprintf("tls is for connection params; connection %q is open already, so give tls to openConnection", ref.ID)}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.use(ref.ID)
	if err != nil {
		return nil, err
	}
	return &lease{state: s, held: c, metadata: c.metadata, timeout: c.timeout}, nil
}

// conn waits for the connection that is held, or makes one, which the caller closes.
func (l *lease) conn(ctx context.Context) (*grpcops.Conn, error) {
	if l.held == nil {
		ctx, cancel := l.state.deadline(ctx, l.params.ConnectTimeout())
		defer cancel()
		conn, err := l.state.env.Dial(ctx, *l.params)
		return conn, l.inConnection(err)
	}
	conn, err := l.held.ready(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = grpcops.NotInTime(fmt.Sprintf("connection %q is still being opened: %v", l.held.id, err))
	}
	return conn, err
}

// inConnection places what is wrong with params of the lease's own in the request's
// "connection". The request's TLS settings stand beside that.
func (l *lease) inConnection(err error) error {
	var wrong *grpcops.ParamError
	if !errors.As(err, &wrong) || l.ownTLS && wrong.Param == "tls" {
		return err
	}
	const param = "connection"
	inside := *wrong // that of a schema belongs to all who have it
	inside.Path = param + "." + cmp.Or(wrong.Path, wrong.Param)
	inside.Param = param
	return &inside
}

// leave ends the use of a connection that is held, and what was set aside for the
// answer, which is queued.
func (l *lease) leave() {
	l.reply.Release()
	l.state.env.Buffers.Free(l.text)
	if l.gathers != nil {
		l.gathers.End()
	}
	if l.held != nil {
		l.held.leave()
	}
}
