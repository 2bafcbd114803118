package grpcops

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/resolver"
)

// link is what a connection knows of its way to the server: whether there is one,
// why there is none, and how to try again. It lets a connection outlive its server:
// grpc-go tries again on a clock of its own, which slows down, and meanwhile repeats
// why it failed; a link tries when a request asks (see queue).
//
// Its Conn owns it; close ends what it does and waits for it.
type link struct {
	cc     *grpc.ClientConn // set before the first request
	dialer *dialer
	tls    bool
	begun  time.Time

	ready  atomic.Bool // there is a connection
	worked atomic.Bool // there was one

	failures atomic.Uint64 // attempts that have failed

	mu       sync.Mutex
	names    *names // nil where there is no name to resolve
	reviving bool   // an attempt is being prepared
	closed   bool
	retry    *time.Timer // nil for none
	wires    map[*wire]struct{}

	// subConns is held while grpc-go's table of subchannels changes, and while
	// ResetConnectBackoff reads it, which takes no lock for that.
	subConns sync.Mutex

	work sync.WaitGroup
}

func newLink(d *dialer, tls bool) *link {
	return &link{dialer: d, tls: tls, begun: time.Now(), wires: map[*wire]struct{}{}}
}

// clock is the time since the link was made, in nanoseconds.
func (l *link) clock() int64 { return int64(time.Since(l.begun)) }

func (l *link) setNames(n *names) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.names = n
}

// since is the key of how many attempts had failed when a request began.
type since struct{}

// request notes where a request begins while there is no connection: what failed
// before it is not its cause.
func (l *link) request(ctx context.Context) context.Context {
	if l.ready.Load() {
		return ctx
	}
	return context.WithValue(ctx, since{}, l.failures.Load())
}

// failed counts an attempt that has failed, and returns its number. While another one
// is being prepared, what fails is still of before.
func (l *link) failed() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.reviving && l.failures.Load() > 0 {
		return l.failures.Load()
	}
	return l.failures.Add(1)
}

// revive tries to connect now, to where the server's name leads now.
func (l *link) revive() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.reviving || l.closed {
		return
	}
	l.reviving = true
	l.work.Go(func() {
		l.mu.Lock()
		names := l.names
		l.mu.Unlock()
		var err error
		if names != nil {
			err = names.ask()
		}
		l.mu.Lock()
		l.reviving = false
		l.mu.Unlock()
		if err != nil {
			names.nowhere()
		}
		l.subConns.Lock()
		defer l.subConns.Unlock()
		l.cc.ResetConnectBackoff()
	})
}

// lookUp asks soon where the server's name leads.
func (l *link) lookUp() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.names != nil {
		l.names.ResolveNow(resolver.ResolveNowOptions{})
	}
}

// retryPause is how long after a failed attempt the next one is made for requests that
// wait for a connection.
const retryPause = time.Second

// reviveSoon does the same after a pause.
func (l *link) reviveSoon() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	if l.retry != nil {
		l.retry.Stop()
	}
	l.retry = time.AfterFunc(retryPause, l.revive)
}

// watch makes a connection one whose silence is noticed.
func (l *link) watch(conn net.Conn) *wire {
	w := newWire(l, conn)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wires[w] = struct{}{}
	return w
}

func (l *link) forget(w *wire) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.wires, w)
}

// silentFor probes what was not heard for as long as a request has run to its end.
func (l *link) silentFor(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock()
	for w := range l.wires {
		if now-w.heard.Load() >= int64(d) {
			w.probe()
		}
	}
}

// streams is how many streams the server allows at a time.
func (l *link) streams() uint32 {
	l.mu.Lock()
	defer l.mu.Unlock()
	var most uint32
	for w := range l.wires {
		most = max(most, w.streams.Load())
	}
	return most
}

// close ends the connection and what still runs on it.
func (l *link) close() {
	l.mu.Lock()
	l.closed = true
	if l.retry != nil {
		l.retry.Stop()
	}
	l.mu.Unlock()
	l.cc.Close()
	l.work.Wait()
}
