package state

import (
	"context"
	"encoding/json"
	"math"
	"sync"

	"github.com/grpcline/grpcline/grpcops"
)

// inbox holds what a stream has received and nobody has taken. One goroutine
// puts and at most one takes at a time.
type inbox struct {
	mu       sync.Mutex
	limits   Limits
	messages []json.RawMessage
	size     int // bytes of messages
	headers  grpcops.Metadata
	headed   bool         // the server sent headers
	final    *grpcops.End // how the RPC ended; set before ended is closed

	arrived chan struct{} // signals a message to the one that takes
	room    chan struct{} // signals room to the one that puts
	begun   chan struct{} // closed when the headers are known
	ended   chan struct{} // closed at the end
}

func newInbox(limits Limits) *inbox {
	return &inbox{
		limits:  limits,
		arrived: make(chan struct{}, 1), room: make(chan struct{}, 1),
		begun: make(chan struct{}), ended: make(chan struct{}),
	}
}

// signal wakes the one that waits for c, now or when it next does.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// put adds a message, waiting for room until ctx ends.
func (b *inbox) put(ctx context.Context, message json.RawMessage) {
	for {
		b.mu.Lock()
		full := len(b.messages) > 0 &&
			(len(b.messages) >= b.limits.ReadAhead || b.size+len(message) > b.limits.ReadAheadSize)
		if !full || ctx.Err() != nil { // a cancelled RPC ends at once; what came before is kept
			b.messages = append(b.messages, message)
			b.size += len(message)
			b.mu.Unlock()
			signal(b.arrived)
			return
		}
		b.mu.Unlock()
		select {
		case <-b.room:
		case <-ctx.Done():
		}
	}
}

// takeUpTo raises the bound on what is read ahead to that many bytes.
func (b *inbox) takeUpTo(bytes int) {
	b.mu.Lock()
	b.limits.ReadAhead, b.limits.ReadAheadSize = math.MaxInt, bytes
	b.mu.Unlock()
	signal(b.room)
}

// begin makes the headers known.
func (b *inbox) begin(headers grpcops.Metadata, received bool) {
	b.mu.Lock()
	b.headers, b.headed = headers, received
	b.mu.Unlock()
	close(b.begun)
}

// finish makes the end known, after the last put.
func (b *inbox) finish(end *grpcops.End) {
	b.mu.Lock()
	b.final = end
	b.mu.Unlock()
	close(b.ended)
}

// Taken is what was received: messages, or the end, or both where the messages
// are the last ones and the status is OK.
type Taken struct {
	Messages []json.RawMessage
	End      *grpcops.End // nil while the stream goes on
}

// take waits for a message or the end, then takes what is there, at most max
// messages. A status that is not OK is its own, after the messages.
func (b *inbox) take(ctx context.Context, max int) (Taken, error) {
	for {
		if taken, ok := b.poll(max); ok {
			return taken, nil
		}
		select {
		case <-b.arrived:
		case <-b.ended:
		case <-ctx.Done():
			return Taken{}, context.Cause(ctx)
		}
	}
}

// poll takes what is there. ok is false where there is neither message nor end.
func (b *inbox) poll(max int) (taken Taken, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := min(max, len(b.messages))
	if n > 0 {
		taken.Messages = b.messages[:n:n]
		if b.messages = b.messages[n:]; len(b.messages) == 0 {
			b.messages = nil
		}
		for _, m := range taken.Messages {
			b.size -= len(m)
		}
		signal(b.room)
	}
	if len(b.messages) == 0 && b.final != nil && (n == 0 || b.final.Status.Code == 0) {
		taken.End = b.final
	}
	return taken, n > 0 || taken.End != nil
}

// header waits for the headers. Where the RPC failed before any came, its status
// is the error.
func (b *inbox) header(ctx context.Context) (grpcops.Metadata, error) {
	select {
	case <-b.begun:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	b.mu.Lock()
	headers, headed := b.headers, b.headed
	b.mu.Unlock()
	if headed {
		return headers, nil
	}
	end, err := b.wait(ctx)
	if err != nil {
		return nil, err
	}
	if end.Status.Code != 0 {
		return nil, &grpcops.StatusError{End: *end}
	}
	return headers, nil
}

// wait waits for the end. What is not taken meanwhile stays.
func (b *inbox) wait(ctx context.Context) (*grpcops.End, error) {
	select {
	case <-b.ended:
		return b.final, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// counts tells how much waits to be taken.
func (b *inbox) counts() (messages, bytes int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.messages), b.size
}
