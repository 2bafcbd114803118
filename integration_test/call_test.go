package integration_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/grpcline/grpcline/integration_test/testserver"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"
)

// TestCall names the method in each way.
func TestCall(t *testing.T) {
	r := newRig(t)
	for _, params := range []obj{
		{"service": scriptService, "method": "Unary"},
		{"method": scriptService + "/Unary"},
		{"method": "/" + scriptService + "/Unary"},
		{"service": "", "method": scriptService + "/Unary"},
	} {
		got, err := r.Call("callMethod", with(obj{"connection": r.conn, "request": numbered(1)}, params))
		if err != nil {
			t.Errorf("%v: %v", params, err)
			continue
		}
		if end := decode[Ending](r.Host, got); *end.Message != numbered(1) || end.Status.Name != "OK" {
			t.Errorf("%v: %s", params, got)
		}
	}
	empty := decode[Ending](r.Host, r.Must("callMethod", scripted(r.conn, "Unary", nil)))
	if empty.Message == nil || *empty.Message != (Item{}) {
		t.Errorf("without a request: %+v", empty)
	}
}

// TestWrongMethods name what the schema has not, or has of another kind.
func TestWrongMethods(t *testing.T) {
	r := newRig(t)
	cases := []struct {
		name, method string
		params       obj
		param        string
		mentions     string
	}{
		{"unknown method", "callMethod", scripted(r.conn, "Unery", nil), "method", "Unary"},
		{"unknown service", "callMethod", scripted(r.conn, "Unary", nil, obj{"service": "script.v1.Skript"}), "service", scriptService},
		{"service without package", "callMethod", scripted(r.conn, "Unary", nil, obj{"service": "Script"}), "service", scriptService},
		{"a message for a service", "callMethod", scripted(r.conn, "Unary", nil, obj{"service": "script.v1.Item"}), "service", ""},
		{"no service", "callMethod", obj{"connection": r.conn, "method": "Unary"}, "", "service"},
		{"callMethod on a server stream", "callMethod", scripted(r.conn, "ServerStream", nil), "method", "ServerStream"},
		{"callMethod on a client stream", "callMethod", scripted(r.conn, "ClientStream", nil), "method", "ClientStream"},
		{"callMethod on a bidi stream", "callMethod", scripted(r.conn, "Bidi", nil), "method", "Bidi"},
		{"initServerStream on a unary", "initServerStream", scripted(r.conn, "Unary", nil), "method", "callMethod"},
		{"initServerStream on a bidi", "initServerStream", scripted(r.conn, "Bidi", nil), "method", "initBidiStream"},
		{"initClientStream on a server stream", "initClientStream", scripted(r.conn, "ServerStream", nil), "method", "initServerStream"},
		{"initBidiStream on a client stream", "initBidiStream", scripted(r.conn, "ClientStream", nil), "method", "initClientStream"},
		{"processServerStream on a bidi", "processServerStream", scripted(r.conn, "Bidi", nil), "method", "processBidiStream"},
		{"processClientStream on a bidi", "processClientStream", scripted(r.conn, "Bidi", nil, obj{"requests": []any{}}), "method", "processBidiStream"},
		{"processBidiStream on a unary", "processBidiStream", scripted(r.conn, "Unary", nil, obj{"exchangeOrder": []any{}}), "method", "callMethod"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := r.Fail(c.method, c.params, -32602)
			if !strings.Contains(err.Message, c.mentions) || c.param != "" && err.Data.Param != c.param {
				t.Errorf("%v: want param %q and a word about %q", err, c.param, c.mentions)
			}
		})
	}
	r.Must("callMethod", scripted(r.conn, "Unary", nil))
}

// statusNames are the canonical names by code.
var statusNames = []string{
	"OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED",
	"RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
}

// TestStatusCodes has a server end calls and streams with every code.
func TestStatusCodes(t *testing.T) {
	r := newRig(t)
	for code := 1; code <= 17; code++ {
		name := "CODE_99"
		sent := 99
		if code < len(statusNames) {
			name, sent = statusNames[code], code
		}
		steps := []testserver.Step{{End: &testserver.End{Code: uint32(sent), Message: "why not"}}}
		fail := func(method string, params obj) {
			t.Helper()
			err := r.Fail(method, params, sent)
			if st := err.Data.Status; st.Name != name || st.Message != "why not" || st.Details == nil || len(st.Details) != 0 {
				t.Errorf("%s: status %+v", method, st)
			}
			if err.Data.Origin != "server" || err.Data.Headers == nil || err.Data.Trailers == nil || !strings.Contains(err.Message, "why not") {
				t.Errorf("%s: %v", method, err)
			}
		}
		fail("callMethod", scripted(r.conn, "Unary", steps))
		fail("processServerStream", scripted(r.conn, "ServerStream", steps))
		fail("processClientStream", scripted(r.conn, "ClientStream", steps, obj{"requests": []any{}}))
		fail("processBidiStream", scripted(r.conn, "Bidi", steps, obj{"exchangeOrder": []any{}}))
		s := r.initStream("Bidi", steps)
		fail("getMessage", s.params())
		fail("getMessages", s.params())
	}
}

