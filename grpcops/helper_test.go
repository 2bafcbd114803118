package grpcops

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/grpcline/grpcline/demo"
	"github.com/grpcline/grpcline/grpcops/schema"
)

// testProto is the schema of the scripted server. A Text is what a
// google.protobuf.StringValue is on the wire.
const testProto = `syntax = "proto3";
package test;
message Text { string text = 1; }
service S {
  rpc Unary(Text) returns (Text);
  rpc Server(Text) returns (stream Text);
  rpc Client(stream Text) returns (Text);
  rpc Bidi(stream Text) returns (stream Text);
}`

// script is what the server does with an RPC of any method.
type script func(rpc grpc.ServerStream) error

// scripted is an environment with a scripted server at demo:///.
func scripted(t testing.TB, serve script, options ...grpc.ServerOption) *Env {
	t.Helper()
	listener := bufconn.Listen(64 << 10)
	server := grpc.NewServer(append(options, grpc.UnknownServiceHandler(func(_ any, rpc grpc.ServerStream) error { return serve(rpc) }))...)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Stop()
		<-served
	})
	return &Env{Version: "test", Schemas: schema.NewCache(schema.DefaultCacheBytes), Demo: func(ctx context.Context) (net.Conn, error) {
		return listener.DialContext(ctx)
	}}
}

// demoEnv is an environment with the demo server.
func demoEnv(t testing.TB) *Env {
	t.Helper()
	server := demo.Start()
	t.Cleanup(server.Stop)
	return &Env{Version: "test", Schemas: schema.NewCache(schema.DefaultCacheBytes), Demo: server.Dial}
}

// testParams are those of a connection to the scripted server.
func testParams() ConnectionParams {
	return ConnectionParams{Address: "demo:///", Proto: schema.Lone(schema.NewSource(testProto))}
}

// dial connects, and closes at the test's end.
func dial(t testing.TB, env *Env, p ConnectionParams) *Conn {
	t.Helper()
	c, err := env.Dial(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// target is a method of the scripted server.
func target(method string) *Target { return &Target{Service: "test.S", Method: method} }

// send sends a text from the server.
func send(rpc grpc.ServerStream, text string) error { return rpc.SendMsg(wrapperspb.String(text)) }

// receive receives a text at the server.
func receive(rpc grpc.ServerStream) (string, error) {
	m := &wrapperspb.StringValue{}
	err := rpc.RecvMsg(m)
	return m.GetValue(), err
}

// statusOfError is the status that an error is.
func statusOfError(t testing.TB, err error) *StatusError {
	t.Helper()
	var failed *StatusError
	if !errors.As(err, &failed) {
		t.Fatalf("%v is no status", err)
	}
	return failed
}

func paramOf(err error) string {
	var wrong *ParamError
	if errors.As(err, &wrong) {
		return wrong.Param
	}
	return ""
}

func pointer[T any](v T) *T { return &v }

// within is a context with a deadline as requests have it.
func within(t testing.TB, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

// wrongType is a message that is no Text: its field 1 is a broken string.
func wrongType() *wrapperspb.BytesValue { return wrapperspb.Bytes([]byte("\xFF")) }
