package integration_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// rawClient writes HTTP/2 to a server frame by frame. Writing fails silently when the
// server has had enough.
type rawClient struct {
	*http2.Framer
	conn    net.Conn
	headers bytes.Buffer
	encoder *hpack.Encoder
}

func (s *serving) raw() *rawClient {
	s.t.Helper()
	conn, err := net.Dial("tcp", s.addr)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { conn.Close() })
	c := &rawClient{Framer: http2.NewFramer(conn, conn), conn: conn}
	c.encoder = hpack.NewEncoder(&c.headers)
	_, _ = conn.Write([]byte(http2.ClientPreface))
	_ = c.WriteSettings()
	return c
}

// request writes the headers of a call, with others added or replaced.
func (c *rawClient) request(stream uint32, method string, more ...string) {
	fields := [][2]string{
		{":method", "POST"}, {":scheme", "http"}, {":path", servedEcho + method}, {":authority", "x"},
		{"content-type", "application/grpc"}, {"te", "trailers"},
	}
	for i := 0; i < len(more); i += 2 {
		at := len(fields)
		for j, field := range fields {
			if field[0] == more[i] {
				at = j
			}
		}
		fields = append(fields[:at], append([][2]string{{more[i], more[i+1]}}, fields[min(at+1, len(fields)):]...)...)
	}
	c.headers.Reset()
	for _, field := range fields {
		_ = c.encoder.WriteField(hpack.HeaderField{Name: field[0], Value: field[1]})
	}
	block := c.headers.Bytes()
	const most = 16 << 10
	_ = c.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: block[:min(most, len(block))], EndHeaders: len(block) <= most})
	for rest := block[min(most, len(block)):]; len(rest) > 0; {
		n := min(most, len(rest))
		_ = c.WriteContinuation(stream, n == len(rest), rest[:n])
		rest = rest[n:]
	}
}

// message is one in gRPC's framing.
func message(body string) []byte {
	return append([]byte{0, 0, 0, 0, byte(len(body))}, body...)
}

// TestServingHostileClients has clients misbehave in every way, while another is served
// as if they were not there.
func TestServingHostileClients(t *testing.T) {
	s := newServing(t, obj{"acceptTimeoutMs": 0})
	for name, misbehave := range map[string]func(c *rawClient){
		"reset in the middle": func(c *rawClient) {
			c.request(1, "Bidi")
			_ = c.WriteRSTStream(1, http2.ErrCodeCancel)
		},
		"half a message": func(c *rawClient) {
			c.request(1, "Bidi")
			_ = c.WriteData(1, false, []byte{0, 0, 0, 1, 0, 'x'})
		},
		"half a message and the end": func(c *rawClient) {
			c.request(1, "Unary")
			_ = c.WriteData(1, true, []byte{0, 0, 0, 1, 0, 'x'})
		},
		"a message of 4 GiB": func(c *rawClient) {
			c.request(1, "Unary")
			_ = c.WriteData(1, false, []byte{0, 0xFF, 0xFF, 0xFF, 0xFF, 'x'})
		},
		"compressed without saying how": func(c *rawClient) {
			c.request(1, "Unary")
			_ = c.WriteData(1, true, []byte{1, 0, 0, 0, 1, 'x'})
		},
		"not UTF-8": func(c *rawClient) {
			c.request(1, "Unary")
			_ = c.WriteData(1, true, message("\x0A\x01\xFF"))
		},
		"not protobuf": func(c *rawClient) {
			c.request(1, "Unary")
			_ = c.WriteData(1, true, message("\x0B\x0B\x0B"))
		},
		"another content type": func(c *rawClient) { c.request(1, "Unary", "content-type", "text/html") },
		"another verb":         func(c *rawClient) { c.request(1, "Unary", ":method", "GET") },
		"a broken timeout":     func(c *rawClient) { c.request(1, "Unary", "grpc-timeout", "soon") },
		"broken metadata":      func(c *rawClient) { c.request(1, "Unary", "x-bin", "!!!") },
		"large headers":        func(c *rawClient) { c.request(1, "Unary", "x", strings.Repeat("x", 20<<20)) },
		"data on no stream":    func(c *rawClient) { _ = c.WriteData(9, true, message("")) },
		"no settings": func(c *rawClient) {
			_, _ = c.conn.Write([]byte("GET / HTTP/1.1\r\n\r\n"))
		},
		"headers that never end": func(c *rawClient) {
			_ = c.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: []byte{0x82}, EndHeaders: false})
		},
		"a thousand calls and resets": func(c *rawClient) {
			for i := range uint32(1000) {
				c.request(2*i+1, "Bidi")
				_ = c.WriteRSTStream(2*i+1, http2.ErrCodeCancel)
			}
		},
		"gone in the middle": func(c *rawClient) {
			c.request(1, "Bidi")
			_ = c.WriteData(1, false, message(""))
			c.conn.Close()
		},
	} {
		t.Run(name, func(t *testing.T) {
			misbehave(s.raw())
			call := open(t, s.client, "Unary", grpc.WaitForReady(true)).send("good").half()
			for { // calls that were given up may be accepted before; they are as any other
				got := s.accept()
				if got.Message != nil && got.Message.Text == "good" {
					s.finish(got, obj{"message": text("fine")})
					break
				}
				s.Must("closeStream", obj{"streamId": got.StreamID})
			}
			call.expect("fine")
		})
	}
}

