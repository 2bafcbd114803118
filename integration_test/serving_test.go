package integration_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	_ "google.golang.org/grpc/encoding/gzip" // clients compress with it
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

func TestServingUnary(t *testing.T) {
	s := newServing(t)
	ctx := metadata.AppendToOutgoingContext(t.Context(), "tenant", "north", "raw-bin", "\x01\xFF")
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	call := openIn(t, ctx, s.client, "Unary", grpc.UseCompressor("gzip")).send("ping").half()
	got := s.accept()
	if got.Service != "served.v1.Echo" || got.Method != "Unary" || got.Kind != "unary" || got.Message == nil || got.Message.Text != "ping" ||
		got.DeadlineMs == nil || *got.DeadlineMs > 60000 || *got.DeadlineMs < 1 ||
		got.Metadata["tenant"][0] != "north" || got.Metadata["raw-bin"][0] != "Af8=" || got.Peer.Address == "" || got.Peer.TLS {
		t.Errorf("accepted %s", asJSON(got))
	}
	if _, done := s.got(got); !done {
		t.Error("a unary call has more than one request")
	}
	s.Must("sendHeaders", obj{"streamId": got.StreamID, "metadata": obj{"early": "yes"}})
	s.expectReason(s.Fail("sendHeaders", obj{"streamId": got.StreamID, "metadata": obj{}}, -32006), "headersSent")
	s.expectReason(s.Fail("sendMessage", obj{"streamId": got.StreamID, "message": text("x")}, -32006), "notSending")
	s.expectReason(s.Fail("completeSend", obj{"streamId": got.StreamID}, -32006), "notSending")
	for _, wrong := range []obj{
		{}, {"message": obj{"txt": "x"}}, {"message": text("x"), "status": obj{"code": 5}}, {"status": obj{"code": "NOT_FUND"}},
		{"message": text("x"), "status": obj{"code": 0, "message": "fine"}}, {"status": obj{"code": 5, "details": []obj{{"@type": "nobody.knows/It"}}}},
		{"message": text("x"), "trailers": obj{"grpc-status": "0"}},
	} {
		s.Fail("finishCall", with(obj{"streamId": got.StreamID}, wrong), -32602)
	}
	s.finish(got, obj{"message": text("pong"), "trailers": obj{"late": "yes"}})
	call.expect("pong")
	if header, err := call.Header(); err != nil || header["early"][0] != "yes" || call.Trailer()["late"][0] != "yes" {
		t.Error(header, call.Trailer(), err)
	}
	s.Fail("getMessage", obj{"streamId": got.StreamID}, -32002)
}

