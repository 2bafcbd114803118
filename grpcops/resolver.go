package grpcops

import "google.golang.org/grpc/resolver"

// listScheme is the scheme under which grpc-go finds a list of addresses.
const listScheme = "grpcline-list"

// listBuilder resolves a target to the addresses it was given: the ipv4: and
// ipv6: targets of gRPC name resolution.
type listBuilder struct{ addresses []string }

func (listBuilder) Scheme() string { return listScheme }

func (b listBuilder) Build(_ resolver.Target, cc resolver.ClientConn, _ resolver.BuildOptions) (resolver.Resolver, error) {
	var state resolver.State
	for _, a := range b.addresses {
		state.Endpoints = append(state.Endpoints, resolver.Endpoint{Addresses: []resolver.Address{{Addr: a}}})
	}
	return listResolver{}, cc.UpdateState(state)
}

// listResolver has nothing more to find out.
type listResolver struct{}

func (listResolver) ResolveNow(resolver.ResolveNowOptions) {}
func (listResolver) Close()                                {}
