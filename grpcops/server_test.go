package grpcops

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/grpcline/grpcline/grpcops/schema"
	"github.com/grpcline/grpcline/internal/strictjson"
)

// served starts a server of testProto whose calls serve answers, and connects to it.
func served(t *testing.T, p ServerParams, serve func(*ServedCall)) *Conn {
	t.Helper()
	env := &Env{Version: "test", Schemas: schema.NewCache(schema.DefaultCacheBytes)}
	p.Proto = schema.Lone(schema.NewSource(testProto))
	if p.Address == "" {
		p.Address = "127.0.0.1:0"
	}
	s, err := env.Serve(t.Context(), p, serve)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		over, cancel := context.WithCancel(context.Background())
		cancel()
		s.Stop(over)
	})
	return dial(t, env, ConnectionParams{Address: s.Address})
}

// echo answers every message with itself, then OK and a trailer.
func echo(call *ServedCall) {
	var rest [][]byte
	receive := func() (json.RawMessage, error) { return call.Recv(nil) }
	if call.TakesOne() {
		receive = call.Request
	}
	for {
		message, err := receive()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			call.Abort(statusIs(err))
			return
		}
		packed, err := call.Encode("message", message)
		if err != nil {
			panic(err)
		}
		if call.GivesOne() {
			rest = [][]byte{packed}
		} else {
			_ = call.Send(packed)
		}
		if call.TakesOne() {
			break
		}
	}
	for _, packed := range rest {
		_ = call.Send(packed)
	}
	final, err := call.Final(nil, Metadata{"x-end": {"bye"}})
	if err != nil {
		panic(err)
	}
	_ = call.Finish(final)
}

func statusIs(err error) *StatusError {
	var failed *StatusError
	errors.As(err, &failed)
	return failed
}

func TestServerKinds(t *testing.T) {
	conn := served(t, ServerParams{}, echo)
	reply, err := conn.Call(within(t, time.Minute), target("Unary"), json.RawMessage(`{"text":"hi"}`))
	if err != nil || string(reply.Message) != `{"text":"hi"}` || reply.Trailers["x-end"][0] != "bye" {
		t.Fatal(reply, err)
	}
	for method, kind := range map[string]Kind{"Server": ServerStream, "Client": ClientStream, "Bidi": BidiStream} {
		ctx, cancel := context.WithCancelCause(t.Context())
		s, err := conn.OpenStream(ctx, ctx, cancel, target(method), kind, json.RawMessage(`{"text":"one"}`))
		if err != nil {
			t.Fatal(method, err)
		}
		if kind != ServerStream {
			packed, err := s.Encode("message", json.RawMessage(`{"text":"one"}`))
			if err != nil || s.Send(packed) != nil {
				t.Fatal(method, err)
			}
			s.CloseSend()
		}
		if message, err := s.Recv(nil); err != nil || string(message) != `{"text":"one"}` {
			t.Errorf("%s: got %s, %v", method, message, err)
		}
		if _, err := s.Recv(nil); !errors.Is(err, io.EOF) {
			t.Errorf("%s: ended with %v", method, err)
		}
		cancel(nil)
	}
}

// TestServerReflection asks a server for its schema, as the connection has none.
func TestServerReflection(t *testing.T) {
	conn := served(t, ServerParams{}, echo)
	services, err := conn.Services(t.Context(), nil)
	want := "grpc.health.v1.Health grpc.reflection.v1.ServerReflection grpc.reflection.v1alpha.ServerReflection test.S"
	if got := strings.Join(services, " "); err != nil || got != want {
		t.Errorf("got %s, %v", got, err)
	}
	if state, err := conn.CheckHealth(t.Context(), nil, "test.S"); err != nil || state != "SERVING" {
		t.Error(state, err)
	}
}

