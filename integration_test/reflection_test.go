package integration_test

import (
	"strings"
	"testing"

	"github.com/grpcline/grpcline/integration_test/testserver"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// TestReflection calls and looks around without a schema, by each version.
func TestReflection(t *testing.T) {
	for _, version := range []string{"v1", "v1alpha", "both"} {
		t.Run(version, func(t *testing.T) {
			server := testserver.Start(t, testserver.Options{Reflection: version})
			h := Start(t)
			for _, reflection := range []any{nil, "auto", true} {
				conn := obj{"address": server.Addr, "reflection": reflection}
				got := decode[Ending](h, h.Must("callMethod", scripted(conn, "Unary", nil, obj{"request": numbered(2)})))
				if *got.Message != numbered(2) {
					t.Errorf("message %+v", got.Message)
				}
			}
			h.Must("openConnection", obj{"address": server.Addr})
			h.Must("initBidiStream", scripted("c1", "Bidi", nil))
			h.Must("callMethod", obj{"connection": "c1", "service": "kitchen.ed.Echo", "method": "Fresh",
				"request": obj{"must": "x", "delimited": obj{"inner": obj{"text": "y"}}}})
			h.Must("callMethod", obj{"connection": "c1", "service": "kitchen.v2.Echo", "method": "Old",
				"request": obj{"id": "x", "[kitchen.v2.note]": "an extension", "[kitchen.v2.Old.nested_note]": "another"}})
			services := decode[struct{ Services []string }](h, h.Must("getServiceList", obj{"connection": "c1"})).Services
			if !strings.Contains(strings.Join(services, " "), scriptService) {
				t.Errorf("services %v", services)
			}
		})
	}
}

// TestNoReflection calls without a schema on a server that offers none.
func TestNoReflection(t *testing.T) {
	server := testserver.Start(t, testserver.Options{})
	h := Start(t)
	h.Must("openConnection", obj{"address": server.Addr})
	for _, method := range []string{"callMethod", "initServerStream"} {
		if err := h.Fail(method, scripted("c1", "Unary", nil), -32602); !strings.Contains(err.Message, "proto") {
			t.Errorf("%s: %v does not say what to pass", method, err)
		}
	}
	h.Fail("getServiceList", obj{"connection": "c1"}, -32602)
	h.Must("checkHealth", obj{"connection": "c1"})
	asked := obj{"address": server.Addr, "proto": testserver.Texts(t), "reflection": true}
	if err := h.Fail("getServiceList", obj{"connection": asked}, -32602); err.Data.Param != "reflection" {
		t.Errorf("reflection asked for: %v", err)
	}
}

// TestReflectionWaitsForReady has no server yet when it is asked for.
func TestReflectionWaitsForReady(t *testing.T) {
	h := Start(t)
	address := testserver.Refusing(t)
	h.Must("openConnection", obj{"address": address, "lazy": true, "waitForReady": true})
	call := h.Go("callMethod", scripted("c1", "Unary", nil, obj{"request": obj{}, "timeoutMs": 0}))
	h.Must("openConnection", obj{"address": address, "lazy": true})
	h.Fail("callMethod", scripted("c2", "Unary", nil, obj{"request": obj{}}), 14)
	second := h.Go("callMethod", scripted("c2", "Unary", nil, obj{"request": obj{}, "waitForReady": true, "timeoutMs": 0}))
	h.Fail("callMethod", scripted("c2", "Unary", nil, obj{"request": obj{}}), 14) // nor does it wait for the one that does
	if h.Answered(call) || h.Answered(second) {
		t.Error("a call has not waited")
	}
	testserver.StartAt(t, address, testserver.Options{Reflection: "v1"})
	call.Must()
	second.Must()
}

// TestReflectionForbidden opens with `reflection: false`.
func TestReflectionForbidden(t *testing.T) {
	server := testserver.Start(t, testserver.Options{Reflection: "both"})
	h := Start(t)
	h.Fail("callMethod", scripted(obj{"address": server.Addr, "reflection": false}, "Unary", nil), -32602)
	h.Fail("openConnection", obj{"address": server.Addr, "reflection": "never"}, -32602)
}

// TestReflectionAdds combines a given schema with the server's.
func TestReflectionAdds(t *testing.T) {
	server := testserver.Start(t, testserver.Options{Reflection: "v1"})
	h := Start(t)
	proto2 := testserver.Texts(t)["proto2.proto"]
	for reflection, code := range map[any]int{true: 0, "auto": -32602} {
		conn := obj{"address": server.Addr, "proto": obj{"proto2.proto": proto2}, "reflection": reflection}
		h.Must("callMethod", obj{"connection": conn, "service": "kitchen.v2.Echo", "method": "Old", "request": obj{"id": "x"}})
		_, err := h.Call("callMethod", scripted(conn, "Unary", nil, obj{"request": obj{}}))
		if (err == nil) != (code == 0) || err != nil && err.Code != code {
			t.Errorf("reflection %v: %v, want code %d", reflection, err, code)
		}
	}
}

// TestReflectionWithMetadata has a server whose reflection asks for a token:
// it is asked again with the metadata of then.
func TestReflectionWithMetadata(t *testing.T) {
	guarded := grpc.StreamInterceptor(func(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
		md, _ := metadata.FromIncomingContext(stream.Context())
		if strings.Contains(info.FullMethod, "ServerReflection") && len(md["authorization"]) == 0 {
			stream.SetTrailer(metadata.Pairs("realm", "reflection"))
			return status.Error(codes.Unauthenticated, "no token")
		}
		return handler(srv, stream)
	})
	server := testserver.Start(t, testserver.Options{Reflection: "v1", Server: []grpc.ServerOption{guarded}})
	h := Start(t)
	h.Must("openConnection", obj{"address": server.Addr})
	err := h.Fail("callMethod", scripted("c1", "Unary", nil), 16)
	if !strings.Contains(err.Message, "no token") || err.Data.Origin != "server" || err.Data.Trailers["realm"] == nil {
		t.Errorf("without a token: %v", err)
	}
	h.Must("setMetadata", obj{"connection": "c1", "metadata": obj{"authorization": "Bearer x"}})
	h.Must("callMethod", scripted("c1", "Unary", nil, obj{"request": obj{}}))
}
