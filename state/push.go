package state

import (
	"context"
	"encoding/json"
	"sync"
	"time"

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
	told       chan struct{} // closed when it has been told of the end, or need not be

	gone <-chan struct{} // closed when a served call is over; nil at the client's end
	cut  bool            // the call was over while the window was full; the receiver's own

	window int // 0 is none
	mu     sync.Mutex
	unread int           // pushed and not acknowledged
	acked  chan struct{} // signals an acknowledgement

	final   chan struct{} // closed when no more acknowledgements can come
	silence *time.Timer   // ends the RPC, once no more requests can come; guarded by mu
	quiet   time.Duration // after which it does
}

func newPushed(id string, p Push, pusher Pusher) *pushed {
	return &pushed{streamID: id, deliver: pusher.Messages(id), deliverEnd: pusher.End, window: p.Window, start: make(chan struct{}), told: make(chan struct{}), acked: make(chan struct{}, 1), final: make(chan struct{})}
}

// begin waits until the host has been told of the stream, or wanted ends.
func (p *pushed) begin(wanted context.Context) {
	select {
	case <-p.start:
	case <-wanted.Done():
	}
}

// message pushes one message, waiting for the window and for the host to read,
// until wanted ends. It returns false if the window is full for good.
//
// If a served call ends while its window is full, this message and all after it are
// dropped: the host is to be told of the end at once, and nobody waits for what it would
// answer.
func (p *pushed) message(wanted context.Context, message json.RawMessage) bool {
	for wanted.Err() == nil && !p.cut && !p.take() {
		select {
		case <-p.acked:
		case <-wanted.Done():
		case <-p.gone:
			p.cut = true
		case <-p.final:
			if p.isFull() {
				return false
			}
		}
	}
	if wanted.Err() == nil && !p.cut {
		p.deliver(wanted, message)
		p.heard()
	}
	return true
}

// heard begins the silence that may follow anew.
func (p *pushed) heard() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.silence != nil {
		p.silence.Reset(p.quiet)
	}
}

// fullQuiet is how long a stream whose window is full for good may be silent: its end
// may be on its way.
const fullQuiet = 100 * time.Millisecond

// finish says that no more requests come: an RPC that is silent for quiet, or that has
// no room in its window, is ended.
func (p *pushed) finish(quiet time.Duration, end context.CancelCauseFunc) {
	if p.isFull() {
		quiet = fullQuiet
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.quiet = quiet
	p.silence = time.AfterFunc(quiet, func() {
		end(errorf(ShuttingDown, "the input has ended, and no message came for %s", quiet))
	})
	close(p.final)
}

func (p *pushed) isFull() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.window > 0 && p.unread >= p.window
}

// errUnacknowledged ends a stream that pushes when there is nobody to acknowledge.
var errUnacknowledged error = errorf(ShuttingDown, "the input has ended, and the messages that were pushed are not acknowledged")

// FinishPushes waits until the streams that push have ended, once no more requests
// come. One is ended after quiet without a message, and at once if its host would have
// to acknowledge some first; all are when ctx ends. It waits no longer than until gone
// is closed.
func (s *State) FinishPushes(ctx context.Context, gone <-chan struct{}, quiet time.Duration) {
	s.mu.Lock()
	for _, st := range s.streams.live {
		if st.pushesToTheEnd() {
			st.push.finish(quiet, st.cancel)
			defer context.AfterFunc(ctx, func() { st.cancel(ErrShuttingDown) })()
		}
	}
	s.mu.Unlock()
	wait, stop := context.WithCancel(context.Background())
	defer stop()
	go func() {
		select {
		case <-gone:
			stop()
		case <-wait.Done():
		}
	}()
	_ = s.pushes.wait(wait) // only gone ends it
}

// Pushes tells whether streams push that have not ended.
func (s *State) Pushes() bool { return !s.pushes.isZero() }

// pushesToTheEnd tells whether the stream is one of the client's whose messages are
// pushed.
func (st *stream) pushesToTheEnd() bool {
	return st.push != nil && st.flow != nil && st.flow.served == nil
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

// end pushes the end, unless the host itself has closed the stream or finished the call.
func (p *pushed) end(wanted context.Context, end *grpcops.End) {
	defer close(p.told)
	if wanted.Err() == nil {
		p.deliverEnd(wanted, p.streamID, end)
	}
}

// ack gives back room for count messages.
func (p *pushed) ack(count int) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.window == 0 {
		return &grpcops.ParamError{Param: "streamId", Message: `the stream has no window; ackMessages is for streams that push with {"window": n}`}
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
