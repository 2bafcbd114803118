package state

import (
	"context"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/grpcline/grpcline/internal/crew"
)

// outbox hands a stream's messages to the transport, one at a time.
//
// A message that flow control holds back is inside the transport and cannot be
// taken back; those after it wait here and can. So a send is done when the
// transport has its last message, even while it is held there.
type outbox struct {
	flow *flow // whose messages these are
	crew *crew.Crew
	free chan struct{} // holds a token while no message is being handed over

	sent atomic.Int64

	mu        sync.Mutex
	completed bool
}

func newOutbox(f *flow, crew *crew.Crew) *outbox {
	o := &outbox{flow: f, crew: crew, free: make(chan struct{}, 1)}
	o.free <- struct{}{}
	return o
}

// handover is how long a send waits for the transport to say that it has taken
// the last message, so that a stream that has ended shows with this send and not
// only with the next. After it the message counts as held by flow control.
const handover = 2 * time.Millisecond

// parcel is a number of messages on their way to the transport.
type parcel struct {
	messages [][]byte
	taken    atomic.Int64 // how many were asked for; more than there are once stopped or at the end
}

// next takes the next message. last tells that it is the last one, ok is false
// if there is none or the parcel is stopped.
func (p *parcel) next() (message []byte, last, ok bool) {
	n := p.taken.Add(1)
	if n > int64(len(p.messages)) {
		return nil, false, false
	}
	return p.messages[n-1], n == int64(len(p.messages)), true
}

// stop keeps what was not handed over from being so, and tells whether that is
// nothing.
func (p *parcel) stop() (whole bool) {
	return p.taken.Swap(math.MaxInt32) >= int64(len(p.messages))
}

// send hands messages over until ctx ends; then those that are left are not
// sent. It returns grpcops.ErrEnded if the stream has ended.
func (o *outbox) send(ctx context.Context, messages [][]byte) error {
	if len(messages) == 0 {
		return nil
	}
	select {
	case <-o.free:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	p := &parcel{messages: messages}
	last := make(chan struct{})
	result := make(chan error, 1)
	o.flow.work.Add(1)
	o.crew.Do(func() {
		defer o.flow.work.Done()
		result <- o.hand(p, last)
		o.free <- struct{}{}
	})
	select {
	case err := <-result:
		return err
	case <-last:
	case <-ctx.Done():
		if !p.stop() {
			return context.Cause(ctx)
		}
	}
	held := time.NewTimer(handover)
	defer held.Stop()
	select {
	case err := <-result:
		return err
	case <-held.C:
		return nil
	}
}

// hand gives the messages of p to the transport. last is closed when it is about
// to be given the last one.
func (o *outbox) hand(p *parcel, last chan struct{}) (err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			o.flow.defect(panicked)
			err = errDefect
		}
	}()
	for {
		message, isLast, ok := p.next()
		if !ok {
			return nil
		}
		o.sent.Add(1)
		if isLast {
			close(last)
		}
		if err := o.flow.rpc.Send(message); err != nil {
			o.sent.Add(-1)
			return err
		}
	}
}

// alone waits until nothing is being handed over, at most until ctx ends, and then
// calls do.
func (o *outbox) alone(ctx context.Context, do func() error) error {
	select {
	case <-o.free:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer func() { o.free <- struct{}{} }()
	return do()
}

// count is how many messages were sent.
func (o *outbox) count() int { return int(o.sent.Load()) }

// complete ends the sending side, after what is being handed over. It returns
// false if that was done before.
func (o *outbox) complete() bool {
	o.mu.Lock()
	before := o.completed
	o.completed = true
	o.mu.Unlock()
	if before {
		return false
	}
	select {
	case <-o.free:
		o.flow.rpc.CloseSend()
		o.free <- struct{}{}
	default:
		o.flow.work.Go(func() {
			<-o.free
			o.flow.rpc.CloseSend()
			o.free <- struct{}{}
		})
	}
	return true
}

// isCompleted tells whether complete was called.
func (o *outbox) isCompleted() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.completed
}