// TestStatusDetails decodes what is known and hands out the rest in base64.
func TestStatusDetails(t *testing.T) {
	r := newRig(t)
	pack := func(m proto.Message) string {
		packed, err := anypb.New(m)
		if err != nil {
			t.Fatal(err)
		}
		return testserver.Detail(packed)
	}
	itemWire := []byte{8, 7} // number: 7
	steps := []testserver.Step{{End: &testserver.End{Code: 3, Message: "bad", Details: []string{
		pack(&errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{{Field: "name", Description: "Ж"}}}),
		pack(&errdetails.RetryInfo{RetryDelay: durationpb.New(1500000000)}),
		pack(&errdetails.ErrorInfo{Reason: "R", Domain: "d", Metadata: map[string]string{"k": "v"}}),
		testserver.Detail(&anypb.Any{TypeUrl: "type.googleapis.com/script.v1.Item", Value: itemWire}),
		testserver.Detail(&anypb.Any{TypeUrl: "type.googleapis.com/nobody.Knows", Value: []byte{1, 2, 0xff}}),
		testserver.Detail(&anypb.Any{TypeUrl: "type.googleapis.com/google.rpc.RetryInfo", Value: []byte{0xff}}),
	}}}}
	want := []string{
		`{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"name","description":"Ж"}]}`,
		`{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"1.500s"}`,
		`{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"R","domain":"d","metadata":{"k":"v"}}`,
		`{"@type":"type.googleapis.com/script.v1.Item","number":"7"}`,
		`{"@type":"type.googleapis.com/nobody.Knows","value":"` + base64.StdEncoding.EncodeToString([]byte{1, 2, 0xff}) + `"}`,
		`{"@type":"type.googleapis.com/google.rpc.RetryInfo","value":"/w=="}`,
	}
	err := r.Fail("callMethod", scripted(r.conn, "Unary", steps), 3)
	if len(err.Data.Status.Details) != len(want) {
		t.Fatalf("%d details: %v", len(err.Data.Status.Details), err)
	}
	for i, detail := range err.Data.Status.Details {
		if !sameJSON(t, string(detail), want[i]) {
			t.Errorf("detail %d is %s, want %s", i, detail, want[i])
		}
	}
}

// TestOrigin tells the server's statuses from the client's.
func TestOrigin(t *testing.T) {
	r := newRig(t)
	if err := r.Fail("callMethod", scripted(r.conn, "Unary", []testserver.Step{{Gate: "g"}}, obj{"timeoutMs": 50}), 4); err.Data.Status.Name != "DEADLINE_EXCEEDED" {
		t.Errorf("%v", err)
	}
	steps := []testserver.Step{{End: &testserver.End{Code: 14, Message: "go away"}}}
	if err := r.Fail("callMethod", scripted(r.conn, "Unary", steps), 14); err.Data.Origin != "server" {
		t.Errorf("%v", err)
	}
	r.server.Stop()
	if err := r.Fail("callMethod", scripted(r.conn, "Unary", nil), 14); err.Data.Origin != "client" {
		t.Errorf("%v", err)
	}
}

// TestSizeLimits sends and receives messages over the connection's limits.
func TestSizeLimits(t *testing.T) {
	server := testserver.Start(t, testserver.Options{})
	h := Start(t)
	conn := h.Connect(server, obj{"maxSendBytes": 10_000, "maxReceiveBytes": 20_000})
	h.Must("callMethod", scripted(conn, "Unary", nil, obj{"request": obj{"payload": base64Zeros(9_900)}}))
	if err := h.Fail("callMethod", scripted(conn, "Unary", nil, obj{"request": obj{"payload": base64Zeros(10_100)}}), 8); err.Data.Origin != "client" {
		t.Errorf("%v", err)
	}
	h.Must("callMethod", scripted(conn, "Unary", []testserver.Step{{Receive: 1}, {Large: 19_000}}, obj{"request": obj{}}))
	h.Fail("callMethod", scripted(conn, "Unary", []testserver.Step{{Receive: 1}, {Large: 21_000}}, obj{"request": obj{}}), 8)
	large := h.Connect(server)
	got := decode[Ending](h, h.Must("callMethod", scripted(large, "Unary", nil, obj{"request": obj{"payload": base64Zeros(5 << 20)}, "timeoutMs": 50000})))
	if len(got.Message.Payload) != len(base64Zeros(5<<20)) {
		t.Errorf("%d bytes of base64", len(got.Message.Payload))
	}
	h.Fail("callMethod", scripted(large, "Unary", []testserver.Step{{Receive: 1}, {Large: 65 << 20}}, obj{"request": obj{}, "timeoutMs": 50000}), 8)
}

// TestCompression compresses by connection and by call.
func TestCompression(t *testing.T) {
	server := testserver.Start(t, testserver.Options{})
	h := Start(t)
	plain, packed := h.Connect(server), h.Connect(server, obj{"compression": "gzip"})
	for conn, more := range map[string]obj{plain: {"compression": "gzip"}, packed: nil} {
		got := decode[Ending](h, h.Must("callMethod", scripted(conn, "Unary", nil, obj{"request": numbered(6)}, more)))
		if *got.Message != numbered(6) {
			t.Errorf("message %+v", got.Message)
		}
	}
	for conn, more := range map[string]obj{plain: {"compression": "gzip"}, packed: nil} {
		if seen := inspect(h, conn, more); seen.Encoding != "gzip" {
			t.Errorf("the server saw the encoding %q", seen.Encoding)
		}
	}
	if seen := inspect(h, plain); seen.Encoding != "" {
		t.Errorf("without compression the server saw the encoding %q", seen.Encoding)
	}
	h.Fail("openConnection", obj{"address": server.Addr, "compression": "lzma"}, -32602)
}
