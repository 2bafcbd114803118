package rpc

import "sync"

// budget bounds the memory of requests that are accepted and whose answers are
// not written. It holds the reader back, and nothing else.
type budget struct {
	max  int
	mu   sync.Mutex
	room sync.Cond // of mu
	used int
}

func newBudget(max int) *budget {
	b := &budget{max: max}
	b.room.L = &b.mu
	return b
}

// overhead is what a request takes beside its own bytes: mostly the stack of its
// goroutine, and its contexts.
const overhead = 6 << 10

// take waits for room for n bytes. A message that is larger than the whole
// budget is let in when there is nothing else.
func (b *budget) take(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for b.used > 0 && b.used+n > b.max {
		b.room.Wait()
	}
	b.used += n
}

// add counts n bytes without waiting, give gives n back.
func (b *budget) add(n int) {
	b.mu.Lock()
	b.used += n
	b.mu.Unlock()
}

func (b *budget) give(n int) {
	b.mu.Lock()
	b.used -= n
	b.mu.Unlock()
	b.room.Signal()
}
