package state

import (
	"container/list"
	"context"
	"sync"
)

// lane keeps the requests of one side of a stream in the order in which they
// came, so that they take effect and are answered in it. A request joins when it
// is read, waits for its turn, and leaves when its answer is queued. If it leaves
// before its turn, those behind it no longer wait for it.
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

// wait returns nil when all earlier places have left, or the cause that ended ctx.
//
// After the cause the request only has to be answered. It waits for its turn even
// then, so that answers keep their order, unless it was cancelled.
func (p *place) wait(ctx context.Context) error {
	select {
	case <-p.turn:
		return context.Cause(ctx)
	case <-ctx.Done():
	}
	err := context.Cause(ctx)
	if !isReason(err, Cancelled) {
		<-p.turn
	}
	return err
}

// leave gives the place up and lets the next one have its turn.
func (p *place) leave() {
	l := p.lane
	l.mu.Lock()
	defer l.mu.Unlock()
	first := p.element.Prev() == nil
	if behind := p.element.Next(); behind != nil && first {
		close(behind.Value.(*place).turn)
	}
	l.places.Remove(p.element)
}

// waitFor waits for done to be closed, or returns the cause that ended ctx. What
// is closed already counts, also if ctx has ended.
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

// done counts one less and tells whether that was the last.
func (t *tally) done() (last bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.count--; t.count == 0 && t.none != nil {
		close(t.none)
		t.none = nil
	}
	return t.count == 0
}

func (t *tally) isZero() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.count == 0
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
