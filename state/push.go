package state

import (
	"context"
	"encoding/json"
	"sync"

	"github.com/grpcline/grpcline/grpcops"
)

// Push says how the messages of a stream are pushed.
type Push struct {
	Window int // messages that may be under way without acknowledgement; 0 is no bound
}

// pushed sends the messages of one stream to the host as they come.
type pushed struct {
	streamID   string
	deliver    func(ctx context.Context, message json.RawMessage)
	deliverEnd func(ctx context.Context, streamID string, end *grpcops.End)
	start      chan struct{} // closed when the host has been told of the stream

	window int // 0 is none
	mu     sync.Mutex
	unread int           // pushed and not acknowledged
	acked  chan struct{} // signals an acknowledgement
}

func newPushed(id string, p Push, pusher Pusher) *pushed {
	return &pushed{streamID: id, deliver: pusher.Messages(id), deliverEnd: pusher.End, window: p.Window, start: make(chan struct{}), acked: make(chan struct{}, 1)}
}

// begin waits until the host has been told of the stream, or wanted ends.
func (p *pushed) begin(wanted context.Context) {
	select {
	case <-p.start:
	case <-wanted.Done():
	}
}

// message pushes one message, waiting for the window and for the host to read,
// until wanted ends.
func (p *pushed) message(wanted context.Context, message json.RawMessage) {
	for wanted.Err() == nil && !p.take() {
		select {
		case <-p.acked:
		case <-wanted.Done():
		}
	}
	if wanted.Err() == nil {
		p.deliver(wanted, message)
	}
}

// take counts a message as under way, if the window has room.
func (p *pushed) take() bool {
	if p.window == 0 {
		return true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.unread >= p.window {
		return false
	}
	p.unread++
	return true
}

// end pushes the end, unless the stream was closed by the host.
func (p *pushed) end(wanted context.Context, end *grpcops.End) {
	if wanted.Err() == nil {
		p.deliverEnd(wanted, p.streamID, end)
	}
}

// ack gives back room for count messages.
func (p *pushed) ack(count int) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.window == 0 {
		return &grpcops.ParamError{Param: "streamId", Message: `the stream has no window; ackMessages is for streams opened with push: {"window": n}`}
	}
	if count > p.unread {
		return &grpcops.ParamError{Param: "count", Message: "count is more than the messages that were pushed and not acknowledged"}
	}
	p.unread -= count
	signal(p.acked)
	return nil
}

// AckMessages gives back room in the window of a stream that pushes.
func (s *State) AckMessages(id string, count int) (Op[struct{}], error) {
	st, err := s.useStream(id, "")
	if err != nil {
		return Op[struct{}]{}, err
	}
	do := func(ctx context.Context) (struct{}, error) {
		if _, err := st.ready(ctx); err != nil {
			return struct{}{}, err
		}
		if st.push == nil {
			return struct{}{}, (&pushed{}).ack(count)
		}
		return struct{}{}, st.push.ack(count)
	}
	return Op[struct{}]{Do: do, Leave: st.done}, nil
}
