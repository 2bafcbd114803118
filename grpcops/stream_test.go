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

	"github.com/grpcline/grpcline/grpcops/schema"
)

// open opens a stream of the scripted server.
func open(t testing.TB, c *Conn, kind Kind, method, request string) *Stream {
	t.Helper()
	ctx, cancel := context.WithCancelCause(t.Context())
	t.Cleanup(func() { cancel(nil) })
	s, err := c.OpenStream(within(t, 10*time.Second), ctx, cancel, target(method), kind, json.RawMessage(request))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestServerStream sends its request, and receives to the end.
func TestServerStream(t *testing.T) {
	c := dial(t, scripted(t, func(rpc grpc.ServerStream) error {
		text, err := receive(rpc)
		if err != nil {
			return err
		}
		for i := range 3 {
			if err := send(rpc, fmt.Sprint(text, i)); err != nil {
				return err
			}
		}
		return nil
	}), testParams())
	s := open(t, c, ServerStream, "Server", `{"text":"x"}`)
	for i := range 3 {
		if m, err := s.Recv(nil); err != nil || string(m) != fmt.Sprintf(`{"text":"x%d"}`, i) {
			t.Errorf("message %d: %s, %v", i, m, err)
		}
	}
	if m, err := s.Recv(nil); !errors.Is(err, io.EOF) {
		t.Errorf("the end: %s, %v", m, err)
	}
	if end := s.OKEnd(); end.Status.Code != 0 || end.Headers == nil || end.Trailers == nil || end.Origin != OriginServer {
		t.Errorf("the end: %+v", end)
	}
}

// TestMessagesAreTheReceivers keeps what was received, whatever comes after it.
func TestMessagesAreTheReceivers(t *testing.T) {
	const messages = 2000
	texts := func(i int) string { return fmt.Sprint(i, strings.Repeat("x", i*7%3000)) }
	c := dial(t, scripted(t, func(rpc grpc.ServerStream) error {
		for i := range messages {
			if err := send(rpc, texts(i)); err != nil {
				return err
			}
		}
		return nil
	}), testParams())
	s := open(t, c, ServerStream, "Server", `{}`)
	var kept []json.RawMessage
	for range messages {
		m, err := s.Recv(nil)
		if err != nil {
			t.Fatal(err)
		}
		if cap(m) > len(m) {
			_ = append(m, "overwritten"...) // must not reach what comes next
		}
		kept = append(kept, m)
	}
	for i, m := range kept {
		if string(m) != `{"text":"`+texts(i)+`"}` {
			t.Fatalf("message %d became %.40s", i, m)
		}
	}
}

// TestBidiStream sends and receives, and completes.
func TestBidiStream(t *testing.T) {
	c := dial(t, scripted(t, func(rpc grpc.ServerStream) error {
		for {
			text, err := receive(rpc)
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			if err := send(rpc, text+"!"); err != nil {
				return err
			}
		}
	}), testParams())
	s := open(t, c, BidiStream, "Bidi", "")
	packed, err := s.EncodeAll("messages", json.RawMessage(`[{"text":"a"},{},{"text":"c"}]`))
	if err != nil || len(packed) != 3 {
		t.Fatal(packed, err)
	}
	for _, m := range packed {
		if err := s.Send(m); err != nil {
			t.Fatal(err)
		}
	}
	s.CloseSend()
	var got []string
	for {
		m, err := s.Recv(nil)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(m))
	}
	if fmt.Sprint(got) != `[{"text":"a!"} {"text":"!"} {"text":"c!"}]` {
		t.Errorf("got %s", got)
	}
	if headers, received := s.Headers(); !received || headers == nil {
		t.Errorf("headers %v, %v", headers, received)
	}
	if err := s.Send(packed[0]); !errors.Is(err, ErrEnded) {
		t.Errorf("a send after the end: %v", err)
	}
}

// TestClientStreamHasOneResponse or its end is an error.
func TestClientStreamHasOneResponse(t *testing.T) {
	for responses, want := range []uint32{13, 0, 13} {
		c := dial(t, scripted(t, func(rpc grpc.ServerStream) error {
			for i := range responses {
				if err := send(rpc, fmt.Sprint(i)); err != nil {
					return err
				}
			}
			return nil
		}), testParams())
		s := open(t, c, ClientStream, "Client", "")
		s.CloseSend()
		var err error
		for err == nil {
			_, err = s.Recv(nil)
		}
		var failed *StatusError
		if want == 0 && !errors.Is(err, io.EOF) || want != 0 && (!errors.As(err, &failed) || failed.Status.Code != want || failed.Origin != OriginClient) {
			t.Errorf("%d responses: %v", responses, err)
		}
	}
}

