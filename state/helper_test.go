package state

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/grpcops/schema"
	"github.com/grpcline/grpcline/internal/crew"
	"github.com/grpcline/grpcline/internal/memory"
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

// rig is a State with a scripted server at demo:///. It must be used in a bubble
// of synctest, whose time is the State's.
type rig struct {
	*State
	t      *testing.T
	crew   crew.Crew
	pushed chan string // what the Pusher was given
}

var testLimits = Limits{Connections: 100, Streams: 100, CollectBytes: 1 << 20, ReadAhead: 4, ReadAheadSize: 1 << 20}

func newRig(t *testing.T, limits Limits, serve script) *rig {
	t.Helper()
	listener := bufconn.Listen(64 << 10)
	server := grpc.NewServer(grpc.UnknownServiceHandler(func(_ any, rpc grpc.ServerStream) error { return serve(rpc) }),
		grpc.MaxRecvMsgSize(64<<20))
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	env := &grpcops.Env{Version: "test", Schemas: schema.NewCache(schema.DefaultCacheBytes), Demo: func(ctx context.Context) (net.Conn, error) {
		return listener.DialContext(ctx)
	}}
	r := &rig{t: t, pushed: make(chan string, 1000)}
	r.State = New(env, limits, Pusher{
		Messages: func(id string) func(context.Context, json.RawMessage) {
			return func(_ context.Context, m json.RawMessage) { r.pushed <- id + " " + string(m) }
		},
		End: func(_ context.Context, id string, end *grpcops.End) { r.pushed <- id + " " + end.Status.Name },
	}, &r.crew, memory.New(256<<20))
	t.Cleanup(func() {
		r.Close()
		r.crew.Dismiss()
		server.Stop()
		<-served
	})
	return r
}

// testParams are those of a connection to the scripted server.
func testParams() grpcops.ConnectionParams {
	return grpcops.ConnectionParams{Address: "demo:///", Proto: schema.Lone(schema.NewSource(testProto))}
}

// connect opens c1.
func (r *rig) connect() {
	r.t.Helper()
	start(r.OpenConnection(testParams(), "")).must(r.t)
}

// open opens the next stream on c1.
func (r *rig) open(kind grpcops.Kind) string {
	r.t.Helper()
	return start(r.OpenStream(kind, on("c1", kind), StreamOptions{})).must(r.t)
}

// on is a call of the method of a kind.
func on(connection string, kind grpcops.Kind) Call {
	method := map[grpcops.Kind]string{
		grpcops.Unary: "Unary", grpcops.ServerStream: "Server", grpcops.ClientStream: "Client", grpcops.BidiStream: "Bidi",
	}[kind]
	return Call{Ref: Ref{ID: connection}, Target: grpcops.Target{Service: "test.S", Method: method}}
}

// running is an operation under way.
type running[R any] struct {
	result R
	err    error
	done   chan struct{}
	end    context.CancelCauseFunc
}

// start runs an Op as package rpc does, or what refused it.
func start[R any](op Op[R], err error) *running[R] {
	r := untold(op, err)
	if op.Told != nil {
		go func() {
			<-r.done
			op.Told()
		}()
	}
	return r
}

// untold runs an Op of which the host is not told.
func untold[R any](op Op[R], err error) *running[R] {
	ctx, cancel := context.WithCancelCause(context.Background())
	r := &running[R]{err: err, done: make(chan struct{}), end: cancel}
	go func() {
		defer close(r.done)
		defer cancel(nil)
		if op.Do != nil {
			r.result, r.err = op.Do(ctx)
		}
		if op.Leave != nil {
			op.Leave()
		}
	}()
	return r
}

// wait returns what came of it.
func (r *running[R]) wait() (R, error) {
	<-r.done
	return r.result, r.err
}

// isDone tells whether it has ended.
func (r *running[R]) isDone() bool {
	select {
	case <-r.done:
		return true
	default:
		return false
	}
}

// must waits for a result.
func (r *running[R]) must(t *testing.T) R {
	t.Helper()
	if _, err := r.wait(); err != nil {
		t.Fatal(err)
	}
	return r.result
}

// fails waits for an error with that reason.
func (r *running[R]) fails(t *testing.T, reason Reason) error {
	t.Helper()
	if _, err := r.wait(); reasonOf(err) != reason {
		t.Fatalf("got %v, %v, want %s", r.result, err, reason)
	}
	return r.err
}

// ends waits for a gRPC status with that code.
func (r *running[R]) ends(t *testing.T, code uint32) *grpcops.StatusError {
	t.Helper()
	_, err := r.wait()
	var status *grpcops.StatusError
	if !errors.As(err, &status) || status.Status.Code != code {
		t.Fatalf("got %v, %v, want status %d", r.result, err, code)
	}
	return status
}

// say is a message with a text.
func say(text string) json.RawMessage { return json.RawMessage(fmt.Sprintf(`{"text":%q}`, text)) }

// send sends a text from the server.
func send(rpc grpc.ServerStream, text string) error { return rpc.SendMsg(wrapperspb.String(text)) }

// receiveText receives a text at the server.
func receiveText(rpc grpc.ServerStream) (string, error) {
	m := &wrapperspb.StringValue{}
	err := rpc.RecvMsg(m)
	return m.GetValue(), err
}

// echo answers each message with itself.
func echo(rpc grpc.ServerStream) error {
	for {
		text, err := receiveText(rpc)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := send(rpc, text); err != nil {
			return err
		}
	}
}

// silent does nothing until the client is gone.
func silent(rpc grpc.ServerStream) error {
	<-rpc.Context().Done()
	return rpc.Context().Err()
}

// texts are the messages of a result.
func texts(messages []json.RawMessage) string {
	var all []string
	for _, m := range messages {
		var text struct{ Text string }
		if json.Unmarshal(m, &text) != nil {
			text.Text = "?"
		}
		all = append(all, text.Text)
	}
	return strings.Join(all, " ")
}
