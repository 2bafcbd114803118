package integration_test

import (
	"sync"
	"time"
)

// guard bounds every wait of a test for the worker.
const guard = 60 * time.Second

// mailbox is an unbounded queue with one or more takers.
type mailbox[T any] struct {
	mu    sync.Mutex
	items []T
	ready chan struct{} // holds a token while there are items
}

func newMailbox[T any]() *mailbox[T] {
	return &mailbox[T]{ready: make(chan struct{}, 1)}
}

func (m *mailbox[T]) put(item T) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.items = append(m.items, item)
	m.signal()
}

func (m *mailbox[T]) signal() {
	select {
	case m.ready <- struct{}{}:
	default:
	}
}

func (m *mailbox[T]) pop() (item T, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.items) == 0 {
		return item, false
	}
	item = m.items[0]
	m.items = m.items[1:]
	if len(m.items) > 0 {
		m.signal()
	}
	return item, true
}

func (m *mailbox[T]) rest() []T {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.items
}

// take waits for an item until ended is closed or the guard is over.
func (m *mailbox[T]) take(ended <-chan struct{}) (item T, ok bool) {
	late := time.NewTimer(guard)
	defer late.Stop()
	for {
		if item, ok = m.pop(); ok {
			return item, true
		}
		select {
		case <-m.ready:
		case <-ended:
			return m.pop()
		case <-late.C:
			return item, false
		}
	}
}