// headed sends headers and ends with err.
func headed(end error) script {
	return func(rpc grpc.ServerStream) error {
		if err := rpc.SendHeader(metadata.Pairs("h", "1")); err != nil {
			return err
		}
		return end
	}
}

// TestStreamEnds tells who ended it, and how.
func TestStreamEnds(t *testing.T) {
	for _, test := range []struct {
		name   string
		serve  script
		code   uint32
		origin string
		says   string
	}{
		{"a failure", func(grpc.ServerStream) error { return status.Error(codes.NotFound, "no") }, 5, OriginServer, "no"},
		{"a failure after headers", headed(status.Error(codes.NotFound, "no")), 5, OriginServer, "no"},
		{"a failure after headers in words of grpc-go", headed(status.Error(codes.Unavailable, "error reading from server: EOF")), 14, OriginClient, "closed the connection"},
		{"words like grpc-go's with another code", headed(status.Error(codes.NotFound, "transport: none goes to 17")), 5, OriginServer, "none goes"},
		{"other words that begin like grpc-go's", headed(status.Error(codes.Unavailable, "error reading from database: EOF")), 14, OriginServer, "database"},
		{"the same without headers", func(grpc.ServerStream) error {
			return status.Error(codes.Unavailable, "error reading from server: EOF")
		}, 14, OriginServer, "EOF"},
		{"the same with trailers", func(rpc grpc.ServerStream) error {
			rpc.SetTrailer(metadata.Pairs("t", "1"))
			return headed(status.Error(codes.Unavailable, "error reading from server: EOF"))(rpc)
		}, 14, OriginServer, "EOF"},
		{"too large", func(rpc grpc.ServerStream) error { return send(rpc, strings.Repeat("x", 300)) }, 8, OriginClient, "maxReceiveBytes"},
	} {
		p := testParams()
		p.MaxReceiveBytes = pointer(200)
		c := dial(t, scripted(t, test.serve), p)
		_, err := open(t, c, BidiStream, "Bidi", "").Recv(nil)
		failed := statusOfError(t, err)
		if failed.Status.Code != test.code || failed.Origin != test.origin || !strings.Contains(failed.Status.Message, test.says) || failed.Headers == nil || failed.Trailers == nil {
			t.Errorf("%s: got %+v", test.name, failed)
		}
	}
}

// TestOpenStreamErrors are those of the method, of the request, and of time.
func TestOpenStreamErrors(t *testing.T) {
	p := testParams()
	p.MaxSendBytes = pointer(100)
	c := dial(t, scripted(t, func(grpc.ServerStream) error { return nil }), p)
	try := func(start context.Context, c *Conn, kind Kind, method, request string) error {
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		_, err := c.OpenStream(start, ctx, cancel, target(method), kind, json.RawMessage(request))
		return err
	}
	if err := try(t.Context(), c, BidiStream, "Nobody", ""); paramOf(err) != "method" {
		t.Errorf("a method: %v", err)
	}
	var kind *KindError
	if err := try(t.Context(), c, BidiStream, "Server", ""); !errors.As(err, &kind) || kind.Kind != ServerStream {
		t.Errorf("a kind: %v", err)
	}
	if err := try(t.Context(), c, ServerStream, "Server", `{"text":5}`); paramOf(err) != "request" {
		t.Errorf("a request: %v", err)
	}
	if err := try(t.Context(), c, ServerStream, "Server", `{"text":"`+strings.Repeat("x", 200)+`"}`); statusOfError(t, err).Status.Code != 8 {
		t.Errorf("a large request: %v", err)
	}
	nobody := dial(t, &Env{Schemas: schema.NewCache(schema.DefaultCacheBytes)}, ConnectionParams{
		Address: "unix:///nobody/there", Lazy: pointer(true), WaitForReady: pointer(true), Proto: p.Proto,
	})
	if err := try(within(t, 20*time.Millisecond), nobody, BidiStream, "Bidi", ""); statusOfError(t, err).Status.Code != 4 {
		t.Errorf("in time: %v", err)
	}
	ended, cancel := context.WithCancelCause(t.Context())
	cancel(errTest)
	if err := try(ended, nobody, BidiStream, "Bidi", ""); !errors.Is(err, errTest) {
		t.Errorf("given up: %v", err)
	}
}
