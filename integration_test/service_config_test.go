package integration_test

import (
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/grpcline/grpcline/integration_test/testserver"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// TestRetryPolicy retries by the connection's service config.
func TestRetryPolicy(t *testing.T) {
	var calls atomic.Int32
	flaky := grpc.StreamInterceptor(func(srv any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
		if calls.Add(1)%3 != 0 {
			return status.Error(codes.Unavailable, "not this time")
		}
		return handler(srv, stream)
	})
	server := testserver.Start(t, testserver.Options{Server: []grpc.ServerOption{flaky}})
	h := Start(t)
	plain := h.Connect(server)
	if err := h.Fail("callMethod", scripted(plain, "Unary", nil, obj{"request": obj{}}), 14); !strings.Contains(err.Message, "not this time") {
		t.Errorf("%v", err)
	}
	calls.Store(0)
	retrying := h.Connect(server, obj{"serviceConfig": obj{"methodConfig": []any{obj{
		"name":        []any{obj{"service": scriptService}},
		"retryPolicy": obj{"maxAttempts": 4, "initialBackoff": "0.01s", "maxBackoff": "0.1s", "backoffMultiplier": 1, "retryableStatusCodes": []string{"UNAVAILABLE"}},
	}}}})
	h.Must("callMethod", scripted(retrying, "Unary", nil, obj{"request": obj{}}))
	if got := calls.Load(); got != 3 {
		t.Errorf("%d attempts, want 3", got)
	}
	twice := h.Connect(server, obj{"serviceConfig": obj{"methodConfig": []any{obj{
		"name":        []any{obj{"service": scriptService}},
		"retryPolicy": obj{"maxAttempts": 2, "initialBackoff": "0.01s", "maxBackoff": "0.1s", "backoffMultiplier": 1, "retryableStatusCodes": []string{"UNAVAILABLE"}},
	}}}})
	calls.Store(0)
	err := h.Fail("callMethod", scripted(twice, "Unary", nil, obj{"request": obj{}}), 14)
	if err.Data.Status.Message != "not this time" || err.Data.Origin != "server" {
		t.Errorf("after all attempts: %v", err)
	}
}

// TestMethodTimeout bounds a method by the service config.
func TestMethodTimeout(t *testing.T) {
	server := testserver.Start(t, testserver.Options{})
	h := Start(t)
	conn := h.Connect(server, obj{"serviceConfig": obj{"methodConfig": []any{obj{
		"name": []any{obj{"service": scriptService, "method": "Unary"}}, "timeout": "0.1s",
	}}}})
	h.Fail("callMethod", scripted(conn, "Unary", []testserver.Step{{Gate: "g"}}, obj{"request": obj{}, "timeoutMs": 0}), 4)
	h.Must("processBidiStream", scripted(conn, "Bidi", nil, obj{"exchangeOrder": []any{}}))
}

// TestBadServiceConfig refuses what is none.
func TestBadServiceConfig(t *testing.T) {
	h := Start(t)
	for _, config := range []any{"x", 5, []any{}, obj{"methodConfig": 5}, obj{"methodConfig": []any{obj{"timeout": "soon"}}}} {
		err := h.Fail("openConnection", obj{"address": "localhost:1", "lazy": true, "serviceConfig": config}, -32602)
		if !strings.HasPrefix(err.Data.Param, "serviceConfig") {
			t.Errorf("%v: %v", config, err)
		}
	}
	h.ping()
}

// TestRoundRobin spreads calls over the addresses of a name.
func TestRoundRobin(t *testing.T) {
	first, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(first.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	second, err := net.Listen("tcp", "127.0.0.2:"+port)
	if err != nil {
		t.Skip("no second address here:", err)
	}
	one := testserver.Start(t, testserver.Options{Listener: first})
	two := testserver.Start(t, testserver.Options{Listener: second})
	names := testserver.DNS(t, [4]byte{127, 0, 0, 1}, [4]byte{127, 0, 0, 2})
	h := Start(t)
	h.Must("openConnection", obj{"address": "dns://" + names + "/both.example:" + port, "proto": testserver.Texts(t),
		"serviceConfig": obj{"loadBalancingConfig": []any{obj{"round_robin": obj{}}}}})
	one.AwaitConnections(t, 1)
	two.AwaitConnections(t, 1)
	const path = "/" + scriptService + "/Unary"
	for range 1000 {
		h.Must("callMethod", scripted("c1", "Unary", nil, obj{"request": obj{}}))
		if one.Calls()[path] > 0 && two.Calls()[path] > 0 {
			return
		}
	}
	t.Errorf("1,000 calls went to one server: %v %v", one.Calls(), two.Calls())
}

// TestKeepalive pings a connection without streams and takes bad settings for
// what they are.
func TestKeepalive(t *testing.T) {
	server := testserver.Start(t, testserver.Options{})
	h := Start(t)
	conn := h.Connect(server, obj{"keepalive": obj{"timeMs": 10000, "timeoutMs": 1000, "permitWithoutStream": true}})
	h.Must("callMethod", scripted(conn, "Unary", nil))
	h.Fail("openConnection", obj{"address": server.Addr, "keepalive": obj{"timeMs": -1}}, -32602)
	h.Fail("openConnection", obj{"address": server.Addr, "keepalive": 5}, -32602)
}

// TestWaitForReady waits for a server that comes later.
func TestWaitForReady(t *testing.T) {
	address := testserver.Refusing(t)
	h := Start(t)
	h.Must("openConnection", obj{"address": address, "lazy": true, "proto": testserver.Texts(t), "waitForReady": true})
	hasty := h.Go("callMethod", scripted("c1", "Unary", nil, obj{"request": obj{}, "waitForReady": false}))
	patient := h.Go("callMethod", scripted("c1", "Unary", nil, obj{"request": obj{}, "timeoutMs": 30000}))
	hasty.Fail(14)
	testserver.StartAt(t, address, testserver.Options{})
	patient.Must()
	late := h.Go("callMethod", scripted(obj{"address": testserver.Refusing(t), "lazy": true, "waitForReady": true, "proto": testserver.Texts(t)},
		"Unary", nil, obj{"timeoutMs": 100}))
	late.Fail(4)
}

// TestWaitForReadyImplicit has a request that opens its connection itself wait for its
// server, as the request's option has it.
func TestWaitForReadyImplicit(t *testing.T) {
	address := testserver.Refusing(t)
	h := Start(t)
	connection := obj{"address": address, "proto": testserver.Texts(t)}
	over := func(wait bool) obj { return with(connection, obj{"waitForReady": wait}) }
	for _, hasty := range []obj{
		scripted(connection, "Unary", nil), scripted(over(true), "Unary", nil, obj{"waitForReady": false}),
	} {
		h.Fail("callMethod", hasty, 14)
	}
	patient := []*Pending{
		h.Go("callMethod", scripted(connection, "Unary", nil, obj{"waitForReady": true, "timeoutMs": 30000})),
		h.Go("callMethod", scripted(over(false), "Unary", nil, obj{"waitForReady": true, "timeoutMs": 30000})),
		h.Go("processServerStream", scripted(connection, "ServerStream", nil, obj{"waitForReady": true, "timeoutMs": 30000})),
		h.Go("processClientStream", scripted(connection, "ClientStream", nil, obj{"waitForReady": true, "timeoutMs": 30000, "requests": []obj{}})),
		h.Go("processBidiStream", scripted(connection, "Bidi", nil, obj{"waitForReady": true, "timeoutMs": 30000, "exchangeOrder": []obj{}})),
	}
	h.ping() // they have begun
	testserver.StartAt(t, address, testserver.Options{})
	for _, p := range patient {
		p.Must()
	}
}
