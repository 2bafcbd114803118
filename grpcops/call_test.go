package grpcops

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// TestCall sends and receives a message and metadata.
func TestCall(t *testing.T) {
	env := scripted(t, func(rpc grpc.ServerStream) error {
		text, err := receive(rpc)
		if err != nil {
			return err
		}
		md, _ := metadata.FromIncomingContext(rpc.Context())
		if err := rpc.SendHeader(metadata.Pairs("got", fmt.Sprintf("%q %q %q", md["a"], md["b-bin"], md["user-agent"]), "h-bin", "\x00")); err != nil {
			return err
		}
		rpc.SetTrailer(metadata.Pairs("end", "z"))
		return send(rpc, text+"!")
	})
	p := testParams()
	p.UserAgent = "mine"
	c := dial(t, env, p)
	call := target("Unary")
	call.Metadata = Metadata{"a": {"1", "2"}, "b-bin": {"\xFF"}}
	reply, err := c.Call(t.Context(), call, json.RawMessage(`{"text":"x"}`))
	if err != nil {
		t.Fatal(err)
	}
	if string(reply.Message) != `{"text":"x!"}` || fmt.Sprint(reply.Trailers["end"], reply.Headers["h-bin"]) != "[z] [\x00]" {
		t.Errorf("got %s, %q, %q", reply.Message, reply.Headers, reply.Trailers)
	}
	if got := strings.Join(reply.Headers["got"], ""); !strings.HasPrefix(got, `["1" "2"] ["\xff"] ["mine`) {
		t.Errorf("the server saw %s", got)
	}
}

// TestCallEnds tells who ended it, and how.
func TestCallEnds(t *testing.T) {
	ended := make(chan struct{})
	defer close(ended)
	waiting := func(grpc.ServerStream) error { <-ended; return nil } // past the deadline as well
	for _, test := range []struct {
		name   string
		serve  script
		code   uint32
		origin string
		says   string
	}{
		{"a failure", func(rpc grpc.ServerStream) error { return status.Error(codes.NotFound, "no") }, 5, OriginServer, "no"},
		{"a failure after a message", func(rpc grpc.ServerStream) error { send(rpc, "x"); return status.Error(codes.NotFound, "no") }, 5, OriginServer, "no"},
		{"a failure in the words of grpc-go", func(rpc grpc.ServerStream) error { return status.Error(codes.Internal, "grpc: mine") }, 13, OriginServer, "grpc: mine"},
		{"an odd code", func(rpc grpc.ServerStream) error { return status.Error(99, "odd") }, 99, OriginServer, "odd"},
		{"the server's deadline", func(rpc grpc.ServerStream) error { return status.Error(codes.DeadlineExceeded, "mine") }, 4, OriginServer, "mine"},
		{"time", waiting, 4, OriginClient, "not within 100ms"},
		{"no response", func(rpc grpc.ServerStream) error { return nil }, 13, OriginClient, ""},
		{"a response that is too large", func(rpc grpc.ServerStream) error { return send(rpc, strings.Repeat("x", 300)) }, 8, OriginClient, "maxReceiveBytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := testParams()
			p.MaxReceiveBytes = pointer(200)
			c := dial(t, scripted(t, test.serve), p)
			_, err := c.Call(within(t, 100*time.Millisecond), target("Unary"), nil)
			failed := statusOfError(t, err)
			if failed.Status.Code != test.code || failed.Origin != test.origin || !strings.Contains(failed.Status.Message, test.says) {
				t.Errorf("got %+v", failed)
			}
			if failed.Headers == nil || failed.Trailers == nil || failed.Status.Details == nil {
				t.Errorf("something is missing: %+v", failed)
			}
		})
	}
}

// TestCallIsGivenUp with the cause as it is, or the status that it is.
func TestCallIsGivenUp(t *testing.T) {
	entered := make(chan struct{}, 2)
	c := dial(t, scripted(t, func(rpc grpc.ServerStream) error {
		entered <- struct{}{}
		<-rpc.Context().Done()
		return rpc.Context().Err()
	}), testParams())
	for _, cause := range []error{errTest, Canceled("why")} {
		ctx, cancel := context.WithCancelCause(t.Context())
		go func() {
			<-entered
			cancel(cause)
		}()
		_, err := c.Call(ctx, target("Unary"), nil)
		var failed *StatusError
		if errors.As(cause, &failed) {
			if got := statusOfError(t, err); got.Status.Code != 1 || got.Status.Message != "why" || got.Origin != OriginClient {
				t.Errorf("got %+v", got)
			}
		} else if !errors.Is(err, cause) {
			t.Errorf("got %v", err)
		}
	}
}

