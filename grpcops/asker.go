package grpcops

import (
	"context"
	"sync"
	"time"

	"github.com/grpcline/grpcline/grpcops/transcode"
)

// asker asks the server's reflection for what the messages of one RPC name and the
// schema lacks: the type of an Any, an extension. ctx is the RPC's, with its metadata.
type asker struct {
	conn *Conn
	ctx  context.Context
}

// asking makes the options ask a, if reflection is part of the connection's schema.
func (c *Conn) asking(options transcode.Options, a *asker, ctx context.Context) transcode.Options {
	if a.conn, a.ctx = c, ctx; c.reflects() {
		options.Asker = a
	}
	return options
}

// Ask takes no longer than a request of the connection may.
func (a *asker) Ask(names []transcode.Name) bool {
	names = a.conn.types.met.fresh(names)
	if len(names) == 0 {
		return false
	}
	ctx := a.ctx
	if d := a.conn.Params.Timeout(); d > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, d)
		defer cancel()
	}
	if a.conn.takeTurn(ctx) != nil {
		return false
	}
	defer a.conn.endTurn()
	known := a.conn.types.all.Load()
	if known == nil {
		return false
	}
	if names = a.conn.types.met.fresh(names); len(names) == 0 {
		return true // another has asked for them meanwhile
	}
	learned, err := known.Learn(ctx, a.conn.cc, names)
	if ctx.Err() != nil {
		return false // it can be asked again
	}
	a.conn.types.met.add(names, err != nil)
	a.conn.types.all.Store(learned)
	return learned != known
}

// met are the names that the server was asked for: each is asked for once, when it is
// first met, and again a while after that failed.
type met struct {
	mu    sync.Mutex
	names map[transcode.Name]time.Time // until when it is not asked for; zero is for ever
}

// mostMet bounds the names that are remembered; others are not asked for.
const mostMet = 10_000

// fresh are those of the names that are to be asked for.
func (m *met) fresh(names []transcode.Name) []transcode.Name {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []transcode.Name
	for _, n := range names {
		until, known := m.names[n]
		if known && (until.IsZero() || time.Now().Before(until)) || !known && len(m.names) >= mostMet {
			continue
		}
		list = append(list, n)
	}
	return list
}

func (m *met) add(names []transcode.Name, failed bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.names == nil {
		m.names = map[transcode.Name]time.Time{}
	}
	for _, n := range names {
		var until time.Time
		if failed {
			until = time.Now().Add(leastAge)
		}
		m.names[n] = until
	}
}

// forget makes all names fresh again.
func (m *met) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.names = nil
}
