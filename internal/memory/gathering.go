package memory

import (
	"container/list"
	"context"
)

// Gathering is what one request gathers for its answer. Make one with Gather.
type Gathering struct {
	account *Account
	element *list.Element // of account.gatherers
	size    int
	first   Reply         // of the first message, until it has come
	goOn    chan struct{} // signals that it may gather more, perhaps
}

// Gather begins to gather. End must follow.
func (a *Account) Gather() *Gathering {
	g := &Gathering{account: a, goOn: make(chan struct{}, 1)}
	a.mu.Lock()
	defer a.mu.Unlock()
	g.element = a.gatherers.PushBack(g)
	return g
}

// Wait returns when more may be received, or ctx ends. Before the first message it
// waits for room as a reply does.
func (g *Gathering) Wait(ctx context.Context) {
	if g.size == 0 {
		g.first.Arrive(ctx, g.account)
		return
	}
	for !g.mayGoOn() {
		select {
		case <-g.goOn:
		case <-ctx.Done():
			return
		}
	}
}

func (g *Gathering) mayGoOn() bool {
	g.account.mu.Lock()
	defer g.account.mu.Unlock()
	return g.account.gathered <= g.account.max/2 || g.element.Prev() == nil
}

// Add counts n bytes that were received.
func (g *Gathering) Add(n int) {
	a := g.account
	a.mu.Lock()
	g.size += n
	a.gathered += n
	a.hold(n)
	a.mu.Unlock()
	g.first.Size = n
	g.first.Release()
}

// End gives back all that was gathered: it is counted as queued, or nobody wants it.
func (g *Gathering) End() {
	g.first.Release()
	a := g.account
	a.mu.Lock()
	defer a.mu.Unlock()
	a.gatherers.Remove(g.element)
	a.gathered -= g.size
	a.hold(-g.size)
	for e := a.gatherers.Front(); e != nil; e = e.Next() {
		select {
		case e.Value.(*Gathering).goOn <- struct{}{}:
		default:
		}
	}
}