// TestServingUnreadCalls has 10,000 calls come of which the host reads none: most are
// refused, memory stays bounded, and those that wait are served when the host is back.
func TestServingUnreadCalls(t *testing.T) {
	s := newServing(t, obj{"acceptTimeoutMs": 0})
	calls := scaled(10_000)
	large := strings.Repeat("x", 100<<10)
	var group sync.WaitGroup
	var mu sync.Mutex
	ends := map[codes.Code]int{}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	refused := make(chan struct{}, calls)
	for range calls {
		group.Go(func() {
			r := openIn(t, ctx, s.client, "Unary")
			_ = r.SendMsg(wrapped(large))
			_ = r.CloseSend()
			_, err := r.receive()
			mu.Lock()
			ends[status.Code(err)]++
			mu.Unlock()
			if status.Code(err) == codes.ResourceExhausted {
				refused <- struct{}{}
			}
		})
	}
	for range calls - 1000 { // as many as wait by default
		select {
		case <-refused:
		case <-ctx.Done():
			t.Fatal("not all calls that are too many were refused")
		}
	}
	if peak := peakMemory(t, s.PID()); peak > 700<<20 {
		t.Errorf("the worker has taken %d MiB", peak>>20)
	}
	for range min(calls, 10) {
		s.finish(s.accept(), obj{"message": text("late")})
	}
	cancel()
	group.Wait()
	t.Log(ends)
	if ends[codes.OK] == 0 || calls > 1000 && ends[codes.ResourceExhausted] == 0 {
		t.Errorf("the calls ended with %v", ends)
	}
	s.Must("stopServer", obj{"server": s.server, "graceMs": 0})
}

