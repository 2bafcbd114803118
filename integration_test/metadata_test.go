package integration_test

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// TestMetadata sets metadata on the connection, replaces it and adds a call's.
func TestMetadata(t *testing.T) {
	server := testserver.Start(t, testserver.Options{})
	h := Start(t)
	conn := h.Connect(server, obj{"metadata": obj{"Who": "conn", "many": []string{"1", "2", "3"}, "raw-bin": "AAH/", "kept": "yes"}})
	expect := func(seen testserver.Inspection, name string, want ...string) {
		t.Helper()
		if got := seen.Metadata[name]; !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	seen := inspect(h, conn)
	expect(seen, "who", "conn")
	expect(seen, "many", "1", "2", "3")
	expect(seen, "kept", "yes")
	expect(seen, "raw-bin", "\x00\x01�")

	seen = inspect(h, conn, obj{"metadata": obj{"WHO": "call", "extra": []string{"a", ""}}})
	expect(seen, "who", "call")
	expect(seen, "extra", "a", "")
	expect(seen, "kept", "yes")

	h.Must("setMetadata", obj{"connection": conn, "metadata": obj{"who": "set"}})
	seen = inspect(h, conn)
	expect(seen, "who", "set")
	expect(seen, "kept")
	expect(seen, "many")
	h.Must("setMetadata", obj{"connection": conn, "metadata": obj{}})
	expect(inspect(h, conn), "who")
}

// TestBinaryMetadata carries bytes both ways in base64 of both alphabets.
func TestBinaryMetadata(t *testing.T) {
	r := newRig(t)
	value := "\x00\xff\xfe\n\r"
	want := base64.StdEncoding.EncodeToString([]byte(value))
	steps := []testserver.Step{
		{Header: map[string]string{"sent-bin": want}}, {Receive: 1}, {Send: 1}, {Trailer: map[string]string{"after-bin": want}},
	}
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		got := decode[Ending](r.Host, r.Must("callMethod", scripted(r.conn, "Unary", nil, obj{
			"request":  obj{},
			"metadata": obj{"script": testserver.Script(steps...), "x-bin": encoding.EncodeToString([]byte(value))},
		})))
		if !slices.Equal(got.Headers["sent-bin"], []string{want}) || !slices.Equal(got.Trailers["after-bin"], []string{want}) {
			t.Errorf("headers %q, trailers %q, want %q", got.Headers, got.Trailers, want)
		}
	}
}

// TestHeadersAndTrailers come back with every ending of a call.
func TestHeadersAndTrailers(t *testing.T) {
	r := newRig(t)
	steps := []testserver.Step{
		{Header: map[string]string{"h": "1"}}, {Trailer: map[string]string{"t": "2"}}, {Receive: 1},
		{End: &testserver.End{Code: 9, Message: "not yet"}},
	}
	err := r.Fail("callMethod", scripted(r.conn, "Unary", steps, obj{"request": obj{}}), 9)
	if !slices.Equal(err.Data.Headers["h"], []string{"1"}) || !slices.Equal(err.Data.Trailers["t"], []string{"2"}) {
		t.Errorf("%v", err)
	}
	got := decode[Ending](r.Host, r.Must("callMethod", scripted(r.conn, "Unary", nil, obj{"request": obj{}})))
	if got.Headers == nil || got.Trailers == nil || got.Status == nil || got.Status.Name != "OK" {
		t.Errorf("%+v", got)
	}
}

// TestBadMetadata refuses names and values that gRPC cannot carry.
func TestBadMetadata(t *testing.T) {
	r := newRig(t)
	cases := map[string]obj{
		"grpc-": {"grpc-timeout": "1S"}, "GRPC-": {"Grpc-Encoding": "x"}, "pseudo": {":path": "/x"}, "content-type": {"content-type": "x"},
		"te": {"te": "x"}, "connection": {"connection": "x"}, "keep-alive": {"keep-alive": "x"}, "transfer-encoding": {"transfer-encoding": "x"},
		"upgrade": {"upgrade": "x"}, "proxy-connection": {"proxy-connection": "x"}, "host": {"host": "x"},
		"no name": {"": "x"}, "a space": {"a b": "x"}, "non-ASCII name": {"имя": "x"}, "non-ASCII value": {"a": "Ж"},
		"a newline": {"a": "x\ny"}, "NUL": {"a": "\x00"}, "not base64": {"a-bin": "!!"}, "a number": {"a": 5},
		"a nested list": {"a": []any{[]any{"x"}}}, "non-ASCII in a list": {"a": []any{"x", "Ж"}}, "DEL": {"a": "\x7f"},
	}
	for name, md := range cases {
		t.Run(name, func(t *testing.T) {
			for method, params := range map[string]obj{
				"callMethod":          scripted(r.conn, "Unary", nil, obj{"metadata": md}),
				"setMetadata":         {"connection": r.conn, "metadata": md},
				"openConnection":      {"address": r.server.Addr, "metadata": md},
				"getConnectionParams": {"address": r.server.Addr, "metadata": md},
				"initBidiStream":      scripted(r.conn, "Bidi", nil, obj{"metadata": md}),
			} {
				err := r.Fail(method, params, -32602)
				if !strings.HasPrefix(err.Data.Param, "metadata") {
					t.Errorf("%s: data.param is %q in %v", method, err.Data.Param, err)
				}
			}
		})
	}
	if seen := inspect(r.Host, r.conn); seen.Metadata["a"] != nil {
		t.Errorf("refused metadata was sent: %v", seen.Metadata)
	}
}

