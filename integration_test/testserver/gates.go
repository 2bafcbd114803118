package testserver

import (
	"context"
	"sync"
	"testing"
	"time"
)

// guard bounds every wait of a test for its server.
const guard = 60 * time.Second

// gates are named events, each of which happens at most once.
type gates struct {
	mu     sync.Mutex
	events map[string]chan struct{}
}

func (g *gates) event(name string) chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.events == nil {
		g.events = map[string]chan struct{}{}
	}
	if g.events[name] == nil {
		g.events[name] = make(chan struct{})
	}
	return g.events[name]
}

func (g *gates) happen(name string) {
	event := g.event(name)
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-event:
	default:
		close(event)
	}
}

// pass announces that a call has come to the gate and waits until the gate is
// opened or the call has ended.
func (g *gates) pass(ctx context.Context, name string) error {
	g.happen("reached " + name)
	select {
	case <-g.event("open " + name):
		return nil
	case <-ctx.Done():
		g.happen("cancelled " + name)
		return ctx.Err()
	}
}

func (g *gates) await(t testing.TB, what string) {
	t.Helper()
	select {
	case <-g.event(what):
	case <-time.After(guard):
		t.Fatalf("the server saw nothing of %q", what)
	}
}

// Open lets every call through the gate.
func (s *Server) Open(gate string) { s.gates.happen("open " + gate) }

// AwaitReached waits until a call has come to the gate.
func (s *Server) AwaitReached(t testing.TB, gate string) {
	t.Helper()
	s.gates.await(t, "reached "+gate)
}

// AwaitCancelled waits until a call that stood at the gate has ended.
func (s *Server) AwaitCancelled(t testing.TB, gate string) {
	t.Helper()
	s.gates.await(t, "cancelled "+gate)
}
