package integration_test

import (
	"net"
	"path/filepath"
	"strings"
	"testing"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// unary is a plain call with no patience.
func unary(conn any, more ...obj) obj {
	return scripted(conn, "Unary", nil, append([]obj{{"request": obj{}}}, more...)...)
}

// TestOutlivesItsServer calls while the server is down, often enough that grpc-go would
// wait long before it tries again; the first call after it is back succeeds.
func TestOutlivesItsServer(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s.sock")
	for name, network := range map[string][2]string{"tcp": {"tcp", "127.0.0.1:0"}, "unix": {"unix", socket}} {
		t.Run(name, func(t *testing.T) {
			lis, err := net.Listen(network[0], network[1])
			if err != nil {
				t.Fatal(err)
			}
			first := testserver.Start(t, testserver.Options{Listener: lis})
			address := first.Addr
			if name == "unix" {
				address = "unix://" + socket
			}
			h := Start(t)
			conn := h.Connect(first, obj{"address": address})
			h.Must("callMethod", unary(conn))
			for range 3 {
				first.Stop()
				// It may have been on its way when the server went; then it waits for another one.
				h.Fail("callMethod", unary(conn, obj{"timeoutMs": 300}), 14)
				for range 20 {
					if err := h.Fail("callMethod", unary(conn), 14); !strings.Contains(err.Message, "no connection to ") {
						t.Fatalf("%v", err)
					}
				}
				h.Fail("initBidiStream", scripted(conn, "Bidi", nil), 14)
				if lis, err = net.Listen(network[0], first.Addr); err != nil {
					t.Skip("the port has been taken:", err)
				}
				first = testserver.Start(t, testserver.Options{Listener: lis})
				h.Must("callMethod", unary(conn))
				h.Must("processBidiStream", scripted(conn, "Bidi", nil, obj{"exchangeOrder": []any{}}))
			}
		})
	}
}

// TestFollowsTheName calls a server whose name leads elsewhere when it is back.
func TestFollowsTheName(t *testing.T) {
	first := testserver.Start(t, testserver.Options{})
	_, port, err := net.SplitHostPort(first.Addr)
	if err != nil {
		t.Fatal(err)
	}
	names := testserver.StartNames(t, [4]byte{127, 0, 0, 1})
	h := Start(t)
	conn := h.Connect(first, obj{"address": "dns://" + names.Addr + "/moves.example:" + port})
	h.Must("callMethod", unary(conn))
	first.Stop()
	h.Fail("callMethod", unary(conn, obj{"timeoutMs": 300}), 14)
	for range 10 {
		h.Fail("callMethod", unary(conn), 14)
	}
	testserver.StartAt(t, "127.0.0.2:"+port, testserver.Options{})
	names.Set([4]byte{127, 0, 0, 2})
	// A name is asked for at most once a second, so a call may still fail for that long.
	for {
		if _, err := h.Go("callMethod", unary(conn)).Wait(); err == nil {
			return
		}
	}
}

// TestNameThatMovesWhileConnecting is stuck with a server that accepts and says nothing.
func TestNameThatMovesWhileConnecting(t *testing.T) {
	silent := testserver.Silent(t)
	_, port, err := net.SplitHostPort(silent)
	if err != nil {
		t.Fatal(err)
	}
	names := testserver.StartNames(t, [4]byte{127, 0, 0, 1})
	server := testserver.StartAt(t, "127.0.0.2:"+port, testserver.Options{})
	h := Start(t)
	conn := h.Connect(server, obj{"address": "dns://" + names.Addr + "/moves.example:" + port, "lazy": true})
	if err := h.Fail("callMethod", unary(conn, obj{"timeoutMs": 300}), 4); !strings.Contains(err.Message, "did not answer in HTTP/2") {
		t.Errorf("%v", err)
	}
	names.Set([4]byte{127, 0, 0, 2})
	for range 10 {
		_, failed := h.Go("callMethod", unary(conn, obj{"timeoutMs": 1000})).Wait()
		if failed == nil {
			return
		}
	}
	t.Error("the connection still waits for the old address")
}

// TestNameThatComes waits for a name that nobody knows yet.
func TestNameThatComes(t *testing.T) {
	server := testserver.Start(t, testserver.Options{})
	_, port, err := net.SplitHostPort(server.Addr)
	if err != nil {
		t.Fatal(err)
	}
	names := testserver.StartNames(t)
	h := Start(t)
	conn := h.Connect(server, obj{"address": "dns://" + names.Addr + "/comes.example:" + port, "lazy": true})
	if err := h.Fail("callMethod", unary(conn), 14); !strings.Contains(err.Message, "comes.example") {
		t.Errorf("%v", err)
	}
	patient := h.Go("callMethod", unary(conn, obj{"waitForReady": true, "timeoutMs": 30000}))
	h.Fail("callMethod", unary(conn), 14)
	names.Set([4]byte{127, 0, 0, 1})
	patient.Must()
	h.Must("callMethod", unary(conn))
}

// TestCauseIsOfNow tells why there is no connection now, not why there was none before.
func TestCauseIsOfNow(t *testing.T) {
	first := testserver.Start(t, testserver.Options{})
	h := Start(t)
	conn := h.Connect(first)
	first.Stop()
	h.Fail("callMethod", unary(conn, obj{"timeoutMs": 300}), 14)
	if err := h.Fail("callMethod", unary(conn), 14); !strings.Contains(err.Message, "refused") || strings.Contains(err.Message, "tls: {}") {
		t.Errorf("%v", err)
	}
	lis, err := net.Listen("tcp", first.Addr)
	if err != nil {
		t.Skip("the port has been taken:", err)
	}
	go func() {
		for {
			conn, err := lis.Accept()
			if err != nil {
				return
			}
			serveHTTP1(conn)
			conn.Close()
		}
	}()
	defer lis.Close()
	if err := h.Fail("callMethod", unary(conn), 14); !strings.Contains(err.Message, "HTTP/1.1") || strings.Contains(err.Message, "tls: {}") {
		t.Errorf("%v", err)
	}
}

// TestSilentFlow swallows all that goes over a connection, which stays open: a call
// that ran to its end has it probed and made anew.
func TestSilentFlow(t *testing.T) {
	for name, o := range map[string]testserver.Options{"plain": {}, "TLS": {TLS: testserver.NewAuthority(t).ServerTLS(t, "127.0.0.1")}} {
		t.Run(name, func(t *testing.T) {
			server := testserver.Start(t, o)
			relay := testserver.StartRelay(t, server.Addr)
			h := Start(t)
			params := obj{"address": relay.Addr}
			if o.TLS != nil {
				params["tls"] = obj{"disableCertVerification": true}
			}
			conn := h.Connect(server, params)
			h.Must("callMethod", unary(conn))
			stream := decode[struct{ StreamID string }](h, h.Must("initBidiStream", scripted(conn, "Bidi", nil))).StreamID
			relay.Swallow()
			h.Fail("callMethod", unary(conn, obj{"timeoutMs": 200}), 4)
			if err := h.Fail("getMessage", obj{"streamId": stream, "timeoutMs": 0}, 14); !strings.Contains(err.Message, "silent") {
				t.Errorf("what was open on it ended with %v", err)
			}
			h.Must("callMethod", unary(conn))
		})
	}
}

// TestSilentFlowOfAStream does the same where it is a process… request that ran to its
// end, and its own deadline or its timeout that ended it.
func TestSilentFlowOfAStream(t *testing.T) {
	for name, bound := range map[string]obj{"timeoutMs": {"timeoutMs": 200}, "deadlineMs": {"deadlineMs": 200, "timeoutMs": 0}} {
		t.Run(name, func(t *testing.T) {
			server := testserver.Start(t, testserver.Options{})
			relay := testserver.StartRelay(t, server.Addr)
			h := Start(t)
			conn := h.Connect(server, obj{"address": relay.Addr})
			stream := decode[struct{ StreamID string }](h, h.Must("initBidiStream", scripted(conn, "Bidi", nil))).StreamID
			relay.Swallow()
			if _, err := h.Go("processServerStream", scripted(conn, "ServerStream", nil, bound)).Wait(); err == nil {
				t.Error("a stream through nothing has succeeded")
			}
			h.Fail("getMessage", obj{"streamId": stream, "timeoutMs": 0}, 14)
			h.Must("processServerStream", scripted(conn, "ServerStream", nil))
		})
	}
}

// TestServerThatThinks is not cut off: its transport answers the ping.
func TestServerThatThinks(t *testing.T) {
	r := newRig(t)
	s := r.initStream("Bidi", nil)
	for range 3 {
		r.Fail("callMethod", scripted(r.conn, "Unary", []testserver.Step{{Gate: "never"}}, obj{"request": obj{}, "timeoutMs": 100}), 4)
	}
	// Longer than a probe waits for its answer.
	r.Fail("callMethod", scripted(r.conn, "Unary", []testserver.Step{{Gate: "never"}}, obj{"request": obj{}, "timeoutMs": 4000}), 4)
	s.send(numbered(1))
	s.expect(1, 1)
	r.server.AwaitConnections(t, 1)
}
