package grpcops

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
)

// TestCause says why there is no connection, and what to do, by what kind of error it
// is and not by its words, which are those of the system.
func TestCause(t *testing.T) {
	wrapped := func(err error) error {
		return fmt.Errorf("connection error: desc = %q: %w", "transport: Error while dialing: "+err.Error(), err)
	}
	dialing := func(err error) error {
		return wrapped(&net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", err)})
	}
	for _, test := range []struct {
		name   string
		err    error
		tls    bool
		worked bool
		want   string // a part of it
		not    string // what it must not say
	}{
		{"refused", dialing(refusedNumbers[0]), false, false, "nothing listens there", "TLS"},
		{"a refusing socket", wrapped(&net.OpError{Op: "dial", Net: "unix", Err: os.NewSyscallError("connect", refusedNumbers[0])}), false, false, "check the path", "port"},
		{"unreachable", dialing(unreachableNumbers[0]), false, false, "no way to that address", "TLS"},
		{"no name", wrapped(&net.DNSError{Name: "x.invalid", IsNotFound: true}), false, false, "no such host: x.invalid (check the host's name)", "lookup"},
		{"no name server", wrapped(&net.DNSError{Name: "x", IsTimeout: true}), false, false, "name server", ""},
		{"an authority", wrapped(&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}), true, false, "tls.caPem", "tls: failed"},
		{"a name", wrapped(x509.HostnameError{Certificate: &x509.Certificate{DNSNames: []string{"a"}}, Host: "b"}), true, false, "tls.serverName", ""},
		{"a date", wrapped(x509.CertificateInvalidError{Reason: x509.Expired}), true, false, "clock", ""},
		{"no TLS", wrapped(tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}), true, false, "http://", ""},
		{"no ALPN", wrapped(errNoALPN), true, false, "tls.requireAlpn", ""},
		{"closed", wrapped(io.EOF), false, false, "TLS", ""},
		{"closed in TLS", wrapped(io.EOF), true, false, "client certificate", "tls: {}"},
		{"closed, having worked", wrapped(io.EOF), false, true, "worked before", "TLS"},
		{"reset", wrapped(&brokenError{dialing(resetNumbers[0])}), false, false, "TLS", ""},
		{"a proxy refuses", wrapped(&proxyError{"the proxy http://p:1", dialing(refusedNumbers[0])}), false, false, "the proxy http://p:1: ", "the server"},
		{"a proxy wants a password", wrapped(&proxyError{"the proxy http://p:1", proxyAnswer{407, "407 Who are you?"}}), false, false, "407 Who are you? (it wants credentials", ""},
		{"a proxy forbids", wrapped(&proxyError{"the proxy http://p:1", proxyAnswer{403, "403 No"}}), false, false, "403 No", ""},
		{"a proxy without a name", wrapped(&proxyError{"the proxy http://p:1", &net.DNSError{Name: "p", IsNotFound: true}}), false, false, "no such host: p (check the proxy's name)", ""},
		{"anything", wrapped(os.ErrClosed), false, false, "file already closed", "("},
	} {
		l := newLink(&dialer{stage: &stage{}}, test.tls)
		l.worked.Store(test.worked)
		got := l.cause(test.err)
		if !strings.Contains(got, test.want) || test.not != "" && strings.Contains(got, test.not) || strings.Contains(got, "desc =") {
			t.Errorf("%s: %q", test.name, got)
		}
	}
}

// TestBroken makes sentences of what grpc-go says of connections and streams that were
// cut.
func TestBroken(t *testing.T) {
	c := &Conn{Params: ConnectionParams{Address: "a:1"}, link: newLink(&dialer{stage: &stage{}}, false)}
	for in, want := range map[string]string{
		`closing transport due to: connection error: desc = "error reading from server: EOF", received prior goaway: code: ENHANCE_YOUR_CALM, debug data: "too_many_pings"`: "keepalive.timeMs",
		`closing transport due to: connection error: desc = "error reading from server: EOF", received prior goaway: code: NO_ERROR, debug data: "max_age"`:                 "maximum age",
		`closing transport due to: connection error: desc = "error reading from server: EOF", received prior goaway: code: NO_ERROR`:                                        "shut the connection down",
		`closing transport due to: connection error: desc = "error reading from server: EOF", received prior goaway: code: PROTOCOL_ERROR, debug data: "a \"quote\""`:       `(GOAWAY PROTOCOL_ERROR: a "quote")`,
		`error reading from server: EOF`:                                                 "the server closed the connection before",
		`error reading from server: the connection was reset`:                            "the connection was reset",
		`error reading from server: ` + errSilent.Error():                                "went silent",
		`connection error: desc = "keepalive ping failed to receive ACK within timeout"`: "keepalive.timeoutMs",
		`header list size to send violates the maximum size (100 bytes) set by server`:   "larger than the 100 bytes",
		`peer header list size exceeded limit`:                                           "16 MiB",
		`stream terminated by RST_STREAM with error code: ENHANCE_YOUR_CALM`:             "too much was asked",
		"unexpected HTTP status code received from server: 502 (Bad Gateway); transport: received unexpected content-type \"text/html\"\ndata: \"<html>\"": "HTTP status 502 Bad Gateway and not in gRPC; ",
		"unexpected HTTP status code received from server: 503 (Service Unavailable)\ndata: \"no upstream\"":                                               "no upstream; ",
		`the server refused the call 9 times without having looked at it, until its time was over: the connection is draining`:                             "over: the server is closing the connection",
	} {
		got, ok := c.broken(in)
		if !ok || !strings.Contains(got, want) || strings.Contains(got, "prior goaway") || strings.Contains(got, "desc =") {
			t.Errorf("%s:\n%q, %v", in, got, ok)
		}
	}
	if got, ok := c.broken("a server's own words"); ok {
		t.Errorf("%q", got)
	}
}
