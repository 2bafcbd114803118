package grpcops

import (
	"encoding/json"
	"errors"
	"sync"
	"sync/atomic"

	"google.golang.org/grpc/balancer"
	"google.golang.org/grpc/balancer/pickfirst"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/resolver"
	"google.golang.org/grpc/serviceconfig"
	"google.golang.org/grpc/status"
)

// policy is a load balancing policy of grpc-go that leaves the balancing to another
// one. It is told of every attempt that fails, and decides which requests that ends.
type policy struct{}

const policyName = "grpcline_link"

// registerPolicy makes the policy known to grpc-go, which has one table of them for
// the process.
var registerPolicy = sync.OnceFunc(func() { balancer.Register(policy{}) })

func (policy) Name() string { return policyName }

// policyConfig is the policy that balances.
type policyConfig struct {
	serviceconfig.LoadBalancingConfig
	builder balancer.Builder
	own     serviceconfig.LoadBalancingConfig
}

// ParseConfig chooses the first policy of childPolicy that is known.
func (policy) ParseConfig(text json.RawMessage) (serviceconfig.LoadBalancingConfig, error) {
	var given struct {
		ChildPolicy []map[string]json.RawMessage `json:"childPolicy"`
	}
	if err := json.Unmarshal(text, &given); err != nil {
		return nil, err
	}
	if given.ChildPolicy == nil {
		return &policyConfig{builder: balancer.Get(pickfirst.Name)}, nil
	}
	for _, one := range given.ChildPolicy {
		for name, text := range one {
			builder := balancer.Get(name)
			if builder == nil {
				continue
			}
			chosen := &policyConfig{builder: builder}
			if parser, ok := builder.(balancer.ConfigParser); ok {
				var err error
				if chosen.own, err = parser.ParseConfig(text); err != nil {
					return nil, err
				}
			}
			return chosen, nil
		}
	}
	return nil, errors.New("loadBalancingConfig names no policy that is known; pick_first and round_robin are")
}

// withPolicy puts the policy over the one of a service config, which may be nil.
func withPolicy(config ServiceConfig) (string, error) {
	all := map[string]json.RawMessage{}
	if config != nil {
		if err := json.Unmarshal(config, &all); err != nil {
			return "", err
		}
	}
	own := map[string]json.RawMessage{}
	if list, ok := all["loadBalancingConfig"]; ok {
		own["childPolicy"] = list
	} else if name, ok := all["loadBalancingPolicy"]; ok {
		var text string
		if err := json.Unmarshal(name, &text); err != nil {
			return "", err
		}
		if balancer.Get(text) != nil { // grpc-go goes by pick_first where it does not know the policy
			list, err := json.Marshal([]map[string]struct{}{{text: {}}})
			if err != nil {
				return "", err
			}
			own["childPolicy"] = list
		}
	}
	list, err := json.Marshal([]map[string]any{{policyName: own}})
	if err != nil {
		return "", err
	}
	all["loadBalancingConfig"] = list
	text, err := json.Marshal(all)
	return string(text), err
}

// Build makes the policy of one connection, whose link is that of its credentials.
func (policy) Build(cc balancer.ClientConn, options balancer.BuildOptions) balancer.Balancer {
	return &linked{ClientConn: cc, options: options, link: options.DialCreds.(*handshake).link}
}

// linked is the policy of one connection. It is the balancer.ClientConn of the policy
// that balances.
type linked struct {
	balancer.ClientConn
	options balancer.BuildOptions
	link    *link
	child   balancer.Balancer // nil before the first addresses
}

func (b *linked) UpdateClientConnState(s balancer.ClientConnState) error {
	config := s.BalancerConfig.(*policyConfig)
	if b.child == nil {
		b.child = config.builder.Build(b, b.options)
	}
	s.BalancerConfig = config.own
	return b.child.UpdateClientConnState(s)
}

func (b *linked) ResolverError(err error) {
	if b.child != nil {
		b.child.ResolverError(err)
	}
}

