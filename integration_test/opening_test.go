package integration_test

import (
	"bufio"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// TestOpeningCauses opens what cannot be opened and reads why. Each cause is
// told apart by a word that a person can act on.
func TestOpeningCauses(t *testing.T) {
	ca := testserver.NewAuthority(t)
	plain := testserver.Start(t, testserver.Options{}).Addr
	secure := testserver.Start(t, testserver.Options{TLS: ca.ServerTLS(t, "127.0.0.1", "localhost")}).Addr
	elsewhere := testserver.Start(t, testserver.Options{TLS: ca.ServerTLS(t, "elsewhere.example")}).Addr
	mutual := testserver.MutualTLS12(t, ca)
	http1 := testserver.Raw(t, serveHTTP1)
	closing := testserver.Raw(t, func(net.Conn) {})
	cases := []struct {
		name   string
		params obj
		code   int
		words  []string // any of them, in lower case
	}{
		{"refused", obj{"address": testserver.Refusing(t)}, 14, []string{"refused"}},
		{"unknown host", obj{"address": "no-such-host.invalid:1"}, 14, []string{"no such host", "lookup", "not found", "host's name"}},
		{"unknown host by dns", obj{"address": "dns:///no-such-host.invalid:1"}, 14, []string{"no such host", "lookup", "not found", "host's name"}},
		{"unknown authority", obj{"address": secure, "tls": obj{}}, 14, []string{"authority", "certificate"}},
		{"unknown authority by scheme", obj{"address": "https://" + secure}, 14, []string{"authority", "certificate"}},
		{"another host's certificate", obj{"address": elsewhere, "tls": obj{"caPem": ca.PEM}}, 14, []string{"127.0.0.1", "elsewhere.example"}},
		{"another server name", obj{"address": secure, "tls": obj{"caPem": ca.PEM, "serverName": "other.example"}}, 14, []string{"other.example"}},
		{"TLS to a plaintext server", obj{"address": plain, "tls": obj{"caPem": ca.PEM}}, 14, []string{"tls"}},
		{"plaintext to a TLS server", obj{"address": secure}, 14, nil},
		{"no client certificate", obj{"address": mutual, "tls": obj{"caPem": ca.PEM}}, 14, []string{"certificate", "tls"}},
		{"an HTTP/1.1 server", obj{"address": http1}, 14, nil},
		{"a server that closes", obj{"address": closing}, 14, nil},
		{"a silent server", obj{"address": testserver.Silent(t), "connectTimeoutMs": 300}, 4, nil},
		{"a silent server behind TLS", obj{"address": testserver.Silent(t), "tls": obj{}, "connectTimeoutMs": 300}, 4, nil},
		{"no such socket", obj{"address": "unix:///no/such/socket"}, 14, []string{"no such file"}},
	}
	h := Start(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			// A cause that shows at once is reported at once, so a long timeout costs nothing.
			err := h.Fail("openConnection", with(obj{"connectTimeoutMs": 20000, "proto": testserver.Texts(t)}, c.params), c.code)
			text := strings.ToLower(err.Message)
			found := len(c.words) == 0
			for _, word := range c.words {
				found = found || strings.Contains(text, strings.ToLower(word))
			}
			if !found {
				t.Errorf("%q mentions none of %q", err.Message, c.words)
			}
			if err.Data.Origin != "client" {
				t.Errorf("origin %q", err.Data.Origin)
			}
			h.ping()
		})
	}
}

func serveHTTP1(conn net.Conn) {
	if _, err := bufio.NewReader(conn).ReadString('\n'); err == nil {
		_, _ = conn.Write([]byte("HTTP/1.1 " + http.StatusText(http.StatusBadRequest) + "\r\nContent-Length: 0\r\n\r\n")) // the client may be gone
	}
}