// TestServedCallEnds tells the ways in which a call ends apart.
func TestServedCallEnds(t *testing.T) {
	for name, end := range map[string]struct {
		code  string
		leave func(conn *Conn, cancel context.CancelFunc)
		bound time.Duration
	}{
		"cancelled":    {code: "CANCELLED", leave: func(_ *Conn, cancel context.CancelFunc) { cancel() }, bound: time.Minute},
		"deadline":     {code: "DEADLINE_EXCEEDED", leave: func(*Conn, context.CancelFunc) {}, bound: 200 * time.Millisecond},
		"disconnected": {code: "UNAVAILABLE", leave: func(conn *Conn, _ context.CancelFunc) { conn.Close() }, bound: time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			came, ended := make(chan struct{}), make(chan string, 1)
			conn := served(t, ServerParams{}, func(call *ServedCall) {
				close(came)
				_, err := call.Recv(nil)
				ended <- statusIs(err).Status.Name
			})
			if _, err := conn.Services(t.Context(), nil); err != nil { // before the clock runs
				t.Fatal(err)
			}
			bound, release := context.WithTimeout(t.Context(), end.bound)
			defer release()
			ctx, cancel := context.WithCancelCause(bound)
			if _, err := conn.OpenStream(ctx, ctx, cancel, target("Bidi"), BidiStream, nil); err != nil {
				t.Fatal(err)
			}
			<-came
			end.leave(conn, func() { cancel(nil) })
			if got := <-ended; got != end.code {
				t.Errorf("the call ended with %s, not %s", got, end.code)
			}
		})
	}
}

func TestServedStatus(t *testing.T) {
	var final GivenStatus
	given := `{"code":"NOT_FOUND","message":"не найден","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"R"},{"@type":"type.googleapis.com/test.Text","text":"t"}]}`
	if err := strictjson.Decode([]byte(given), &final); err != nil {
		t.Fatal(err)
	}
	conn := served(t, ServerParams{}, func(call *ServedCall) {
		if checked, err := call.Final(&final, nil); err != nil || call.Finish(checked) != nil {
			t.Error(err)
		}
	})
	_, err := conn.Call(within(t, time.Minute), target("Unary"), nil)
	e := statusOfError(t, err)
	if e.Status.Code != 5 || e.Status.Message != "не найден" || len(e.Status.Details) != 2 || e.Origin != OriginServer {
		t.Error(e.Status, e.Origin)
	}
}

func TestGivenStatusRefused(t *testing.T) {
	for given, want := range map[string]string{
		`{"code":"NOT_FUND"}`: "NOT_FOUND",
		`{"code":-1}`:         "whole number",
		`{"code":1.5}`:        "whole number",
		`{"code":4294967296}`: "whole number",
		`{"code":{}}`:         "whole number",
		`{}`:                  "code",
	} {
		if err := strictjson.Decode([]byte(given), new(GivenStatus)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", given, err)
		}
	}
}

func TestListenAddress(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	env := &Env{Schemas: schema.NewCache(schema.DefaultCacheBytes)}
	for address, want := range map[string]string{
		"":                       "empty",
		"http://127.0.0.1:0":     "scheme",
		"127.0.0.1":              "host:port",
		"127.0.0.1:65536":        "65535",
		"unix:///":               "socket",
		taken.Addr().String():    "already",
		"unix:///no/such/folder": "no such",
	} {
		p := ServerParams{Address: address, Proto: schema.Lone(schema.NewSource(testProto))}
		if _, err := env.Serve(t.Context(), p, echo); paramOf(err) != "address" || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// TestAbandonedSocket listens again on a unix socket whose program is gone.
func TestAbandonedSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Skip("no unix sockets here:", err)
	}
	listener.(*net.UnixListener).SetUnlinkOnClose(false)
	listener.Close()
	conn := served(t, ServerParams{Address: "unix://" + path}, echo)
	if _, err := conn.Call(within(t, time.Minute), target("Unary"), nil); err != nil {
		t.Error(err)
	}
}