func TestServingStreams(t *testing.T) {
	s := newServing(t)
	server := open(t, s.client, "Server").send("go").half()
	call := s.accept()
	s.Must("sendMessages", obj{"streamId": call.StreamID, "messages": []obj{text("a"), text("b")}})
	s.Fail("finishCall", obj{"streamId": call.StreamID, "message": text("c")}, -32602)
	s.finish(call)
	server.expect("a", "b")

	client := open(t, s.client, "Client").send("a", "b")
	call = s.accept()
	if call.Kind != "clientStream" || call.Message != nil {
		t.Errorf("accepted %s", asJSON(call))
	}
	for _, want := range []string{"a", "b"} {
		if got, _ := s.got(call); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	client.half()
	if _, done := s.got(call); !done {
		t.Error("no half-close")
	}
	s.finish(call, obj{"message": text("ab")})
	client.expect("ab")

	early := open(t, s.client, "Client").send("a") // is answered before all was sent
	s.finish(s.accept(), obj{"message": text("enough")})
	early.expect("enough")

	bidi := open(t, s.client, "Bidi")
	call = s.accept()
	for i := range 3 {
		bidi.send(fmt.Sprint(i))
		got, _ := s.got(call)
		s.Must("sendMessage", obj{"streamId": call.StreamID, "message": text("re: " + got)})
		if back, err := bidi.receive(); err != nil || back != fmt.Sprint("re: ", i) {
			t.Errorf("got %q, %v", back, err)
		}
	}
	bidi.half()
	if _, done := s.got(call); !done {
		t.Error("no half-close")
	}
	s.finish(call)
	bidi.expect()
}

func TestServingStatus(t *testing.T) {
	s := newServing(t)
	call := open(t, s.client, "Unary").send("x").half()
	s.finish(s.accept(), obj{"status": obj{
		"code": "FAILED_PRECONDITION", "message": "нет: 100%",
		"details": []obj{{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "WHY"}, {"@type": "type.googleapis.com/served.v1.Text", "text": "t"}},
	}, "trailers": obj{"t": "1"}})
	_, err := call.receive()
	got := status.Convert(err)
	if got.Code() != codes.FailedPrecondition || got.Message() != "нет: 100%" || len(got.Proto().GetDetails()) != 2 || call.Trailer()["t"] == nil {
		t.Error(got, call.Trailer())
	}
	if info, ok := got.Details()[0].(*errdetails.ErrorInfo); !ok || info.GetReason() != "WHY" {
		t.Error(got.Details())
	}
	for _, code := range []any{99, "CODE_99"} { // as the worker writes it
		call = open(t, s.client, "Bidi")
		s.finish(s.accept(), obj{"status": obj{"code": code}})
		if _, err := call.receive(); status.Code(err) != 99 {
			t.Error(err)
		}
	}
	call = open(t, s.client, "Bidi")
	odd := s.accept()
	for _, code := range []string{"CODE_", "CODE_5", "CODE_0", "CODE_+99", "CODE_099", "CODE_4294967296", "CODE_-1"} {
		s.Fail("finishCall", obj{"streamId": odd.StreamID, "status": obj{"code": code}}, -32602)
	}
	s.finish(odd)
	call.expect()
	for end, request := range map[string]obj{"closeStream": {}, "cancelStream": {}} {
		call = open(t, s.client, "Bidi")
		request["streamId"] = s.accept().StreamID
		s.Must(end, request)
		if _, err := call.receive(); status.Code(err) != codes.Canceled {
			t.Error(end, err)
		}
	}
}

// TestServingClientGone tells the host why a client went away, in what waits and in
// what is sent.
func TestServingClientGone(t *testing.T) {
	for name, c := range map[string]struct {
		code  int
		leave func(r *clientRPC, conn *grpc.ClientConn)
		bound time.Duration
	}{
		"cancelled": {1, func(r *clientRPC, _ *grpc.ClientConn) { r.cancel() }, time.Hour},
		"deadline":  {4, func(*clientRPC, *grpc.ClientConn) {}, time.Second},
		"broken":    {14, func(_ *clientRPC, conn *grpc.ClientConn) { conn.Close() }, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServing(t)
			ctx, cancel := context.WithTimeout(t.Context(), c.bound)
			defer cancel()
			r := openIn(t, ctx, s.client, "Bidi").send("before")
			call := s.accept()
			if got, _ := s.got(call); got != "before" {
				t.Errorf("got %q", got)
			}
			waiting := s.Go("getMessage", obj{"streamId": call.StreamID, "timeoutMs": 0})
			s.ping()
			c.leave(r, s.client)
			gone := waiting.Fail(c.code)
			if gone.Data.Origin != "client" {
				t.Errorf("origin %q", gone.Data.Origin)
			}
			s.expectReason(s.Fail("sendMessage", obj{"streamId": call.StreamID, "message": text("x")}, c.code), "streamEnded")
			s.Fail("getMessage", obj{"streamId": call.StreamID}, c.code)
			s.Fail("finishCall", obj{"streamId": call.StreamID}, c.code)
			s.Fail("getMessage", obj{"streamId": call.StreamID}, -32002)
		})
	}
}

