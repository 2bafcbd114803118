package state

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/grpcline/grpcline/grpcops"
)

// Processed is what a process… call did.
type Processed struct {
	Messages []json.RawMessage // received
	Sent     int
	Headers  grpcops.Metadata
	End      *grpcops.End // nil if the RPC was cancelled before its end
}

// exchange is one process… call under way.
type exchange struct {
	state     *State
	flow      *flow
	timeout   time.Duration // of each wait and each send
	collected Processed
	size      int // what the messages hold, in bytes
}

// processed makes an Op of a stream that one request opens, works through and
// closes. An error becomes a *Progress with what was done.
func (s *State) processed(kind grpcops.Kind, call Call, deadlineMs *int, work func(ctx context.Context, p *exchange) error) (Op[Processed], error) {
	return leased(s, call.Ref, func(ctx context.Context, conn *grpcops.Conn, l *lease) (Processed, error) {
		p := &exchange{state: s, timeout: l.within(call.TimeoutMs), collected: Processed{Messages: []json.RawMessage{}}}
		err := func() error {
			start, cancel := s.deadline(ctx, p.timeout)
			defer cancel()
			rpcCtx, end := context.WithCancelCause(ctx)
			var err error
			p.flow, err = s.startRPC(start, rpcCtx, end, conn, call.target(l), kind, call, deadlineMs, nil)
			if err != nil {
				end(nil)
			}
			return err
		}()
		if err == nil {
			l.gathers = s.memory.Gather()
			p.flow.in.gathers = l.gathers
			p.flow.receiving()
			p.flow.in.takeUpTo(s.limits.CollectBytes)
			err = work(ctx, p)
			if isReason(err, WaitTimeout) {
				conn.SilentFor(p.timeout)
			}
			if p.collected.Sent = p.flow.out.count(); kind == grpcops.ServerStream {
				p.collected.Sent = 1 // its request, which went out as the stream was started
			}
			p.flow.stop(nil)
			p.collected.Headers = p.flow.in.headers
			if err != nil {
				p.takeRest()
			}
		}
		if err != nil {
			return p.collected, p.progress(ctx, err)
		}
		return p.collected, nil
	})
}

// progress adds what was done to an error.
func (p *exchange) progress(ctx context.Context, err error) error {
	var ending *Error
	if errors.As(context.Cause(ctx), &ending) { // the request was ended, and with it the RPC
		err = ending
	}
	progress := &Progress{Err: err, Messages: p.collected.Messages, MessagesSent: &p.collected.Sent}
	if isReason(progress.Err, WaitTimeout) {
		progress.Err = errorf(WaitTimeout, "the server did nothing within %s; the call is cancelled", p.timeout)
	}
	return progress
}

// receive takes one message and tells whether there was one.
func (p *exchange) receive(ctx context.Context) (bool, error) {
	ctx, cancel := p.state.bounded(ctx, p.timeout)
	defer cancel()
	taken, err := p.flow.in.take(ctx, 1, nil)
	if err != nil {
		return false, err
	}
	p.collect(taken.Messages)
	if p.size > p.state.limits.CollectBytes {
		return false, grpcops.TooMuch(fmt.Sprintf("the messages of the stream are more than %d bytes; use maxMessages, or init…Stream and getMessages", p.state.limits.CollectBytes))
	}
	if taken.End == nil {
		return true, nil
	}
	if taken.End.Status.Code != 0 {
		return false, &grpcops.StatusError{End: *taken.End}
	}
	p.collected.End = taken.End
	return len(taken.Messages) > 0, nil
}

// takeRest takes what was received and not asked for, as far as that may be
// gathered: it came before the error, such as during a send that was held back.
func (p *exchange) takeRest() {
	for p.size <= p.state.limits.CollectBytes {
		taken := p.flow.in.poll(1)
		if len(taken.Messages) == 0 {
			return
		}
		p.collect(taken.Messages)
	}
}

// collect keeps messages for the result.
func (p *exchange) collect(messages []json.RawMessage) {
	for _, m := range messages {
		p.size += cost(m)
		p.collected.Messages = append(p.collected.Messages, m)
	}
}

// receiveAll receives to the end.
func (p *exchange) receiveAll(ctx context.Context) error {
	for p.collected.End == nil {
		if _, err := p.receive(ctx); err != nil {
			return err
		}
	}
	return nil
}

// send sends one message. over tells that the stream has ended, with an error
// that receiving shows if it is one.
func (p *exchange) send(ctx context.Context, packed []byte) (over bool, err error) {
	ctx, cancel := p.state.bounded(ctx, p.timeout)
	defer cancel()
	err = p.flow.out.send(ctx, [][]byte{packed})
	if errors.Is(err, grpcops.ErrEnded) {
		return true, nil
	}
	return false, err
}

// ProcessServerStream receives all messages, or the first max of them if max
// is not nil.
func (s *State) ProcessServerStream(call Call, deadlineMs, max *int) (Op[Processed], error) {
	return s.processed(grpcops.ServerStream, call, deadlineMs, func(ctx context.Context, p *exchange) error {
		for p.collected.End == nil && (max == nil || len(p.collected.Messages) < *max) {
			if _, err := p.receive(ctx); err != nil {
				return err
			}
		}
		if max != nil && len(p.collected.Messages) == *max {
			p.collected.End = nil // cut, whether or not an end had come with the last message
		}
		return nil
	})
}

// ProcessClientStream sends the messages of an array and receives the response.
// Where the server answers before all is sent, the rest is not.
func (s *State) ProcessClientStream(call Call, deadlineMs *int, requests json.RawMessage) (Op[Processed], error) {
	return s.processed(grpcops.ClientStream, call, deadlineMs, func(ctx context.Context, p *exchange) error {
		packed, err := p.flow.rpc.EncodeAll("requests", requests)
		if err != nil {
			return err
		}
		for _, message := range packed {
			if over, err := p.send(ctx, message); err != nil {
				return err
			} else if over {
				break
			}
		}
		p.flow.out.complete()
		return p.receiveAll(ctx)
	})
}

// ProcessBidiStream sends the messages of order and receives one message for
// each null in it. Then, if toTheEnd is set, it receives to the end.
func (s *State) ProcessBidiStream(call Call, deadlineMs *int, order []json.RawMessage, toTheEnd bool) (Op[Processed], error) {
	return s.processed(grpcops.BidiStream, call, deadlineMs, func(ctx context.Context, p *exchange) error {
		packed, err := p.encodeOrder(order)
		if err != nil {
			return err
		}
		for _, message := range packed {
			more := true
			if message == nil {
				more, err = p.receive(ctx)
			} else {
				var over bool
				over, err = p.send(ctx, message)
				more = !over
			}
			if err != nil {
				return err
			}
			if !more {
				return p.receiveAll(ctx)
			}
		}
		p.flow.out.complete()
		if toTheEnd {
			return p.receiveAll(ctx)
		}
		return nil
	})
}

// encodeOrder encodes the messages of order before the first is sent; nil stands
// for a receive.
func (p *exchange) encodeOrder(order []json.RawMessage) ([][]byte, error) {
	packed := make([][]byte, len(order))
	for i, message := range order {
		if string(message) == "null" {
			continue
		}
		encoded, err := p.flow.rpc.Encode(fmt.Sprintf("exchangeOrder[%d]", i), message)
		if err != nil {
			return nil, err
		}
		packed[i] = append(make([]byte, 0, len(encoded)), encoded...)
	}
	return packed, nil
}
