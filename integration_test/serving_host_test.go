package integration_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// servedProto is what the tests serve. A Text is what a google.protobuf.StringValue
// is on the wire, which its clients use.
const servedProto = `syntax = "proto3"; package served.v1;
message Text { string text = 1; }
service Echo {
  rpc Unary(Text) returns (Text);
  rpc Server(Text) returns (stream Text);
  rpc Client(stream Text) returns (Text);
  rpc Bidi(stream Text) returns (stream Text);
}
service Other { rpc Unary(Text) returns (Text); }`

const servedEcho = "/served.v1.Echo/"

// serving is a worker that serves, and a client of its server.
type serving struct {
	*Host
	server string
	addr   string
	client *grpc.ClientConn
}

// newServing starts a server with the params added, and connects to it.
func newServing(t testing.TB, more ...obj) *serving {
	t.Helper()
	return Start(t).serve(more...)
}

func (h *Host) serve(more ...obj) *serving {
	h.t.Helper()
	started := decode[struct{ ServerID, Address string }](h, h.Must("startServer", with(obj{"address": "127.0.0.1:0", "proto": servedProto}, more...)))
	s := &serving{Host: h, server: started.ServerID, addr: started.Address}
	s.client = s.connect(nil)
	return s
}

// connect makes another client.
func (s *serving) connect(config *tls.Config) *grpc.ClientConn {
	s.t.Helper()
	creds := insecure.NewCredentials()
	if config != nil {
		creds = credentials.NewTLS(config)
	}
	target := s.addr
	if strings.HasPrefix(target, ":") {
		target = "127.0.0.1" + target
	}
	conn, err := grpc.NewClient(target, grpc.WithTransportCredentials(creds))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { conn.Close() })
	return conn
}

// incoming is what acceptCall gives.
type incoming struct {
	StreamID, Service, Method, Kind string
	Metadata                        Metadata
	Peer                            struct {
		Address, Authority, Subject string
		TLS                         bool
		Names                       []string
	}
	DeadlineMs *int
	Message    *struct{ Text string }
}

func (s *serving) accepting() *Pending { return s.Go("acceptCall", obj{"server": s.server}) }

func (s *serving) accepted(p *Pending) incoming {
	s.t.Helper()
	return decode[incoming](s.Host, p.Must())
}

// accept waits for the next call.
func (s *serving) accept() incoming {
	s.t.Helper()
	return s.accepted(s.accepting())
}

// finish ends a call.
func (s *serving) finish(call incoming, more ...obj) {
	s.t.Helper()
	s.Must("finishCall", with(obj{"streamId": call.StreamID}, more...))
}

// got is what a call's getMessage gives.
func (s *serving) got(call incoming) (text string, done bool) {
	s.t.Helper()
	got := decode[struct {
		Done    bool
		Message struct{ Text string }
	}](s.Host, s.Must("getMessage", obj{"streamId": call.StreamID}))
	return got.Message.Text, got.Done
}

// answerAll accepts calls and has each answered on a goroutine of its own. C has what
// answer needs of them. stopped is closed when the server takes no more.
func answerAll[C any](s *serving, answer func(C)) (stopped <-chan struct{}) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			result, failed := s.accepting().Wait()
			if failed != nil {
				return
			}
			var call C
			if err := json.Unmarshal(result, &call); err != nil {
				panic(err)
			}
			go answer(call)
		}
	}()
	return done
}

// nextRequest takes a request of a call; it is nil at the end, and if the client has gone.
func nextRequest[T any](s *serving, streamID string) *T {
	result, failed := s.Call("getMessage", obj{"streamId": streamID, "timeoutMs": 0})
	if failed != nil {
		return nil
	}
	var got struct{ Message *T }
	if err := json.Unmarshal(result, &got); err != nil {
		panic(err)
	}
	return got.Message
}

// rpc is a call that a client makes.
type clientRPC struct {
	t testing.TB
	grpc.ClientStream
	cancel context.CancelFunc
}

// open begins a call of a method of Echo.
func open(t testing.TB, conn *grpc.ClientConn, method string, options ...grpc.CallOption) *clientRPC {
	t.Helper()
	return openIn(t, t.Context(), conn, method, options...)
}

func openIn(t testing.TB, ctx context.Context, conn *grpc.ClientConn, method string, options ...grpc.CallOption) *clientRPC {
	t.Helper()
	ctx, cancel := context.WithCancel(ctx)
	t.Cleanup(cancel)
	stream, err := conn.NewStream(ctx, &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}, servedEcho+method, options...)
	if err != nil {
		t.Fatal(err)
	}
	return &clientRPC{t, stream, cancel}
}

func (r *clientRPC) send(texts ...string) *clientRPC {
	r.t.Helper()
	for _, text := range texts {
		if err := r.SendMsg(wrapperspb.String(text)); err != nil {
			r.t.Fatal(err)
		}
	}
	return r
}

func (r *clientRPC) half() *clientRPC {
	r.t.Helper()
	if err := r.CloseSend(); err != nil {
		r.t.Fatal(err)
	}
	return r
}

// receive waits for a message or the end.
func (r *clientRPC) receive() (string, error) {
	m := &wrapperspb.StringValue{}
	err := r.RecvMsg(m)
	return m.GetValue(), err
}

// expect waits for these messages, and then for the OK end.
func (r *clientRPC) expect(texts ...string) {
	r.t.Helper()
	for _, want := range texts {
		if got, err := r.receive(); err != nil || got != want {
			r.t.Fatalf("got %q, %v; want %q", got, err, want)
		}
	}
	if _, err := r.receive(); !errors.Is(err, io.EOF) {
		r.t.Fatalf("ended with %v", err)
	}
}

// wrapped is a Text for a client to send.
func wrapped(s string) *wrapperspb.StringValue { return wrapperspb.String(s) }

func text(s string) obj { return obj{"text": s} }

// asJSON writes what a test compares.
func asJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}
