package state

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/grpcline/grpcline/grpcops"
)

// Accepted is a call that a host has accepted: a stream seen from the server's end.
type Accepted struct {
	StreamID string
	Call     *grpcops.ServedCall
	Request  json.RawMessage // of a call that takes one; nil in others
}

// defaultTimeout bounds what is done with an accepted call.
const defaultTimeout = 10 * time.Second

// AcceptCall fixes the handle of the call that will be accepted: the next number. It
// waits for the call that came first of those that nobody has accepted; timeoutMs
// bounds that, nil and 0 being no bound.
func (s *State) AcceptCall(serverID string, timeoutMs *int) (Op[*Accepted], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.streams.number()
	sv, err := s.useServer(serverID)
	if err != nil {
		s.streams.bury(id, err)
		return Op[*Accepted]{}, err
	}
	st := s.acceptedStream(sv, id)
	bound := grpcops.Millis(timeoutMs, 0)
	var who *acceptor
	if sv.push == nil {
		who = sv.arrivals.ask()
	}
	sv.accepts++
	st.uses.add()
	sv.uses.add()
	do := func(ctx context.Context) (accepted *Accepted, err error) {
		err = errDefect // unless what follows returns
		defer func() {
			if err != nil {
				s.streamOpened(st, nil, err)
			}
		}()
		a, err := s.nextCall(ctx, st, sv, who, bound)
		if err != nil {
			return nil, &Progress{Err: err, StreamID: id}
		}
		s.accept(st, a)
		return &Accepted{id, a.call, a.request}, nil
	}
	return Op[*Accepted]{Do: do, Leave: func() {
		st.done()
		s.mu.Lock()
		defer s.mu.Unlock()
		sv.accepts--
		s.refuseIfUnasked(sv)
	}}, nil
}

// nextCall waits for the call that who is given, until ctx ends, the handle st is
// cancelled, or the bound is over; without one, until waits end. A call that comes just
// then is accepted all the same.
func (s *State) nextCall(ctx context.Context, st *stream, sv *server, who *acceptor, bound time.Duration) (*arrival, error) {
	if _, err := sv.ready(ctx); err != nil {
		if who != nil {
			if a := sv.arrivals.leaveUnasked(who); a != nil {
				return a, nil
			}
		}
		return nil, err
	}
	if sv.push != nil {
		return nil, errorf(Pushing, "the calls of server %q are pushed as incomingCall notifications", sv.id)
	}
	late, waits := neverFires, s.waits.Done()
	if bound > 0 {
		timer := time.NewTimer(bound)
		defer timer.Stop()
		late, waits = timer.C, nil
	}
	var err error
	select {
	case a := <-who.given:
		return a, nil
	case <-sv.arrivals.closed:
		err = s.servers.closedError(sv.id)
	case <-ctx.Done():
		err = context.Cause(ctx)
	case <-st.ctx.Done():
		err = context.Cause(st.ctx)
	case <-waits:
		err = ErrShuttingDown
	case <-late:
		err = errorf(WaitTimeout, "server %q: no call came within %s", sv.id, bound)
	}
	if a := sv.arrivals.leaveUnasked(who); a != nil {
		return a, nil
	}
	return nil, err
}

// acceptedStream makes the handle of a call that is to be accepted. Until it is, the
// handle does not count against the limit. s.mu must be held.
func (s *State) acceptedStream(sv *server, id string) *stream {
	st := &stream{state: s, id: id, owner: &sv.owner, since: time.Now(), timeout: defaultTimeout, opened: make(chan struct{})}
	st.ctx, st.cancel = context.WithCancelCause(s.life)
	st.order = s.streams.add(id, st)
	s.streams.count(st, false)
	sv.streams[st] = struct{}{}
	return st
}

// accept makes a call the one that a handle stands for.
func (s *State) accept(st *stream, a *arrival) {
	call := a.call
	over := call.OnOver(func() { st.cancel(call.Why()) })
	given := context.AfterFunc(st.ctx, func() { call.Abort(abortStatus(context.Cause(st.ctx))) })
	st.settle = func() { given(); over() }
	f := newFlow(st.ctx, st.cancel, call, s, st.push)
	if !call.TakesOne() {
		f.receiving() // at once, as grpc-go drops what was not received when a client gives up
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	service, method := call.Method()
	st.call, st.kind, st.method = call, call.Kind(), service+"/"+method
	*s.streams.open-- // it waits no more
	s.streams.count(st, true)
	st.flow = f
	close(st.opened)
}

// abortStatus is what a client is told of a call whose context ended with cause.
func abortStatus(cause error) *grpcops.StatusError {
	var status *grpcops.StatusError
	if errors.As(cause, &status) {
		return status
	}
	if errors.Is(cause, ErrShuttingDown) {
		return errNobodyServes
	}
	return grpcops.Canceled("the server has given the call up")
}

// pushCalls hands the calls of a server to the host as they come, once it has been
// told of the server.
func (s *State) pushCalls(sv *server, told <-chan struct{}) {
	select {
	case <-told:
	case <-sv.arrivals.closed:
	}
	for {
		who := sv.arrivals.ask()
		var a *arrival
		select {
		case a = <-who.given:
		case <-sv.arrivals.closed:
			if a = sv.arrivals.leaveUnasked(who); a == nil {
				return
			}
		}
		s.mu.Lock()
		st := s.acceptedStream(sv, s.pushedID(sv))
		s.mu.Unlock()
		st.push = newPushed(st.id, *sv.push, s.pusher)
		st.push.gone = a.call.Done()
		s.accept(st, a)
		s.pusher.Call(s.life, &Accepted{st.id, a.call, a.request})
		close(st.push.start)
	}
}

// pushedID is the handle of the next call that a server pushes. It is not one of the
// numbers that hosts count. s.mu must be held.
func (s *State) pushedID(sv *server) string {
	for {
		sv.pushed++
		id := fmt.Sprintf("%s.%d", sv.id, sv.pushed)
		if _, taken := s.streams.live[id]; !taken {
			return id
		}
	}
}