// TestCallRefusals before anything is sent.
func TestCallRefusals(t *testing.T) {
	p := testParams()
	p.MaxSendBytes = pointer(100)
	c := dial(t, scripted(t, func(grpc.ServerStream) error { return nil }), p)
	for _, test := range []struct {
		name, service, method, request string
		param, says                    string
	}{
		{"a service", "test.T", "Unary", `{}`, "service", `"test.S"`},
		{"a method", "test.S", "unary", `{}`, "method", `"Unary"`},
		{"no service", "", "Unary", `{}`, "service", "pkg.Service/Method"},
		{"a full name", "", "test.T/Unary", `{}`, "method", `"test.S"`},
		{"a full name's method", "", "/test.S/Unar", `{}`, "method", `"Unary"`},
		{"a field", "test.S", "Unary", `{"txt":"x"}`, "request", `txt`},
		{"a type", "test.S", "Unary", `{"text":5}`, "request", `text`},
		{"no object", "test.S", "Unary", `5`, "request", ``},
	} {
		_, err := c.Call(t.Context(), &Target{Service: test.service, Method: test.method}, json.RawMessage(test.request))
		if paramOf(err) != test.param || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: got %v", test.name, err)
		}
	}
	large := json.RawMessage(`{"text":"` + strings.Repeat("x", 200) + `"}`)
	_, err := c.Call(t.Context(), target("Unary"), large)
	if failed := statusOfError(t, err); failed.Status.Code != 8 || failed.Origin != OriginClient || !strings.Contains(failed.Status.Message, "maxSendBytes") {
		t.Errorf("a request that is too large: %v", err)
	}
	var kind *KindError
	if _, err := c.Call(t.Context(), target("Bidi"), nil); !errors.As(err, &kind) || kind.Kind != BidiStream || kind.Method != "test.S/Bidi" {
		t.Errorf("another kind: %v", err)
	}
}

// TestCallForms takes a method by its full name, and no request as an empty one.
func TestCallForms(t *testing.T) {
	c := dial(t, scripted(t, func(rpc grpc.ServerStream) error {
		text, err := receive(rpc)
		if err != nil {
			return err
		}
		return send(rpc, "got "+text)
	}), testParams())
	for _, to := range []*Target{target("Unary"), {Method: "test.S/Unary"}, {Method: "/test.S/Unary"}} {
		for _, request := range []json.RawMessage{nil, json.RawMessage("null"), json.RawMessage("{}")} {
			reply, err := c.Call(t.Context(), to, request)
			if err != nil || string(reply.Message) != `{"text":"got "}` {
				t.Errorf("%+v %s: %v", to, request, err)
			}
		}
	}
	gzip := Compression("gzip")
	to := target("Unary")
	to.Options.Compression = &gzip
	if reply, err := c.Call(t.Context(), to, json.RawMessage(`{"text":"z"}`)); err != nil || string(reply.Message) != `{"text":"got z"}` {
		t.Errorf("compressed: %v", err)
	}
}

// TestHealth asks the demo server.
func TestHealth(t *testing.T) {
	c := dial(t, demoEnv(t), ConnectionParams{Address: "demo:///"})
	for service, want := range map[string]string{"": "SERVING", "grpcline.demo.Demo": "SERVING"} {
		if got, err := c.CheckHealth(t.Context(), nil, service); err != nil || got != want {
			t.Errorf("%q: %s, %v", service, got, err)
		}
	}
	if _, err := c.CheckHealth(t.Context(), nil, "nobody"); statusOfError(t, err).Status.Code != 5 || statusOfError(t, err).Origin != OriginServer {
		t.Errorf("an unknown service: %v", err)
	}
}

// TestIntrospection of the demo server.
func TestIntrospection(t *testing.T) {
	c := dial(t, demoEnv(t), ConnectionParams{Address: "demo:///"})
	service, methods, err := c.Methods(t.Context(), nil, "grpcline.demo.Demo")
	if err != nil || service != "grpcline.demo.Demo" || len(methods) != 6 || methods[1].Name != "Countdown" || methods[1].Kind != string(ServerStream) {
		t.Errorf("%s %+v, %v", service, methods, err)
	}
	if _, _, err := c.Methods(t.Context(), nil, "grpcline.Demo"); paramOf(err) != "service" || !strings.Contains(err.Error(), "grpcline.demo.Demo") {
		t.Errorf("an unknown service: %v", err)
	}
	detail, err := c.MethodDetail(t.Context(), nil, "", "grpcline.demo.Demo/Chat")
	if err != nil || detail.Path != "/grpcline.demo.Demo/Chat" || !detail.ClientStreaming || !detail.ServerStreaming {
		t.Errorf("%+v, %v", detail, err)
	}
}

// TestHeaderValues of the connection params that HTTP/2 cannot carry are refused.
func TestHeaderValues(t *testing.T) {
	for name, p := range map[string]ConnectionParams{
		"userAgent": {Address: "demo:///", UserAgent: "a\r\nb"},
		"authority": {Address: "demo:///", Authority: "a\r\nb"},
	} {
		env := demoEnv(t)
		c, err := env.Dial(within(t, 5*time.Second), p)
		if err == nil {
			defer c.Close()
			_, err = c.CheckHealth(within(t, 5*time.Second), nil, "")
		}
		if paramOf(err) != name {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// TestUndecodable hands out a message that is not of its type as what it is, and the
// call goes on.
func TestUndecodable(t *testing.T) {
	const want = `{"@undecodable":{"path":"text","reason":"the string is not UTF-8","value":"CgH/"}}`
	c := dial(t, scripted(t, func(rpc grpc.ServerStream) error { return rpc.SendMsg(wrongType()) }), testParams())
	reply, err := c.Call(t.Context(), target("Unary"), nil)
	if err != nil || string(reply.Message) != want {
		t.Errorf("%s, %v", reply.Message, err)
	}
	s := open(t, c, BidiStream, "Bidi", "")
	if message, err := s.Recv(nil); err != nil || string(message) != want {
		t.Errorf("%s, %v", message, err)
	}
	if _, err := s.Recv(nil); err != io.EOF {
		t.Errorf("%v, want io.EOF", err)
	}
}