// TestServingLeaksNothing ends many calls in each way: goroutines, descriptors and
// memory are back where they were after the first few.
func TestServingLeaksNothing(t *testing.T) {
	after := func(cycles int) (goroutines, files int, memory int64) {
		s := newServing(t)
		for range cycles {
			ok := open(t, s.client, "Unary").send("x").half()
			s.finish(s.accept(), obj{"message": text("y")})
			ok.expect("y")
			failed := open(t, s.client, "Bidi").send("x")
			s.finish(s.accept(), obj{"status": obj{"code": 5}})
			_, _ = failed.receive()
			closed := open(t, s.client, "Client").send("x")
			s.Must("closeStream", obj{"streamId": s.accept().StreamID})
			_, _ = closed.receive()
			gone := open(t, s.client, "Server").send("x").half()
			call := s.accept()
			gone.cancel()
			s.Must("closeStream", obj{"streamId": call.StreamID})
			unread := open(t, s.client, "Bidi").send("x", "y").half()
			call = s.accept()
			s.Must("sendMessages", obj{"streamId": call.StreamID, "messages": []obj{text("a"), text("b")}})
			s.finish(call)
			unread.expect("a", "b")
		}
		s.client.Close()
		s.Must("stopServer", obj{"server": s.server, "graceMs": 0})
		s.expectHandles(nil, nil)
		files, memory = descriptors(t, s.PID()), processMemory(t, s.PID(), "VmRSS")
		return s.goroutines(), files, memory
	}
	few, many := 20, 20+scaled(10_000) // each cycle has five calls
	goroutines1, files1, memory1 := after(few)
	goroutines2, files2, memory2 := after(many)
	figures := fmt.Sprintf("after %d and %d cycles: %d and %d goroutines, %d and %d descriptors, %d and %d MiB",
		few, many, goroutines1, goroutines2, files1, files2, memory1>>20, memory2>>20)
	t.Log(figures)
	if goroutines2 > goroutines1+10 || files2 > files1+2 || memory2 > 2*memory1+(32<<20) {
		t.Error(figures)
	}
}

// TestServingHostStopsReading has a host leave one call unread while it serves another.
func TestServingHostStopsReading(t *testing.T) {
	s := newServing(t)
	flood := open(t, s.client, "Client")
	stuck := s.accept()
	full := make(chan struct{})
	go func() {
		defer close(full)
		for flood.SendMsg(wrapped(strings.Repeat("x", 64<<10))) == nil {
		}
	}()
	for range 10 {
		call := open(t, s.client, "Unary").send("x").half()
		s.finish(s.accept(), obj{"message": text("y")})
		call.expect("y")
	}
	s.Must("closeStream", obj{"streamId": stuck.StreamID})
	<-full
	if peak := peakMemory(t, s.PID()); peak > 300<<20 {
		t.Errorf("the worker has taken %d MiB", peak>>20)
	}
}

// TestServingResetNearDeadline has a client reset its call when the server's clock says
// that the deadline is near: that is how clients end a call whose deadline has passed.
func TestServingResetNearDeadline(t *testing.T) {
	s := newServing(t)
	for timeout, want := range map[string]int{"90m": 4, "5m": 4, "99S": 1} {
		accepted := s.accepting()
		s.ping() // it waits before the call comes
		c := s.raw()
		c.request(1, "Bidi", "grpc-timeout", timeout)
		call := s.accepted(accepted)
		_ = c.WriteRSTStream(1, http2.ErrCodeCancel)
		s.Fail("getMessage", obj{"streamId": call.StreamID, "timeoutMs": 0}, want)
		s.Fail("finishCall", obj{"streamId": call.StreamID}, want)
	}
}

// TestServingHostDies tells clients that there is nobody any more, however the host goes
// away.
func TestServingHostDies(t *testing.T) {
	for name, die := range map[string]func(h *Host){
		"killed": func(h *Host) {
			h.leaving = true
			_ = h.cmd.Process.Kill()
		},
		"does not read any more":  (*Host).CloseOutput,
		"has nothing more to say": (*Host).CloseInput,
		"ends the worker":         func(h *Host) { h.Signal(syscall.SIGTERM) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newServing(t)
			accepted := open(t, s.client, "Bidi").send("x")
			s.accept()
			waiting := open(t, s.client, "Unary").send("y").half()
			s.ping()
			die(s.Host)
			for _, call := range []*clientRPC{accepted, waiting} {
				if _, err := call.receive(); status.Code(err) != codes.Unavailable {
					t.Errorf("the call ended with %v", err)
				}
			}
			s.Wait()
		})
	}
}
