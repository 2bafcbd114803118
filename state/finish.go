package state

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/grpcline/grpcline/grpcops"
)

// errNotAccepted refuses what is for accepted calls alone.
func errNotAccepted(id string) error {
	return &grpcops.ParamError{Param: "streamId", Message: fmt.Sprintf("stream %q is one that this side has opened; this is for calls that were accepted", id)}
}

// SendHeaders sends the headers of an accepted call, after all earlier sends.
func (s *State) SendHeaders(id string, md grpcops.Metadata) (Op[struct{}], error) {
	return onSide(s, id, "", sending, nil, func(ctx context.Context, t *turn) (struct{}, error) {
		f, err := t.ready(ctx)
		if err == nil && f.served == nil {
			err = errNotAccepted(id)
		}
		if err != nil {
			return struct{}{}, t.fail(ctx, err)
		}
		ctx, cancel := s.whole(ctx, t.bound, errWaitTimeout)
		defer cancel()
		if err = t.wait(ctx); err == nil {
			err = f.served.SendHeaders(md)
		}
		switch {
		case errors.Is(err, grpcops.ErrEnded):
			err = f.endedError(ctx)
		case errors.Is(err, grpcops.ErrHeadersSent):
			err = errorf(HeadersSent, "the headers of stream %q were sent before, as they are with the first message", id)
		}
		return struct{}{}, t.progress(err, nil)
	})
}

// Ending is how a host ends an accepted call.
type Ending struct {
	Message  json.RawMessage // nil is none
	Status   *grpcops.GivenStatus
	Trailers grpcops.Metadata
}

// FinishCall ends an accepted call after all earlier sends, and frees its handle. If
// the ending is refused, the call goes on.
func (s *State) FinishCall(id string, e Ending) (Op[struct{}], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st, err := s.findStream(id, "")
	if err != nil {
		return Op[struct{}]{}, err
	}
	if st.isClosing() {
		return Op[struct{}]{}, s.streams.closedError(id)
	}
	st.closing = true
	s.streams.count(st, false)
	st.owner.uses.add()
	place := st.sending.join()
	do := func(ctx context.Context) (struct{}, error) {
		err := s.finish(ctx, st, place, e)
		if err != nil && !isOver(st, err) && s.keepStream(st) {
			return struct{}{}, st.progress(err, nil)
		}
		st.end(s.streams.closedError(id))
		s.mu.Lock()
		defer s.mu.Unlock()
		s.removeStream(st, nil)
		return struct{}{}, st.progress(err, nil)
	}
	return Op[struct{}]{Do: do, Leave: func() {
		place.leave()
		st.owner.uses.done()
	}}, nil
}

// isOver tells whether the call of a stream is over, of which err may be how ending it
// failed: grpc-go ends a call a moment before its context.
func isOver(st *stream, err error) bool {
	var ended *Progress
	return st.call != nil && st.call.Cancelled() || errors.As(err, &ended) && ended.Reason == StreamEnded
}

// finish waits for its turn, sends the message, and ends the call.
func (s *State) finish(ctx context.Context, st *stream, place *place, e Ending) error {
	f, err := st.ready(ctx)
	var packed [][]byte
	var final grpcops.Final
	switch {
	case err == nil && f.served == nil:
		err = errNotAccepted(st.id)
	case err == nil:
		packed, final, err = e.check(f.served)
	}
	if err != nil {
		_ = place.wait(ctx) // answers keep their order
		return err
	}
	ctx, cancel := s.whole(ctx, st.timeout, errWaitTimeout)
	defer cancel()
	if err = place.wait(ctx); err == nil {
		if err = f.finish(ctx, packed, final); err == nil {
			st.settle() // both ends are at hand, and there is nothing more to say
		}
		if errors.Is(err, grpcops.ErrEnded) {
			err = f.endedError(ctx)
		}
	}
	if isReason(err, WaitTimeout) {
		return errorf(WaitTimeout, "stream %q: flow control held the messages back for %s; the call goes on", st.id, st.timeout)
	}
	return err
}

// atOnce is how large a message may be, in bytes, that the transport takes without
// waiting if it is the first: grpc-go lets 64 KiB of a stream wait to be written.
const atOnce = 16 << 10

// finish sends what is left of an accepted call and ends it.
func (f *flow) finish(ctx context.Context, packed [][]byte, final grpcops.Final) error {
	first := f.out.count() == 0 && len(packed) == 1 && len(packed[0]) <= atOnce
	if !first {
		if err := f.send(ctx, packed); err != nil {
			return err
		}
	}
	return f.out.alone(ctx, func() error {
		if first {
			if err := f.served.Send(packed[0]); err != nil {
				return err
			}
		}
		f.drop() // the host ends the call, so it is not told of the end
		return f.served.Finish(final)
	})
}

// check makes what is sent of an ending.
func (e *Ending) check(call *grpcops.ServedCall) (packed [][]byte, final grpcops.Final, err error) {
	if final, err = call.Final(e.Status, e.Trailers); err != nil {
		return nil, final, err
	}
	takes := call.GivesOne() && e.Status.IsOK()
	service, method := call.Method()
	if !takes && string(e.Message) == "null" {
		e.Message = nil // as all that is absent by position
	}
	switch {
	case takes && e.Message == nil:
		return nil, final, &grpcops.ParamError{Param: "message", Message: fmt.Sprintf("message is required: %s/%s answers OK with one", service, method)}
	case !takes && e.Message != nil && call.GivesOne():
		return nil, final, &grpcops.ParamError{Param: "message", Message: "message goes only with the status OK"}
	case !takes && e.Message != nil:
		return nil, final, &grpcops.ParamError{Param: "message", Message: fmt.Sprintf("%s/%s answers with a stream: send messages with sendMessage, and finish without one", service, method)}
	case !takes:
		return nil, final, nil
	}
	message, err := call.Encode("message", e.Message)
	return [][]byte{message}, final, err
}
