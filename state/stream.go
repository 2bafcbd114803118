package state

import (
	"context"
	"fmt"
	"time"

	"github.com/grpcline/grpcline/grpcops"
)

// stream is a stream by its handle, from when its opening was read until it is
// closed.
type stream struct {
	state   *State
	id      string
	owner   *owner
	kind    grpcops.Kind
	method  string // as the host wrote it, or pkg.Service/Method of an accepted call
	since   time.Time
	timeout time.Duration // the default bound of its operations
	push    *pushed       // nil if messages are asked for

	sending   lane
	receiving lane
	uses      tally // requests that use it

	ctx    context.Context // of the RPC
	cancel context.CancelCauseFunc

	opened chan struct{}       // closed when the opening has ended
	flow   *flow               // nil if it failed; set before opened is closed
	call   *grpcops.ServedCall // of a stream that is an accepted call; set with flow
	settle func()              // lets the ends of that call's context and of ctx have no effect on each other
	err    error               // why it failed

	// Guarded by State.mu.
	closing bool   // a closeStream waits for its turn
	counts  bool   // against the limit
	order   uint64 // of opening
}

// StreamOptions are those of init…Stream.
type StreamOptions struct {
	StreamID   string // chosen by the host; "" is the next number
	DeadlineMs *int   // of the RPC; nil and 0 are none
	Push       *Push
}

// OpenStream fixes the handle, which is the Op's result: chosen, or the next number.
// If the stream pushes, it begins to once the host has been told of the handle.
func (s *State) OpenStream(kind grpcops.Kind, call Call, o StreamOptions) (Op[string], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, err := reserve(&s.streams, o.StreamID, "streamId")
	if err != nil {
		return Op[string]{}, err
	}
	c, err := s.use(call.Ref.ID)
	if err != nil {
		s.streams.bury(id, err)
		return Op[string]{}, err
	}
	l := &lease{state: s, held: c, metadata: c.metadata, timeout: c.timeout}
	st := &stream{
		state: s, id: id, owner: &c.owner, kind: kind, method: call.Target.Name(),
		since: time.Now(), timeout: l.within(call.TimeoutMs), opened: make(chan struct{}),
	}
	st.ctx, st.cancel = context.WithCancelCause(s.life)
	if o.Push != nil {
		st.push = newPushed(id, *o.Push, s.pusher)
	}
	st.order = s.streams.add(id, st)
	c.streams[st] = struct{}{}
	st.uses.add()
	op := Op[string]{Leave: st.done}
	if st.push != nil {
		op.Told = func() { close(st.push.start) }
	}
	op.Do = func(ctx context.Context) (string, error) {
		var flow *flow
		err := errDefect // unless the open returns
		defer func() { s.streamOpened(st, flow, err) }()
		if flow, err = s.open(ctx, st, c, l, call, o.DeadlineMs); err != nil {
			return "", &Progress{Err: err, StreamID: id}
		}
		return id, nil
	}
	return op, nil
}

// open starts the RPC of st, bounded by st's timeout.
func (s *State) open(ctx context.Context, st *stream, c *connection, l *lease, call Call, deadlineMs *int) (*flow, error) {
	start, end := context.WithCancelCause(ctx)
	defer end(nil)
	defer context.AfterFunc(st.ctx, func() { end(context.Cause(st.ctx)) })()
	conn, err := c.ready(start)
	if err != nil {
		return nil, err
	}
	start, cancel := s.deadline(start, st.timeout)
	defer cancel()
	return s.startRPC(start, st.ctx, st.cancel, conn, call.target(l), st.kind, call, deadlineMs, st.push)
}

// startRPC starts an RPC and the flow of its messages. start bounds the start,
// ctx the RPC, which deadlineMs bounds as well; cancel must end ctx.
func (s *State) startRPC(start, ctx context.Context, cancel context.CancelCauseFunc, conn *grpcops.Conn, t *grpcops.Target, kind grpcops.Kind, call Call, deadlineMs *int, deliver *pushed) (*flow, error) {
	if d := grpcops.Millis(deadlineMs, 0); d > 0 {
		bound, release := grpcops.WithTimeout(ctx, d)
		context.AfterFunc(bound, release)
		ctx = bound
	}
	rpc, err := conn.OpenStream(start, ctx, cancel, t, kind, call.Request)
	if err != nil {
		return nil, err
	}
	return newFlow(ctx, cancel, rpc, s, deliver), nil
}

// streamOpened ends an opening.
func (s *State) streamOpened(st *stream, f *flow, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if st.flow, st.err = f, err; err != nil {
		st.cancel(err)
		s.streams.count(st, false)
	}
	close(st.opened)
}

// removeStream takes a stream out. s.mu must be held.
func (s *State) removeStream(st *stream, cause error) {
	delete(st.owner.streams, st)
	s.streams.remove(st.id, st, cause)
}

// FailOpenStream uses up the handle of an opening that was refused before it
// could be tried, so that requests that name it learn why.
func (s *State) FailOpenStream(chosen string, cause error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.streams.fail(chosen, cause)
}

// ready waits for the opening.
func (st *stream) ready(ctx context.Context) (*flow, error) {
	if err := waitFor(ctx, st.opened); err != nil {
		return nil, err
	}
	if st.err != nil {
		return nil, openFailed("stream", st.id, st.err)
	}
	return st.flow, nil
}

// end cancels the RPC if it still runs, and waits until nothing of it is left.
func (st *stream) end(cause error) {
	if st.flow == nil {
		st.cancel(cause)
		return
	}
	st.flow.stop(cause)
}

// useStream finds a stream and counts a request that uses it and its connection,
// until the request calls done to leave. connectionID may be empty.
func (s *State) useStream(id, connectionID string) (*stream, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st, err := s.findStream(id, connectionID)
	if err != nil {
		return nil, err
	}
	if st.isClosing() && !st.failed() {
		return nil, s.streams.closedError(id)
	}
	st.uses.add()
	st.owner.uses.add()
	return st, nil
}

func (s *State) findStream(id, connectionID string) (*stream, error) {
	st, err := s.streams.find(id)
	if err == nil && connectionID != "" && connectionID != st.owner.id {
		return nil, &grpcops.ParamError{Param: "connection", Message: fmt.Sprintf("stream %q is not on connection %q but on %q; connection may be left out", id, connectionID, st.owner.id)}
	}
	return st, err
}

// done ends a use of the stream. If its opening has failed, the last to leave takes
// it out: until then those that name it wait for their turn to be told so.
func (st *stream) done() {
	if st.uses.done() && st.failed() {
		st.state.mu.Lock()
		if st.uses.isZero() {
			st.state.removeStream(st, st.err)
		}
		st.state.mu.Unlock()
	}
	st.owner.leave()
}

// failed tells whether the opening has failed.
func (st *stream) failed() bool {
	select {
	case <-st.opened:
		return st.err != nil
	default:
		return false
	}
}

// CancelStream cancels the RPC, or its opening, at once; it is not in the lanes.
// What was received before stays.
func (s *State) CancelStream(id, connectionID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	st, err := s.findStream(id, connectionID)
	if err != nil {
		return err
	}
	st.cancel(grpcops.Canceled("the stream was cancelled by cancelStream"))
	return nil
}

// isClosing tells whether requests that are read now come after the close, of the
// stream or of its owner.
func (st *stream) isClosing() bool { return st.closing || st.owner.closing }

func (st *stream) isVacant() bool { return st.isClosing() || st.failed() }

func (st *stream) counted() *bool { return &st.counts }
