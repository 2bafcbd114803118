package state

import (
	"container/list"
	"context"
	"sync"
)

// lane keeps the requests of one side of a stream in the order in which they
// came. A request joins when it is read, waits for its turn, and leaves when it
// is done or given up; a place that leaves early is skipped.
type lane struct {
	mu     sync.Mutex
	places list.List // of *place; the first has its turn
}

// place is a request's place in a lane.
type place struct {
	lane    *lane
	element *list.Element
	turn    chan struct{} // closed when it is first
}

// join takes a place at the end.
func (l *lane) join() *place {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := &place{lane: l, turn: make(chan struct{})}
	p.element = l.places.PushBack(p)
	if l.places.Len() == 1 {
		close(p.turn)
	}
	return p
}

// wait returns when all earlier places have left, or with the cause that ended
// ctx.
func (p *place) wait(ctx context.Context) error {
	select {
	case <-p.turn:
		return context.Cause(ctx)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// waitFor waits for done to be closed, or returns the cause that ended ctx. What
// is closed already counts, also where ctx has ended.
func waitFor(ctx context.Context, done <-chan struct{}) error {
	select {
	case <-done:
		return nil
	default:
	}
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// leave gives the place up and lets the next one have its turn.
func (p *place) leave() {
	l := p.lane
	l.mu.Lock()
	defer l.mu.Unlock()
	wasFirst := l.places.Front() == p.element
	l.places.Remove(p.element)
	if next := l.places.Front(); wasFirst && next != nil {
		close(next.Value.(*place).turn)
	}
}

// tally counts the requests that use a handle, so that closing can take its turn
// after them.
type tally struct {
	mu    sync.Mutex
	count int
	none  chan struct{} // closed when count falls to 0; nil while nobody waits
}

func (t *tally) add() {
	t.mu.Lock()
	t.count++
	t.mu.Unlock()
}

func (t *tally) done() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.count--; t.count == 0 && t.none != nil {
		close(t.none)
		t.none = nil
	}
}

// wait returns when the count is 0, or with the cause that ended ctx.
func (t *tally) wait(ctx context.Context) error {
	t.mu.Lock()
	if t.count == 0 {
		t.mu.Unlock()
		return nil
	}
	if t.none == nil {
		t.none = make(chan struct{})
	}
	none := t.none
	t.mu.Unlock()
	return waitFor(ctx, none)
}