func (*linked) UpdateSubConnState(balancer.SubConn, balancer.SubConnState) {} // grpc-go does not call it any more

func (b *linked) ExitIdle() {
	if b.child != nil {
		b.child.ExitIdle()
	}
}

func (b *linked) Close() {
	if b.child != nil {
		b.child.Close()
	}
}

// UpdateState is told how the connection is by the policy that balances.
func (b *linked) UpdateState(s balancer.State) {
	s.Picker = ofSubConns{s.Picker}
	switch s.ConnectivityState {
	case connectivity.Ready:
		b.link.worked.Store(true)
	case connectivity.Connecting:
		s.Picker = &dialing{b.link, s.Picker, b.link.clock()}
	case connectivity.TransientFailure:
		s.Picker = &queue{link: b.link, inner: s.Picker, failure: b.link.failed()}
	}
	b.link.ready.Store(s.ConnectivityState == connectivity.Ready)
	b.ClientConn.UpdateState(s)
}

// NewSubConn makes a subchannel for the policy that balances.
func (b *linked) NewSubConn(addresses []resolver.Address, o balancer.NewSubConnOptions) (balancer.SubConn, error) {
	b.link.subConns.Lock()
	defer b.link.subConns.Unlock()
	//lint:ignore SA1019 it is the only way to make one
	made, err := b.ClientConn.NewSubConn(addresses, o)
	if err != nil {
		return nil, err
	}
	return &subConn{made, b.link}, nil
}

// UpdateAddresses is for policies that still use it.
func (b *linked) UpdateAddresses(sc balancer.SubConn, addresses []resolver.Address) {
	//lint:ignore SA1019 it is passed on
	b.ClientConn.UpdateAddresses(unwrapped(sc), addresses)
}

// subConn is a subchannel that does not leave grpc-go's table while that is read.
type subConn struct {
	balancer.SubConn
	link *link
}

func (s *subConn) Shutdown() {
	s.link.subConns.Lock()
	defer s.link.subConns.Unlock()
	s.SubConn.Shutdown()
}

// unwrapped is the subchannel as grpc-go knows it.
func unwrapped(sc balancer.SubConn) balancer.SubConn {
	if own, ok := sc.(*subConn); ok {
		return own.SubConn
	}
	return sc
}

// ofSubConns picks what the policy that balances picks, as grpc-go knows it.
type ofSubConns struct{ inner balancer.Picker }

func (p ofSubConns) Pick(info balancer.PickInfo) (balancer.PickResult, error) {
	result, err := p.inner.Pick(info)
	if err == nil {
		result.SubConn = unwrapped(result.SubConn)
	}
	return result, err
}

// dialing is asked for a connection while one is being made. If that takes long, the
// server's name may lead elsewhere by now.
type dialing struct {
	link  *link
	inner balancer.Picker
	since int64 // as link.clock has it
}

func (d *dialing) Pick(info balancer.PickInfo) (balancer.PickResult, error) {
	if d.link.clock()-d.since > int64(leastInterval) {
		d.link.lookUp()
	}
	return d.inner.Pick(info)
}

// queue is asked for a connection while there is none. A request that began before the
// last attempt failed ends with its cause. A later one waits for an attempt of its
// own, which it shares with all that come meanwhile.
type queue struct {
	link    *link
	inner   balancer.Picker
	failure uint64      // the number of the last failure
	told    atomic.Bool // the cause was told; those who wait for ready wait on
}

func (q *queue) Pick(info balancer.PickInfo) (balancer.PickResult, error) {
	result, err := q.inner.Pick(info)
	if err == nil || errors.Is(err, balancer.ErrNoSubConnAvailable) {
		return result, err
	}
	if _, ends := status.FromError(err); ends {
		return result, err
	}
	if before, ok := info.Ctx.Value(since{}).(uint64); ok && before >= q.failure {
		q.link.revive()
		return result, balancer.ErrNoSubConnAvailable
	}
	if q.told.CompareAndSwap(false, true) {
		q.link.reviveSoon()
	}
	return result, errors.New(noConnection + q.link.cause(err))
}