// TestAuthorityAndUserAgent set what has names of its own.
func TestAuthorityAndUserAgent(t *testing.T) {
	server := testserver.Start(t, testserver.Options{})
	h := Start(t)
	seen := inspect(h, h.Connect(server, obj{"authority": "virtual.example", "userAgent": "host/1.0"}))
	if got := seen.Metadata[":authority"]; !slices.Equal(got, []string{"virtual.example"}) {
		t.Errorf("authority %q", got)
	}
	if got := strings.Join(seen.Metadata["user-agent"], " "); !strings.HasPrefix(got, "host/1.0") {
		t.Errorf("user agent %q", got)
	}
}

// TestUserAgentInMetadata takes user-agent in a connection's metadata for its
// userAgent, which wins where both are given.
func TestUserAgentInMetadata(t *testing.T) {
	server := testserver.Start(t, testserver.Options{})
	h := Start(t)
	expect := func(conn any, want string) {
		t.Helper()
		got := inspect(h, conn).Metadata["user-agent"]
		if len(got) != 1 || !strings.HasPrefix(got[0], want+" ") {
			t.Errorf("user agent %q, want %q", got, want)
		}
	}
	given := obj{"address": server.Addr, "proto": testserver.Texts(t), "metadata": obj{"User-Agent": []string{"host/1.0"}, "kept": "yes"}}
	expect(given, "host/1.0")
	opened := decode[struct{ ConnectionID string }](h, h.Must("openConnection", given)).ConnectionID
	expect(opened, "host/1.0")
	if seen := inspect(h, opened); !slices.Equal(seen.Metadata["kept"], []string{"yes"}) {
		t.Errorf("beside user-agent came %q", seen.Metadata)
	}
	h.Must("setMetadata", obj{"connection": opened, "metadata": obj{}})
	expect(opened, "host/1.0")
	expect(with(given, obj{"userAgent": "wins/2.0"}), "wins/2.0")
	expect(decode[any](h, h.Must("getConnectionParams", given)), "host/1.0")

	for name, md := range map[string]obj{"two": {"user-agent": []string{"a", "b"}}, "none": {"user-agent": []string{}}, "non-ASCII": {"USER-AGENT": "Ж"}, "twice": {"user-agent": "a", "User-Agent": "b"}} {
		if err := h.Fail("openConnection", with(given, obj{"metadata": md}), -32602); err.Data.Param != "metadata" {
			t.Errorf("%s: data.param is %q in %v", name, err.Data.Param, err)
		}
	}
	for method, params := range map[string]obj{
		"callMethod":     scripted(opened, "Unary", nil, obj{"metadata": obj{"User-Agent": "x"}}),
		"setMetadata":    {"connection": opened, "metadata": obj{"User-Agent": "x"}},
		"initBidiStream": scripted(opened, "Bidi", nil, obj{"metadata": obj{"User-Agent": "x"}}),
	} {
		err := h.Fail(method, params, -32602)
		if err.Data.Param != "metadata" || !strings.Contains(err.Message, "userAgent") {
			t.Errorf("%s: %v does not say what to use", method, err)
		}
	}
}

// TestOpenStreamsKeepMetadata replaces a connection's metadata under a stream.
func TestOpenStreamsKeepMetadata(t *testing.T) {
	r := newRig(t)
	s := r.initStream("Bidi", []testserver.Step{{Gate: "g"}, {Inspect: true}}, obj{})
	r.Must("setMetadata", obj{"connection": r.conn, "metadata": obj{"late": "yes"}})
	r.server.Open("g")
	if got := s.get(); strings.Contains(got.Text, "late") {
		t.Errorf("the server saw %s", got.Text)
	}
	s.expectEnd()
}

// TestDeadlineOnTheWire shows which operations carry their time to the server.
func TestDeadlineOnTheWire(t *testing.T) {
	r := newRig(t)
	if seen := inspect(r.Host, r.conn, obj{"timeoutMs": 50000}); !seen.HasTimeout || seen.TimeoutMs > 50000 || seen.TimeoutMs < 20000 {
		t.Errorf("timeoutMs 50000 came as %+v", seen)
	}
	if seen := inspect(r.Host, r.conn); !seen.HasTimeout || seen.TimeoutMs > 10000 {
		t.Errorf("the connection's default came as %+v", seen)
	}
	if seen := inspect(r.Host, r.conn, obj{"timeoutMs": 0}); seen.HasTimeout {
		t.Errorf("no bound came as %+v", seen)
	}
	for _, c := range []struct {
		more obj
		want bool
	}{{nil, false}, {obj{"timeoutMs": 5000}, false}, {obj{"deadlineMs": 5000}, true}, {obj{"deadlineMs": 0}, false}} {
		s := r.initStream("Bidi", []testserver.Step{{Inspect: true}}, c.more)
		if got := strings.Contains(s.get().Text, `"hasTimeout":true`); got != c.want {
			t.Errorf("a stream with %v has a deadline: %v", c.more, got)
		}
		s.expectEnd()
	}
}