// TestServingReceivedBefore has a host read what came before the end of a call only after
// it, whichever way the call ended.
func TestServingReceivedBefore(t *testing.T) {
	for name, end := range map[string]func(s *serving, r *clientRPC, id string){
		"the client cancels":                  func(_ *serving, r *clientRPC, _ string) { r.cancel() },
		"the client half-closes, and cancels": func(_ *serving, r *clientRPC, _ string) { r.half().cancel() },
		"the client is gone":                  func(s *serving, _ *clientRPC, _ string) { s.client.Close() },
		"cancelStream":                        func(s *serving, _ *clientRPC, id string) { s.Must("cancelStream", obj{"streamId": id}) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newServing(t)
			for range 10 {
				r := open(t, s.client, "Bidi").send("1", "2", "3", "4", "5")
				call := s.accept()
				begun := time.Now()
				for received := 0; received < 5; {
					if time.Since(begun) > guard {
						t.Fatalf("%d messages were received", received)
					}
					for _, stream := range s.state().Streams {
						received = stream.Waiting
					}
				}
				end(s, r, call.StreamID)
				for n := range 5 {
					if got, _ := s.got(call); got != strconv.Itoa(n+1) {
						t.Fatalf("message %d is %q", n, got)
					}
				}
				s.Call("closeStream", obj{"streamId": call.StreamID})
				if name == "the client is gone" {
					return
				}
			}
		})
	}
}

