package grpcops

import (
	"context"
	"maps"
	"net"
	"sync"
	"time"

	"google.golang.org/grpc/resolver"
)

// names resolves the host of a dns: target. grpc-go's own resolver asks at most
// every 30 seconds, and waits longer each time that fails; this one asks whenever a
// connection is lost or a request needs one, at most once a second.
//
// The connection owns it; Close ends what it does and waits for it.
type names struct {
	host, port string
	lookup     func(ctx context.Context, host string) ([]string, error)
	cc         resolver.ClientConn
	ctx        context.Context
	cancel     context.CancelFunc
	work       sync.WaitGroup

	turn  sync.Mutex // held by the one who asks
	last  time.Time  // guarded by turn, as are those below
	known map[string]bool
	err   error // of the last time, nil once an address is known

	soon chan struct{} // holds a token while a question is wanted
}

// leastInterval is how far two questions about a name are apart.
const leastInterval = time.Second

// dnsBuilder makes the resolver of a link. Its scheme is that of gRPC's own.
type dnsBuilder struct{ link *link }

func (dnsBuilder) Scheme() string { return "dns" }

func (b dnsBuilder) Build(target resolver.Target, cc resolver.ClientConn, _ resolver.BuildOptions) (resolver.Resolver, error) {
	host, port, err := net.SplitHostPort(target.Endpoint())
	if err != nil {
		return nil, err
	}
	if b.link.dialer.proxy != nil || net.ParseIP(host) != nil { // a proxy resolves names itself
		return listBuilder{[]string{target.Endpoint()}}.Build(target, cc, resolver.BuildOptions{})
	}
	n := &names{host: host, port: port, lookup: net.DefaultResolver.LookupHost, cc: cc, soon: make(chan struct{}, 1)}
	if server := target.URL.Host; server != "" {
		n.lookup = lookupAt(server)
	}
	n.ctx, n.cancel = context.WithCancel(context.Background())
	b.link.setNames(n)
	n.work.Go(n.watch)
	return n, nil
}

// lookupAt asks a name server of its own.
func lookupAt(server string) func(context.Context, string) ([]string, error) {
	if _, _, err := net.SplitHostPort(server); err != nil {
		server = net.JoinHostPort(server, "53")
	}
	r := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, network, server)
	}}
	return r.LookupHost
}

// watch asks when it begins, and then each time that is wanted.
func (n *names) watch() {
	for {
		if n.ask() != nil {
			n.nowhere()
		}
		select {
		case <-n.soon:
		case <-n.ctx.Done():
			return
		}
		select {
		case <-time.After(leastInterval):
		case <-n.ctx.Done():
			return
		}
	}
}

// ask asks for the addresses and tells grpc-go of new ones. While none was ever known
// it returns the error; later it keeps those that are known.
func (n *names) ask() error {
	n.turn.Lock()
	defer n.turn.Unlock()
	ctx := n.ctx
	if n.known != nil {
		if time.Since(n.last) < leastInterval {
			return nil
		}
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, leastInterval)
		defer cancel()
	}
	found, err := n.lookup(ctx, n.host)
	n.last = time.Now()
	if err != nil {
		if n.known == nil {
			n.err = err
			return err
		}
		return nil
	}
	set := map[string]bool{}
	var state resolver.State
	for _, ip := range found {
		if address := net.JoinHostPort(ip, n.port); !set[address] {
			set[address] = true
			state.Endpoints = append(state.Endpoints, resolver.Endpoint{Addresses: []resolver.Address{{Addr: address}}})
		}
	}
	n.err = nil
	if !maps.Equal(set, n.known) {
		n.known = set
		_ = n.cc.UpdateState(state) // what is wrong with it shows in the connection's state
	}
	return nil
}

// nowhere tells grpc-go that there are no addresses.
func (n *names) nowhere() {
	_ = n.cc.UpdateState(resolver.State{Endpoints: []resolver.Endpoint{}}) // which is an error, as is meant
}

// why is the error of the last question, nil once an address is known.
func (n *names) why() error {
	n.turn.Lock()
	defer n.turn.Unlock()
	return n.err
}

// ResolveNow asks soon; grpc-go calls it when a connection is lost.
func (n *names) ResolveNow(resolver.ResolveNowOptions) {
	select {
	case n.soon <- struct{}{}:
	default:
	}
}

// Close ends the questions.
func (n *names) Close() {
	n.cancel()
	n.work.Wait()
}
