package integration_test

import (
	"bytes"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/http2"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// refusals are ways to refuse a request unseen.
func refusals() map[string]func(c *testserver.H2, stream uint32) error {
	return map[string]func(c *testserver.H2, stream uint32) error{
		"REFUSED_STREAM": func(c *testserver.H2, stream uint32) error {
			return c.WriteRSTStream(stream, http2.ErrCodeRefusedStream)
		},
		"GOAWAY": func(c *testserver.H2, stream uint32) error {
			_ = c.WriteGoAway(max(stream, 2)-2, http2.ErrCodeNo, []byte("bye"))
			return testserver.ErrHangUp
		},
		"GOAWAY in two steps": func(c *testserver.H2, stream uint32) error {
			_ = c.WriteGoAway(1<<31-1, http2.ErrCodeNo, nil)
			_ = c.WriteGoAway(0, http2.ErrCodeNo, nil)
			return testserver.ErrHangUp
		},
	}
}

// TestRefusedUnseen begins what a server refuses five times over again, until it is
// served; then the server has all messages, once.
func TestRefusedUnseen(t *testing.T) {
	r := newRig(t)
	for name, refuse := range refusals() {
		t.Run(name, func(t *testing.T) {
			var came atomic.Int32
			address := testserver.HTTP2Requests(t, nil, func(c *testserver.H2, stream uint32, body []byte) error {
				if came.Add(1)%6 != 0 {
					return refuse(c, stream)
				}
				return c.Answer(stream, body[5:])
			})
			conn := r.Connect(r.server, obj{"address": address})
			one := decode[Ending](r.Host, r.Must("callMethod", scripted(conn, "Unary", nil, obj{"request": obj{"number": "7"}})))
			if *one.Message != numbered(7) {
				t.Errorf("%+v", one)
			}
			all := decode[Ending](r.Host, r.Must("processServerStream", scripted(conn, "ServerStream", nil, obj{"request": obj{"number": "8"}})))
			if len(all.Messages) != 1 || all.Messages[0] != numbered(8) {
				t.Errorf("%+v", all)
			}
			r.Must("processClientStream", scripted(conn, "ClientStream", nil, obj{"requests": []any{obj{"number": "9"}}}))
			r.Must("closeConnection", obj{"connection": conn})
		})
	}
}

// TestRefusedStreamIsSentAgain refuses a stream whose messages are still held, while
// nobody reads it, while it is read, and while it is sent on.
func TestRefusedStreamIsSentAgain(t *testing.T) {
	r := newRig(t)
	var came atomic.Int32
	bodies := make(chan []byte, 1)
	address := testserver.HTTP2Requests(t, nil, func(c *testserver.H2, stream uint32, body []byte) error {
		if came.Add(1)%4 != 0 {
			return c.WriteRSTStream(stream, http2.ErrCodeRefusedStream)
		}
		bodies <- body
		return c.Answer(stream)
	})
	conn := r.Connect(r.server, obj{"address": address})
	var want []byte
	for name, read := range map[string]bool{"read": true, "not read": false} {
		id := decode[struct{ StreamID string }](r.Host, r.Must("initBidiStream", scripted(conn, "Bidi", nil))).StreamID
		var get *Pending
		if read {
			get = r.Go("getMessage", obj{"streamId": id})
		}
		for n := range 20 {
			r.Must("sendMessage", obj{"streamId": id, "message": numbered(n + 1)})
		}
		r.Must("completeSend", obj{"streamId": id})
		if !read {
			get = r.Go("getMessage", obj{"streamId": id})
		}
		get.Must()
		got := <-bodies
		if bytes.Count(got, []byte{0, 0, 0, 0, 2}) != 20 {
			t.Errorf("%s: the server has %x", name, got)
		}
		if want != nil && !bytes.Equal(got, want) {
			t.Errorf("%s: the server has %x, want %x", name, got, want)
		}
		want = got
		r.Must("closeStream", obj{"streamId": id})
	}
}

// TestRefusedWhileSending refuses each attempt at its first message: what is sent
// meanwhile is neither lost nor sent twice.
func TestRefusedWhileSending(t *testing.T) {
	const messages = 50
	backend := testserver.Start(t, testserver.Options{})
	var came atomic.Int32
	var toBackend func()
	address := testserver.HTTP2(t, func(c *testserver.H2, stream uint32, _ string) error {
		if came.Add(1) < 40 {
			return c.WriteRSTStream(stream, http2.ErrCodeRefusedStream)
		}
		toBackend() // where the next connection goes
		_ = c.WriteGoAway(0, http2.ErrCodeNo, nil)
		return testserver.ErrHangUp
	})
	relay := testserver.StartRelay(t, address)
	toBackend = func() { relay.To(backend.Addr) }
	h := Start(t)
	conn := h.Connect(backend, obj{"address": relay.Addr})
	id := decode[struct{ StreamID string }](h, h.Must("initBidiStream", scripted(conn, "Bidi", nil))).StreamID
	for n := range messages {
		h.Must("sendMessage", obj{"streamId": id, "message": numbered(n + 1)})
	}
	h.Must("completeSend", obj{"streamId": id})
	for n := range messages {
		got := decode[Ending](h, h.Must("getMessage", obj{"streamId": id}))
		if got.Message == nil || *got.Message != numbered(n+1) {
			t.Fatalf("message %d is %+v", n+1, got)
		}
	}
}

// TestRefusedTillTheEnd has a server that refuses everything: the time of the call
// ends it, and it says why.
func TestRefusedTillTheEnd(t *testing.T) {
	r := newRig(t)
	address := testserver.HTTP2(t, func(c *testserver.H2, stream uint32, _ string) error {
		return c.WriteRSTStream(stream, http2.ErrCodeRefusedStream)
	})
	conn := r.Connect(r.server, obj{"address": address})
	err := r.Fail("callMethod", scripted(conn, "Unary", nil, obj{"timeoutMs": 300}), 14)
	if !strings.Contains(err.Message, "refused the call") || !strings.Contains(err.Message, "times") || err.Data.Origin != "client" {
		t.Errorf("%v", err)
	}
	call := r.Go("callMethod", scripted(conn, "Unary", nil, obj{"timeoutMs": 0}))
	call.cancel()
	call.cancelled()
}

// TestSeenOnce never begins again what a server may have seen.
func TestSeenOnce(t *testing.T) {
	r := newRig(t)
	for name, end := range map[string]func(c *testserver.H2, stream uint32) error{
		"hang-up": func(*testserver.H2, uint32) error { return testserver.ErrHangUp },
		"GOAWAY after it": func(c *testserver.H2, stream uint32) error {
			_ = c.WriteGoAway(stream, http2.ErrCodeNo, []byte("bye"))
			return testserver.ErrHangUp
		},
		"INTERNAL_ERROR": func(c *testserver.H2, stream uint32) error {
			return c.WriteRSTStream(stream, http2.ErrCodeInternal)
		},
		"its own words": func(c *testserver.H2, stream uint32) error {
			return c.Headers(stream, true, ":status", "200", "content-type", "application/grpc", "grpc-status", "14", "grpc-message", "the connection is draining")
		},
	} {
		t.Run(name, func(t *testing.T) {
			var came atomic.Int32
			address := testserver.HTTP2Requests(t, nil, func(c *testserver.H2, stream uint32, _ []byte) error {
				came.Add(1)
				return end(c, stream)
			})
			conn := r.Connect(r.server, obj{"address": address})
			for _, method := range []string{"callMethod", "processServerStream"} {
				came.Store(0)
				target := map[string]string{"callMethod": "Unary", "processServerStream": "ServerStream"}[method]
				_, err := r.Go(method, scripted(conn, target, nil, obj{"timeoutMs": 2000})).Wait()
				if err == nil || came.Load() != 1 {
					t.Errorf("%s: the server has seen it %d times: %v", method, came.Load(), err)
				}
			}
		})
	}
}

// TestNginxThatStartsAnew writes thousands of calls at once through an nginx that
// gives a connection up after a number of requests: all succeed.
func TestNginxThatStartsAnew(t *testing.T) {
	for name, c := range map[string]struct {
		settings string
		calls    int
	}{
		"as it comes":           {"", 3000},
		"after 100 requests":    {"keepalive_requests 100;", 1000},
		"two streams at a time": {"http2_max_concurrent_streams 2; keepalive_requests 20;", 300},
	} {
		t.Run(name, func(t *testing.T) {
			server := testserver.Start(t, testserver.Options{})
			h := Start(t)
			conn := h.Connect(server, obj{"address": nginx(t, server.Addr, c.settings)})
			calls := make([]*Pending, c.calls)
			for i := range calls {
				calls[i] = h.Go("callMethod", scripted(conn, "Unary", nil, obj{"request": obj{"number": "1"}, "timeoutMs": 60000}))
			}
			for _, call := range calls {
				call.Must()
			}
		})
	}
}