// TestServerOfAnotherProtocol opens what answers, but not in HTTP/2: the error says so,
// and not that the connection was closed.
func TestServerOfAnotherProtocol(t *testing.T) {
	h := Start(t)
	for name, answer := range map[string]string{
		"HTTP/1.0":    "HTTP/1.0 505 HTTP Version Not Supported\r\n\r\n",
		"HTTP/0.9":    "<!DOCTYPE HTML>\n<html lang=\"en\">",
		"SSH":         "SSH-2.0-OpenSSH_9.6\r\n",
		"SMTP":        "220 mail.example ESMTP\r\n",
		"Redis":       "-ERR unknown command 'PRI'\r\n",
		"a TLS alert": "\x15\x03\x01\x00\x02\x02\x46\x15\x03\x01",
	} {
		t.Run(name, func(t *testing.T) {
			address := testserver.Raw(t, func(conn net.Conn) {
				if _, err := bufio.NewReader(conn).ReadString('\n'); err == nil {
					_, _ = conn.Write([]byte(answer)) // the client may be gone
				}
			})
			err := h.Fail("openConnection", obj{"address": address, "connectTimeoutMs": 20000}, 14)
			if !strings.Contains(err.Message, "HTTP/2") || !strings.Contains(err.Message, "tls: {}") || strings.Contains(err.Message, "closed the connection") {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestLazy opens without connecting and fails at the first call.
func TestLazy(t *testing.T) {
	h := Start(t)
	address := testserver.Refusing(t)
	h.Must("openConnection", obj{"address": address, "lazy": true, "proto": testserver.Texts(t)})
	if err := h.Fail("callMethod", scripted("c1", "Unary", nil, obj{"request": obj{}}), 14); !strings.Contains(err.Message, "refused") {
		t.Errorf("%v", err)
	}
	h.Fail("initBidiStream", scripted("c1", "Bidi", nil), 14)
	testserver.StartAt(t, address, testserver.Options{})
	h.Must("callMethod", scripted("c1", "Unary", nil, obj{"request": obj{}, "waitForReady": true}))
}

// TestReconnects calls again after the server has restarted.
func TestReconnects(t *testing.T) {
	first := testserver.Start(t, testserver.Options{})
	h := Start(t)
	conn := h.Connect(first)
	h.Must("callMethod", scripted(conn, "Unary", nil, obj{"request": obj{}}))
	first.Stop()
	h.Fail("callMethod", scripted(conn, "Unary", nil, obj{"request": obj{}, "timeoutMs": 300}), 14)
	testserver.StartAt(t, first.Addr, testserver.Options{})
	h.Must("callMethod", scripted(conn, "Unary", nil, obj{"request": obj{}, "waitForReady": true}))
}

// TestOpeningDelaysNobody opens a connection to a silent server.
func TestOpeningDelaysNobody(t *testing.T) {
	r := newRig(t)
	opening := r.Go("openConnection", obj{"address": testserver.Silent(t), "connectTimeoutMs": 500})
	r.Must("callMethod", scripted(r.conn, "Unary", nil, obj{"request": obj{}}))
	opening.Fail(4)
}

// TestCallsWaitForConnections no longer than they may take as a whole.
func TestCallsWaitForConnections(t *testing.T) {
	r := newRig(t)
	silent := obj{"address": testserver.Silent(t), "connectTimeoutMs": 0}
	opening := r.Go("openConnection", with(silent, obj{"connectionId": "silent"}))
	for _, connection := range []any{"silent", silent, with(silent, obj{"timeoutMs": 100})} {
		for _, method := range []string{"callMethod", "checkHealth"} {
			params := obj{"connection": connection}
			if method == "callMethod" {
				params = scripted(connection, "Unary", nil, obj{"request": obj{}})
			}
			if c, ok := connection.(obj); !ok || c["timeoutMs"] == nil {
				params["timeoutMs"] = 100
			}
			if err := r.Fail(method, params, 4); !strings.Contains(err.Message, "100ms") || err.Data.Origin != "client" {
				t.Errorf("%s on %v: %v", method, connection, err)
			}
		}
	}
	if r.Answered(opening) {
		t.Error("the opening has ended as well")
	}
	opening.cancel()
	opening.cancelled()
}
