package testserver

import (
	"net"
	"sync"
	"testing"
)

// Relay hands what it gets on to another address, as long as it is told to.
type Relay struct {
	Addr string // where it listens

	mu     sync.Mutex
	target string
	flows  map[*relayed]struct{}
}

// relayed is one connection through a Relay.
type relayed struct {
	in, out net.Conn

	mu        sync.Mutex
	swallowed bool
}

// StartRelay starts a relay that hands on to the target.
func StartRelay(t testing.TB, target string) *Relay {
	t.Helper()
	r := &Relay{target: target, flows: map[*relayed]struct{}{}}
	r.Addr = Raw(t, r.serve)
	return r
}

// To changes the target of connections to come.
func (r *Relay) To(target string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.target = target
}

// Swallow loses all that comes on the connections of now, which stay open.
func (r *Relay) Swallow() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for flow := range r.flows {
		flow.mu.Lock()
		flow.swallowed = true
		flow.mu.Unlock()
	}
}

// Flows is how many connections are open.
func (r *Relay) Flows() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.flows)
}

func (r *Relay) serve(in net.Conn) {
	r.mu.Lock()
	target := r.target
	r.mu.Unlock()
	out, err := net.Dial("tcp", target)
	if err != nil {
		return
	}
	flow := &relayed{in: in, out: out}
	r.mu.Lock()
	r.flows[flow] = struct{}{}
	r.mu.Unlock()
	var back sync.WaitGroup
	back.Go(func() {
		flow.copy(in, out)
		in.Close()
	})
	flow.copy(out, in)
	out.Close()
	back.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.flows, flow)
}

func (f *relayed) copy(to, from net.Conn) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		f.mu.Lock()
		swallowed := f.swallowed
		f.mu.Unlock()
		if !swallowed && n > 0 {
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
