package state

import (
	"context"
	"sync"
	"time"

	"github.com/grpcline/grpcline/grpcops"
)

// server is a server by its handle, from when its start was read until it is
// stopped. The streams that it owns are the calls accepted from it.
type server struct {
	owner
	address  string // as it was given
	since    time.Time
	arrivals *arrivals
	push     *Push          // nil if calls are asked for
	work     sync.WaitGroup // what pushes calls, and what stops the server

	opened  chan struct{}   // closed when the start has ended
	serving *grpcops.Server // nil if it failed; set before opened is closed
	err     error           // why it failed

	// Guarded by State.mu.
	stopping bool   // a stopServer was read
	accepts  int    // acceptCall requests that are not answered
	pushed   int    // calls that were pushed
	counts   bool   // against the limit
	order    uint64 // of starting
}

func (sv *server) isVacant() bool { return sv.stopping }
func (sv *server) counted() *bool { return &sv.counts }

// ServerOptions are those of startServer.
type ServerOptions struct {
	ServerID        string // chosen by the host; "" is the next number
	MaxWaitingCalls int
	AcceptTimeout   time.Duration // how long a call waits to be accepted; 0 is no bound
	Push            *Push         // nil if calls are asked for
}

// Started is a running server.
type Started struct {
	ID       string
	Address  string // with the port that was free if 0 was asked for
	Services []string
}

// StartServer fixes the handle: chosen, or the next number.
func (s *State) StartServer(p grpcops.ServerParams, o ServerOptions) (Op[Started], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, err := reserve(&s.servers, o.ServerID, "serverId")
	if err != nil {
		return Op[Started]{}, err
	}
	sv := &server{
		owner: newOwner(id, true), address: p.Address, since: time.Now(), push: o.Push, opened: make(chan struct{}),
		arrivals: newArrivals(o.MaxWaitingCalls, s.limits.ReadAheadSize, o.AcceptTimeout),
	}
	sv.order = s.servers.add(id, sv)
	op := Op[Started]{}
	told := make(chan struct{})
	if o.Push != nil {
		op.Told = func() { close(told) }
	}
	op.Do = func(ctx context.Context) (Started, error) {
		ctx, cancel := s.unbounded(ctx)
		defer cancel()
		var serving *grpcops.Server
		err := errDefect // unless the start returns
		defer func() { s.serverStarted(sv, serving, err) }()
		serving, err = s.env.Serve(ctx, p, func(call *grpcops.ServedCall) { s.serve(sv, call) })
		if err != nil {
			return Started{}, err
		}
		if o.Push != nil {
			sv.work.Go(func() { s.pushCalls(sv, told) })
		}
		return Started{id, serving.Address, serving.Services}, nil
	}
	return op, nil
}

// serverStarted ends a start.
func (s *State) serverStarted(sv *server, serving *grpcops.Server, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sv.serving, sv.err = serving, err; err != nil {
		s.servers.remove(sv.id, sv, err)
	}
	close(sv.opened)
}

// FailStartServer uses up the handle of a start that was refused before it could be
// tried, so that requests that name it learn why.
func (s *State) FailStartServer(chosen string, cause error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.servers.fail(chosen, cause)
}

// ready waits for the start.
func (sv *server) ready(ctx context.Context) (*grpcops.Server, error) {
	if err := waitFor(ctx, sv.opened); err != nil {
		return nil, err
	}
	if sv.err != nil {
		return nil, openFailed("server", sv.id, sv.err)
	}
	return sv.serving, nil
}

// serve keeps a call that has come until it has ended. It runs on the call's own
// goroutine.
func (s *State) serve(sv *server, call *grpcops.ServedCall) {
	if !s.countWaiting() {
		call.Abort(grpcops.TooMuch("too many streams are open for another call"))
		return
	}
	accepted, refused := sv.arrivals.wait(call)
	if accepted {
		<-call.Ended() // by the stream that it became
		return
	}
	s.uncountWaiting()
	if refused != nil {
		call.Abort(refused)
	}
}

// countWaiting counts a call that waits as a stream, if there may be one more.
func (s *State) countWaiting() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if *s.streams.open >= s.streams.limit {
		return false
	}
	*s.streams.open++
	return true
}

func (s *State) uncountWaiting() {
	s.mu.Lock()
	*s.streams.open--
	s.mu.Unlock()
}

// useServer finds a server. s.mu must be held.
func (s *State) useServer(id string) (*server, error) {
	sv, err := s.servers.find(id)
	if err != nil {
		return nil, err
	}
	if sv.stopping {
		return nil, s.servers.closedError(id)
	}
	return sv, nil
}

// EndInput says that the host reads no more requests: once the calls that it has
// asked for are accepted, servers refuse all that come.
func (s *State) EndInput() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inputEnded = true
	for _, sv := range s.servers.live {
		s.refuseIfUnasked(sv)
	}
}

// refuseIfUnasked refuses all calls of a server that nobody will ask for. s.mu must
// be held.
func (s *State) refuseIfUnasked(sv *server) {
	if s.inputEnded && sv.accepts == 0 {
		sv.arrivals.close(errNobodyServes)
	}
}