// TestServingOwnAnswers are the calls of which the host never hears.
func TestServingOwnAnswers(t *testing.T) {
	s := newServing(t, obj{"services": []string{"served.v1.Echo"}, "maxWaitingCalls": 2, "acceptTimeoutMs": 1, "maxReceiveBytes": 100})
	for method, want := range map[string]codes.Code{
		"/served.v1.Other/Unary": codes.Unimplemented, "/served.v1.Echo/None": codes.Unimplemented, "/no.Such/Service": codes.Unimplemented,
	} {
		if err := s.client.Invoke(t.Context(), method, nil, nil, grpc.ForceCodec(nothing{})); status.Code(err) != want {
			t.Errorf("%s: %v", method, err)
		}
	}
	for name, c := range map[string]struct {
		call func() *clientRPC
		want codes.Code
	}{
		"nobody accepts": {func() *clientRPC { return open(t, s.client, "Unary").send("x").half() }, codes.Unavailable},
		"no request":     {func() *clientRPC { return open(t, s.client, "Unary").half() }, codes.Unimplemented},
		"two requests":   {func() *clientRPC { return open(t, s.client, "Server").send("a", "b").half() }, codes.Unimplemented},
		"too large":      {func() *clientRPC { return open(t, s.client, "Unary").send(strings.Repeat("x", 200)).half() }, codes.ResourceExhausted},
		"not parsed": {func() *clientRPC {
			r := open(t, s.client, "Unary", grpc.ForceCodec(nothing{}))
			r.send("ignored")
			return r.half()
		}, codes.Internal},
	} {
		if _, err := c.call().receive(); status.Code(err) != c.want {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// nothing is a codec whose messages are no messages.
type nothing struct{}

func (nothing) Marshal(any) ([]byte, error) { return []byte{0x0B}, nil }
func (nothing) Unmarshal([]byte, any) error { return nil }
func (nothing) Name() string                { return "proto" }

// TestServingWaitingLimit answers calls over the limits with RESOURCE_EXHAUSTED.
func TestServingWaitingLimit(t *testing.T) {
	s := newServing(t, obj{"maxWaitingCalls": 3})
	calls := make([]*clientRPC, 4)
	refused := make(chan error, len(calls))
	for i := range calls {
		calls[i] = open(t, s.client, "Unary").send(fmt.Sprint(i)).half()
		go func() {
			_, err := calls[i].receive()
			refused <- err
		}()
	}
	if err := <-refused; status.Code(err) != codes.ResourceExhausted {
		t.Error(err)
	}
	for range 3 {
		s.finish(s.accept(), obj{"message": text("ok")})
		if err := <-refused; err != nil {
			t.Error(err)
		}
	}
}

func TestServingTLS(t *testing.T) {
	authority := testserver.NewAuthority(t)
	pair := authority.Issue(t, "localhost", "127.0.0.1")
	s := newServing(t, obj{"tls": obj{"certPem": pair.Cert, "keyPem": pair.Key, "clientCaPem": authority.PEM}})
	anonymous := s.connect(authority.ClientTLS(nil))
	if err := anonymous.Invoke(t.Context(), servedEcho+"Unary", nil, nil, grpc.ForceCodec(nothing{})); status.Code(err) != codes.Unavailable {
		t.Errorf("a client without a certificate: %v", err)
	}
	client := authority.Issue(t, "client.example")
	known := s.connect(authority.ClientTLS(&client.TLS))
	call := open(t, known, "Unary").send("x").half()
	got := s.accept()
	if !got.Peer.TLS || !strings.Contains(got.Peer.Subject, "client.example") || len(got.Peer.Names) != 1 || got.Peer.Names[0] != "client.example" {
		t.Errorf("the peer is %s", asJSON(got.Peer))
	}
	s.finish(got, obj{"message": text("ok")})
	call.expect("ok")
	for _, wrong := range []obj{{}, {"certPem": pair.Cert}, {"keyPem": pair.Key}, {"certPem": "x", "keyPem": pair.Key}, {"certFile": "/no/such", "keyPem": pair.Key}} {
		if err := s.Fail("startServer", obj{"address": "127.0.0.1:0", "proto": servedProto, "tls": wrong}, -32602); err.Data.Param != "tls" {
			t.Errorf("%s: %v", asJSON(wrong), err)
		}
	}
}

// TestServingOrder keeps the order of acceptCall requests, and fixes their handles
// when they are read.
func TestServingOrder(t *testing.T) {
	s := newServing(t)
	first, second := s.accepting(), s.accepting()
	finished := []*Pending{
		s.Go("finishCall", obj{"streamId": "s1", "message": text("one")}),
		s.Go("finishCall", obj{"streamId": "s2", "message": text("two")}),
	}
	a := open(t, s.client, "Unary").send("a").half()
	a.expect("one")
	b := open(t, s.client, "Unary").send("b").half()
	b.expect("two")
	if s.accepted(first).StreamID != "s1" || s.accepted(second).StreamID != "s2" {
		t.Error("the handles are not in the order of the requests")
	}
	for _, p := range finished {
		p.Must()
	}
	timeout := s.Go("acceptCall", obj{"server": s.server, "timeoutMs": 1})
	follower := s.Go("finishCall", obj{"streamId": "s3", "message": text("x")})
	s.expectReason(timeout.Fail(-32004), "waitTimeout")
	s.expectReason(follower.Fail(-32001), "openFailed")
	cancelled := s.accepting()
	cancelled.cancel()
	cancelled.cancelled()
	c := open(t, s.client, "Unary").send("c").half() // the cancelled wait takes none
	s.finish(s.accept(), obj{"message": text("three")})
	c.expect("three")
}

func TestServingStop(t *testing.T) {
	s := newServing(t)
	served := open(t, s.client, "Unary").send("x").half()
	call := s.accept()
	waits := s.accepting()
	stop := s.Go("stopServer", obj{"server": s.server})
	s.expectReason(waits.Fail(-32002), "serverClosed")
	s.expectReason(s.Fail("acceptCall", obj{"server": s.server}, -32002), "serverClosed")
	if got := string(s.Must("getState", nil)); !strings.Contains(got, `"address":"`+s.addr+`","state":"stopping"`) {
		t.Error(got)
	}
	s.finish(call, obj{"message": text("in time")})
	served.expect("in time")
	if got := string(stop.Must()); got != `{"serverId":"v1","callsEnded":0}` {
		t.Error(got)
	}
	s.Fail("acceptCall", obj{"server": "v9"}, -32001)

	again := s.serve(obj{"serverId": "mine"})
	held := open(t, again.client, "Bidi")
	call = again.accept()
	if got := string(again.Must("stopServer", obj{"server": "mine", "graceMs": 0})); got != `{"serverId":"mine","callsEnded":1}` {
		t.Error(got)
	}
	if _, err := held.receive(); status.Code(err) != codes.Unavailable {
		t.Error(err)
	}
	again.Fail("getMessage", obj{"streamId": call.StreamID}, -32002)
	again.serve(obj{"serverId": "mine"})
}

// TestServingPush has calls and their messages pushed.
func TestServingPush(t *testing.T) {
	s := newServing(t, obj{"push": true})
	s.expectReason(s.Fail("acceptCall", obj{"server": s.server}, -32006), "pushing")
	unary := open(t, s.client, "Unary").send("x").half()
	n := s.Notification()
	call := decode[incoming](s.Host, n.Params)
	if n.Method != "incomingCall" || call.StreamID != "v1.1" || call.Message == nil || call.Message.Text != "x" {
		t.Errorf("%s %s", n.Method, n.Params)
	}
	s.finish(call, obj{"message": text("y")})
	unary.expect("y")

	bidi := open(t, s.client, "Bidi").send("a").half()
	call = decode[incoming](s.Host, s.Notification().Params)
	for _, want := range []string{
		`streamMessage {"streamId":"v1.2","message":{"text":"a"}}`, `streamEnd {"streamId":"v1.2","status":{"code":0,`,
	} {
		n := s.Notification()
		if got := n.Method + " " + string(n.Params); !strings.HasPrefix(got, want) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	s.finish(call)
	bidi.expect()

	gone := open(t, s.client, "Server").send("x").half()
	call = decode[incoming](s.Host, s.Notification().Params)
	gone.cancel()
	if n := s.Notification(); n.Method != "streamEnd" || !strings.Contains(string(n.Params), `"code":1,`) {
		t.Errorf("%s %s", n.Method, n.Params)
	}
	s.Fail("finishCall", obj{"streamId": call.StreamID}, 1)
}

// TestServingEndOfInput serves the calls that were asked for before the input ended.
func TestServingEndOfInput(t *testing.T) {
	s := newServing(t)
	accepted := s.accepting()
	finished := s.Go("finishCall", obj{"streamId": "s1", "message": text("last")})
	s.CloseInput()
	open(t, s.client, "Unary").send("x").half().expect("last")
	s.accepted(accepted)
	finished.Must()
	if code := s.Wait(); code != 0 {
		t.Errorf("exit %d: %s", code, s.Stderr())
	}
}

func TestServingSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	s := newServing(t, obj{"address": "unix://" + path})
	call := open(t, s.client, "Unary").send("x").half()
	s.finish(s.accept(), obj{"message": text("y")})
	call.expect("y")
	for what, path := range map[string]string{
		"another program listens there": path, "is no socket": testserver.WriteFile(t, "file", "kept"), "no such file": filepath.Join(t.TempDir(), "no", "s"),
	} {
		if refused := s.Fail("startServer", obj{"address": "unix://" + path, "proto": servedProto}, -32602); refused.Data.Param != "address" || !strings.Contains(refused.Message, what) {
			t.Errorf("%s: %v", what, refused)
		}
		if _, err := os.Lstat(path); err != nil && what != "no such file" {
			t.Errorf("%s was removed: %v", path, err)
		}
	}
}

// TestServingThroughWorker has one worker call what it serves itself.
func TestServingThroughWorker(t *testing.T) {
	s := newServing(t)
	services := s.Must("getServiceList", obj{"connection": obj{"address": s.addr}})
	if want := `{"services":["grpc.health.v1.Health","grpc.reflection.v1.ServerReflection","grpc.reflection.v1alpha.ServerReflection","served.v1.Echo","served.v1.Other"]}`; string(services) != want {
		t.Errorf("%s", services)
	}
	if got := string(s.Must("checkHealth", obj{"connection": obj{"address": s.addr}, "service": "served.v1.Echo"})); got != `{"status":"SERVING"}` {
		t.Error(got)
	}
	call := s.Go("callMethod", obj{"connection": obj{"address": s.addr}, "method": "served.v1.Echo/Unary", "request": text("x"), "metadata": obj{"a": "b"}})
	got := s.accept()
	s.finish(got, obj{"message": text("y")})
	call.Must()
}
