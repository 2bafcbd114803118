package testserver

import (
	"context"
	"maps"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/stats"
)

// connCounter counts the connections that a server has at the moment, and
// notes what only the transport knows of its calls.
type connCounter struct {
	mu      sync.Mutex
	changed *sync.Cond
	open    int
	total   int
}

// encodingKey finds the encoding of a call's messages in its context.
type encodingKey struct{}

func encodingOf(ctx context.Context) string {
	encoding, _ := ctx.Value(encodingKey{}).(*atomic.Pointer[string])
	if encoding == nil || encoding.Load() == nil {
		return ""
	}
	return *encoding.Load()
}

func (c *connCounter) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context {
	return context.WithValue(ctx, encodingKey{}, new(atomic.Pointer[string]))
}

func (c *connCounter) HandleRPC(ctx context.Context, event stats.RPCStats) {
	encoding, _ := ctx.Value(encodingKey{}).(*atomic.Pointer[string])
	if header, ok := event.(*stats.InHeader); ok && encoding != nil {
		encoding.Store(&header.Compression)
	}
}

func (c *connCounter) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context {
	return ctx
}

func (c *connCounter) HandleConn(_ context.Context, event stats.ConnStats) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch event.(type) {
	case *stats.ConnBegin:
		c.open++
		c.total++
	case *stats.ConnEnd:
		c.open--
	}
	c.changed.Broadcast()
}

// Connections returns how many connections the server has had.
func (s *Server) Connections() int {
	s.conns.mu.Lock()
	defer s.conns.mu.Unlock()
	return s.conns.total
}

// AwaitConnections waits until the server has exactly so many connections.
func (s *Server) AwaitConnections(t testing.TB, want int) {
	t.Helper()
	c := &s.conns
	late := false
	timer := time.AfterFunc(guard, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		late = true
		c.changed.Broadcast()
	})
	defer timer.Stop()
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.open != want && !late {
		c.changed.Wait()
	}
	if c.open != want {
		t.Fatalf("the server has %d connections, want %d", c.open, want)
	}
}

// callCounter counts calls by their path.
type callCounter struct {
	mu    sync.Mutex
	paths map[string]int
}

func (c *callCounter) add(path string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.paths == nil {
		c.paths = map[string]int{}
	}
	c.paths[path]++
}

// Calls returns how often each method has been called, reflection and health
// not included.
func (s *Server) Calls() map[string]int {
	s.calls.mu.Lock()
	defer s.calls.mu.Unlock()
	return maps.Clone(s.calls.paths)
}
