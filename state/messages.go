package state

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/grpcline/grpcline/grpcops"
)

// SendMessage sends one message and returns how many were sent so far.
func (s *State) SendMessage(id, connectionID string, message json.RawMessage) (Op[int], error) {
	return s.send(id, connectionID, func(f *flow) ([][]byte, error) {
		packed, err := f.rpc.Encode("message", message)
		return [][]byte{packed}, err
	})
}

// SendMessages sends an array of messages, all of which are checked before the
// first is sent, and returns how many were sent so far.
func (s *State) SendMessages(id, connectionID string, messages json.RawMessage) (Op[int], error) {
	return s.send(id, connectionID, func(f *flow) ([][]byte, error) {
		return f.rpc.EncodeAll("messages", messages)
	})
}

func (s *State) send(id, connectionID string, encode func(f *flow) ([][]byte, error)) (Op[int], error) {
	return onSide(s, id, connectionID, sending, nil, func(ctx context.Context, t *turn) (int, error) {
		f, err := t.ready(ctx)
		var packed [][]byte
		own := 0 // messages of this request that were sent
		if err == nil {
			err = t.cannotSend()
		}
		if err == nil {
			packed, err = encode(f) // while others have their turn
		}
		if err != nil {
			return 0, t.fail(ctx, err)
		}
		ctx, cancel := s.whole(ctx, t.bound, errWaitTimeout)
		defer cancel()
		if err = t.wait(ctx); err == nil {
			if f.out.isCompleted() {
				err = errorf(SendCompleted, "the sending side of stream %q was completed", id)
			} else {
				before := f.out.count()
				err = f.send(ctx, packed)
				own = f.out.count() - before
			}
		}
		sent := f.out.count()
		if isReason(err, WaitTimeout) {
			err = errorf(WaitTimeout, "stream %q: flow control held back for %s what was to be sent; %s", id, t.bound, sentOf(own, len(packed)))
		}
		return sent, t.progress(err, &sent)
	})
}

// cannotSend says why a stream has no messages to send.
func (st *stream) cannotSend() error {
	switch {
	case st.call != nil && st.call.GivesOne():
		return errorf(NotSending, "stream %q is a call of a %s method: its response is given with finishCall", st.id, st.kind)
	case st.call == nil && st.kind == grpcops.ServerStream:
		return errorf(NotSending, "stream %q is a server stream: its request was sent when it was opened", st.id)
	}
	return nil
}

// sentOf says how many messages of a request were sent that did not send all.
func sentOf(sent, all int) string {
	switch {
	case all == 1:
		return "the message was not sent"
	case sent == 0:
		return fmt.Sprintf("none of the %d messages was sent", all)
	case sent == 1:
		return fmt.Sprintf("1 of the %d messages was sent", all)
	}
	return fmt.Sprintf("%d of the %d messages were sent", sent, all)
}

// progress adds the stream to an error.
func (st *stream) progress(err error, sent *int) error {
	if err == nil {
		return nil
	}
	if p, ok := err.(*Progress); ok {
		p.StreamID, p.Sent = st.id, sent
		return p
	}
	return &Progress{Err: err, StreamID: st.id, Sent: sent}
}

// CompleteSend says that nothing more will be sent, after all earlier sends. It has
// no bound of its own: it waits for them alone.
func (s *State) CompleteSend(id, connectionID string) (Op[struct{}], error) {
	return onSide(s, id, connectionID, sending, nil, func(ctx context.Context, t *turn) (struct{}, error) {
		f, err := t.ready(ctx)
		switch {
		case err != nil:
		case f.served != nil:
			err = errorf(NotSending, "stream %q is an accepted call: its sending side ends with finishCall", id)
		case t.kind == grpcops.ServerStream:
			err = errorf(NotSending, "stream %q is a server stream: there is nothing to complete", id)
		}
		if err != nil {
			return struct{}{}, t.fail(ctx, err)
		}
		if err := t.wait(ctx); err != nil {
			return struct{}{}, t.progress(err, nil)
		}
		f.out.complete()
		return struct{}{}, nil
	})
}

// receive makes an Op of work on the receiving side of a stream, bounded by
// timeoutMs, nil being the stream's own bound.
func receive[R any](s *State, id, connectionID string, timeoutMs *int, what string, work func(ctx context.Context, t *turn, f *flow) (R, error)) (Op[R], error) {
	return onSide(s, id, connectionID, receiving, timeoutMs, func(ctx context.Context, t *turn) (R, error) {
		var none R
		f, err := t.ready(ctx)
		if err != nil {
			return none, t.fail(ctx, err)
		}
		ctx, cancel := s.whole(ctx, t.bound, errWaitTimeout)
		defer cancel()
		if err = t.wait(ctx); err != nil {
			if isReason(err, WaitTimeout) {
				err = errorf(WaitTimeout, "stream %q: earlier requests for its messages waited longer than %s; the stream stays open", id, t.bound)
			}
			return none, t.progress(err, nil)
		}
		f.receiving()
		result, err := work(ctx, t, f)
		if isReason(err, WaitTimeout) {
			err = errorf(WaitTimeout, "stream %q: no %s within %s; the stream stays open", id, what, t.bound)
		}
		return result, t.progress(err, nil)
	})
}

// GetMessages waits for a message or the end of the stream and takes at most max
// messages. A status other than OK is the error, a *grpcops.StatusError.
func (s *State) GetMessages(id, connectionID string, max int, timeoutMs *int) (Op[Taken], error) {
	return receive(s, id, connectionID, timeoutMs, "message came", func(ctx context.Context, t *turn, f *flow) (Taken, error) {
		if t.push != nil {
			return Taken{}, errorf(Pushing, "the messages of stream %q are pushed as streamMessage notifications", id)
		}
		taken, err := f.in.take(ctx, max, &t.reply)
		if err == nil && len(taken.Messages) == 0 && taken.End.Status.Code != 0 {
			return Taken{}, &grpcops.StatusError{End: *taken.End}
		}
		return taken, err
	})
}

// GetHeaders waits for the headers of the server.
func (s *State) GetHeaders(id, connectionID string, timeoutMs *int) (Op[grpcops.Metadata], error) {
	return receive(s, id, connectionID, timeoutMs, "headers came", func(ctx context.Context, _ *turn, f *flow) (grpcops.Metadata, error) {
		return f.in.header(ctx)
	})
}
