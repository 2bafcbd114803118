package state

import (
	"context"
	"encoding/json"
	"math"
	"sync"

	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/internal/memory"
)

// inbox holds what a stream has received and nobody has taken. One goroutine
// puts and at most one takes at a time.
type inbox struct {
	mu       sync.Mutex
	limits   Limits
	account  *memory.Account
	gathers  *memory.Gathering // what the messages are part of; nil if it is nothing. Set before the first put
	messages []json.RawMessage
	size     int // what the messages hold, in bytes
	headers  grpcops.Metadata
	headed   bool         // the server sent headers
	final    *grpcops.End // how the RPC ended; set before ended is closed

	arrived chan struct{} // signals a message to the one that takes
	room    chan struct{} // signals room to the one that puts
	begun   chan struct{} // closed when the headers are known
	ended   chan struct{} // closed at the end
}

func newInbox(limits Limits, account *memory.Account) *inbox {
	return &inbox{
		limits: limits, account: account,
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

// cost is what a message holds, in bytes.
func cost(message json.RawMessage) int { return len(message) + memory.PerMessage }

// put adds a message, waiting for room until ctx ends.
func (b *inbox) put(ctx context.Context, message json.RawMessage) {
	if b.gathers != nil {
		b.gathers.Add(cost(message))
	}
	for {
		b.mu.Lock()
		full := len(b.messages) > 0 &&
			(len(b.messages) >= b.limits.ReadAhead || b.size+cost(message) > b.limits.ReadAheadSize)
		if !full || ctx.Err() != nil { // a cancelled RPC ends at once; what came before is kept
			b.messages = append(b.messages, message)
			b.size += cost(message)
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

// Taken is what was received: messages, or the end, or both if the messages
// are the last ones and the status is OK.
type Taken struct {
	Messages []json.RawMessage
	End      *grpcops.End // nil while the stream goes on
}

// take waits for a message or the end, and for room for reply, then takes what is
// there, at most max messages. A status that is not OK is its own, after the
// messages.
func (b *inbox) take(ctx context.Context, max int, reply *memory.Reply) (Taken, error) {
	for !b.isReady() {
		select {
		case <-b.arrived:
		case <-b.ended:
		case <-ctx.Done():
			return Taken{}, context.Cause(ctx)
		}
	}
	if reply != nil {
		if reply.Arrive(ctx, b.account); ctx.Err() != nil {
			return Taken{}, context.Cause(ctx)
		}
	}
	taken := b.poll(max)
	if reply != nil {
		for _, m := range taken.Messages {
			reply.Size += len(m)
		}
	}
	return taken, nil
}

// isReady tells whether there is a message or the end.
func (b *inbox) isReady() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.messages) > 0 || b.final != nil
}

// poll takes what is there, if there is anything.
func (b *inbox) poll(max int) (taken Taken) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := min(max, len(b.messages))
	if n > 0 {
		taken.Messages = b.messages[:n:n]
		if b.messages = b.messages[n:]; len(b.messages) == 0 {
			b.messages = nil
		}
		for _, m := range taken.Messages {
			b.size -= cost(m)
		}
		signal(b.room)
	}
	if len(b.messages) == 0 && b.final != nil && (n == 0 || b.final.Status.Code == 0) {
		taken.End = b.final
	}
	return taken
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
	return len(b.messages), b.size - len(b.messages)*memory.PerMessage
}
