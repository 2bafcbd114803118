package integration_test

import (
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// expectWords checks an error's sentence: what it must say, and that it is none of
// grpc-go's.
func expectWords(t *testing.T, err *RPCError, words ...string) {
	t.Helper()
	for _, word := range words {
		if !strings.Contains(err.Message, word) {
			t.Errorf("no %q in %v", word, err)
		}
	}
	for _, word := range []string{"prior goaway", "desc =", "transport:", `\"`, "tls: {}", "rpc error"} {
		if strings.Contains(err.Message, word) {
			t.Errorf("%q in %v", word, err)
		}
	}
}

// TestConnectionsThatEnd says why the server has ended a connection with a call on it.
func TestConnectionsThatEnd(t *testing.T) {
	r := newRig(t)
	goAway := func(code http2.ErrCode, debug string) func(c *testserver.H2, stream uint32) error {
		return func(c *testserver.H2, stream uint32) error {
			_ = c.WriteGoAway(stream, code, []byte(debug))
			return testserver.ErrHangUp
		}
	}
	for name, c := range map[string]struct {
		end   func(c *testserver.H2, stream uint32) error
		words []string
	}{
		"too many pings": {goAway(http2.ErrCodeEnhanceYourCalm, "too_many_pings"), []string{"keepalive.timeMs"}},
		"maximum age":    {goAway(http2.ErrCodeNo, "max_age"), []string{"maximum age"}},
		"idle":           {goAway(http2.ErrCodeNo, "max_idle"), []string{"idle"}},
		"shut down":      {goAway(http2.ErrCodeNo, ""), []string{"shut the connection down"}},
		"an error":       {goAway(http2.ErrCodeInternal, `it "broke"`), []string{`INTERNAL_ERROR: it "broke"`}},
		"closed":         {func(*testserver.H2, uint32) error { return testserver.ErrHangUp }, []string{"closed the connection"}},
	} {
		t.Run(name, func(t *testing.T) {
			address := testserver.HTTP2Requests(t, nil, func(h2 *testserver.H2, stream uint32, _ []byte) error { return c.end(h2, stream) })
			conn := r.Connect(r.server, obj{"address": address})
			err := r.Fail("callMethod", unary(conn), 14)
			if name == "an error" { // quotes are the server's
				err.Message = strings.ReplaceAll(err.Message, `\"`, `"`)
			}
			expectWords(t, err, c.words...)
		})
	}
}

// TestMaximumAge has a real server that gives connections up all the time: calls
// succeed, but for one that lasts too long.
func TestMaximumAge(t *testing.T) {
	server := testserver.Start(t, testserver.Options{Server: []grpc.ServerOption{grpc.KeepaliveParams(keepalive.ServerParameters{
		MaxConnectionAge: 50 * time.Millisecond, MaxConnectionAgeGrace: 50 * time.Millisecond,
	})}})
	h := Start(t)
	conn := h.Connect(server)
	for range 300 {
		h.Must("callMethod", unary(conn))
	}
	expectWords(t, h.Fail("callMethod", scripted(conn, "Unary", []testserver.Step{{Gate: "never"}}, obj{"request": obj{}}), 14), "maximum age")
}

// TestHeadersTooLarge says so in both directions.
func TestHeadersTooLarge(t *testing.T) {
	server := testserver.Start(t, testserver.Options{Server: []grpc.ServerOption{grpc.MaxHeaderListSize(2000)}})
	h := Start(t)
	conn := h.Connect(server)
	h.Must("callMethod", unary(conn))
	expectWords(t, h.Fail("callMethod", unary(conn, obj{"metadata": obj{"x": strings.Repeat("x", 3000)}}), 13), "metadata", "2000 bytes")
	h.Must("callMethod", unary(conn))
	large := testserver.HTTP2Requests(t, nil, func(c *testserver.H2, stream uint32, _ []byte) error {
		return c.OK(stream, "x", strings.Repeat("x", 17<<20))
	})
	expectWords(t, h.Fail("callMethod", unary(h.Connect(server, obj{"address": large, "timeoutMs": 120_000})), 14), "16 MiB")
}

// TestStreamsUsedUp says how many streams the server allows, where all are in use.
func TestStreamsUsedUp(t *testing.T) {
	for limit, words := range map[uint32]string{1: "one stream at a time", 2: "2 streams at a time"} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			r := newRig(t)
			address := testserver.HTTP2Requests(t, []http2.Setting{{ID: http2.SettingMaxConcurrentStreams, Val: limit}},
				func(c *testserver.H2, stream uint32, _ []byte) error { return c.Answer(stream, nil) })
			conn := r.Connect(r.server, obj{"address": address})
			r.Must("callMethod", unary(conn))
			var ids []string
			for range limit {
				ids = append(ids, decode[struct{ StreamID string }](r.Host, r.Must("initBidiStream", scripted(conn, "Bidi", nil))).StreamID)
			}
			expectWords(t, r.Fail("callMethod", unary(conn, obj{"timeoutMs": 200}), 4), words)
			expectWords(t, r.Fail("initBidiStream", scripted(conn, "Bidi", nil, obj{"timeoutMs": 200}), 4), words)
			expectWords(t, r.Fail("processServerStream", scripted(conn, "ServerStream", nil, obj{"timeoutMs": 200}), 4), words)
			expectWords(t, r.Fail("checkHealth", obj{"connection": conn, "timeoutMs": 200}, 4), words)
			waits := r.Go("callMethod", unary(conn))
			r.Must("closeStream", obj{"streamId": ids[0]})
			waits.Must()
		})
	}
}

// TestWithoutALPN refuses a server that does not offer HTTP/2 unless that is allowed.
func TestWithoutALPN(t *testing.T) {
	ca := testserver.NewAuthority(t)
	config := ca.ServerTLS(t, "127.0.0.1")
	config.NextProtos = nil
	serve := testserver.HTTP2Handler(nil, func(c *testserver.H2, stream uint32, _ []byte) error { return c.Answer(stream, nil) })
	address := testserver.Raw(t, func(conn net.Conn) { serve(tls.Server(conn, config)) })
	h := StartWith(t, HostOptions{Env: []string{"GRPC_ENFORCE_ALPN_ENABLED=false"}})
	params := obj{"address": address, "proto": testserver.Texts(t)}
	expectWords(t, h.Fail("openConnection", with(params, obj{"tls": obj{"caPem": ca.PEM}}), 14), "tls.requireAlpn", "HTTP/2")
	expectWords(t, h.Fail("openConnection", with(params, obj{"tls": obj{"caPem": ca.PEM, "requireAlpn": true}}), 14), "tls.requireAlpn")
	h.Must("callMethod", unary(with(params, obj{"tls": obj{"caPem": ca.PEM, "requireAlpn": false}})))
}

// TestNginxThatDoesNotFit is asked for gRPC where it has no HTTP/2, no server behind
// it, and no place for gRPC.
func TestNginxThatDoesNotFit(t *testing.T) {
	ca := testserver.NewAuthority(t)
	pair := ca.Issue(t, "127.0.0.1")
	pem := testserver.WriteFile(t, "cert.pem", pair.Cert+pair.Key)
	plain, secure, web := freeAddress(t), freeAddress(t), freeAddress(t)
	address := nginx(t, testserver.Refusing(t), fmt.Sprintf(`
	server { listen %[1]s; }
	server { listen %[2]s ssl; ssl_certificate %[4]s; ssl_certificate_key %[4]s; }
	server { listen %[3]s http2; }
`, plain, secure, web, pem))
	h := Start(t)
	expectWords := func(err *RPCError, words ...string) {
		t.Helper()
		for _, word := range words {
			if !strings.Contains(err.Message, word) {
				t.Errorf("no %q in %v", word, err)
			}
		}
	}
	expectWords(h.Fail("openConnection", obj{"address": plain}, 14), "HTTP/1.1", "http2")
	expectWords(h.Fail("openConnection", obj{"address": secure, "tls": obj{"caPem": ca.PEM}}, 14), "HTTP/2", "http2")
	conn := obj{"address": address, "proto": testserver.Texts(t)}
	expectWords(h.Fail("callMethod", unary(conn), 14), "HTTP status 502 Bad Gateway")
	conn["address"] = web
	if _, err := h.Go("callMethod", unary(conn)).Wait(); err == nil || !strings.Contains(err.Message, "HTTP status 40") {
		t.Errorf("%v", err)
	}
}

// TestBrokenStatus keeps the server's own code and message, and says that the status is
// not all the server's.
func TestBrokenStatus(t *testing.T) {
	r := newRig(t)
	for name, c := range map[string]struct {
		fields  []string
		code    int
		message string
		origin  string
	}{
		"details that do not parse":     {[]string{"grpc-status", "5", "grpc-message", "own", "grpc-status-details-bin", "////"}, 5, "own", "client"},
		"details of another code":       {[]string{"grpc-status", "5", "grpc-message", `own "words"`, "grpc-status-details-bin", "CAYSBW90aGVy"}, 5, `own "words"`, "client"},
		"details of a code of its own":  {[]string{"grpc-status", "99", "grpc-message", "own", "grpc-status-details-bin", "CAY="}, 99, "own", "client"},
		"details of one that is OK":     {[]string{"grpc-status", "0", "grpc-status-details-bin", "CAY="}, 13, "", "client"},
		"details twice":                 {[]string{"grpc-status", "5", "grpc-status-details-bin", "CAU=", "grpc-status-details-bin", "CAU="}, 5, "", "client"},
		"no status":                     {nil, 2, "", "client"},
		"a message without a status":    {[]string{"grpc-message", "own"}, 2, "own", ""},
		"details that are as they must": {[]string{"grpc-status", "5", "grpc-message", "own", "grpc-status-details-bin", "CAUSA293bg=="}, 5, "own", "server"},
		"none":                          {[]string{"grpc-status", "5", "grpc-message", "own"}, 5, "own", "server"},
	} {
		for _, headed := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, headers %v", name, headed), func(t *testing.T) {
				address := testserver.HTTP2Requests(t, nil, func(h2 *testserver.H2, stream uint32, _ []byte) error {
					if headed {
						_ = h2.OK(stream)
						return h2.Headers(stream, true, c.fields...)
					}
					return h2.Headers(stream, true, append([]string{":status", "200", "content-type", "application/grpc"}, c.fields...)...)
				})
				conn := r.Connect(r.server, obj{"address": address})
				for method, target := range map[string]string{"callMethod": "Unary", "processServerStream": "ServerStream"} {
					if headed && c.fields == nil {
						continue // trailers without a field are no trailers
					}
					err := r.Fail(method, scripted(conn, target, nil), c.code)
					if c.message != "" && err.Data.Status.Message != c.message || c.origin != "" && err.Data.Origin != c.origin {
						t.Errorf("%s: %v", method, err)
					}
				}
			})
		}
	}
}

// TestBrokenTrailer does not lose the response that came before a trailer that is no
// base64.
func TestBrokenTrailer(t *testing.T) {
	r := newRig(t)
	address := testserver.HTTP2Requests(t, nil, func(c *testserver.H2, stream uint32, body []byte) error {
		if err := c.OK(stream); err != nil {
			return err
		}
		if err := c.Message(stream, 0, body[5:]); err != nil {
			return err
		}
		return c.Headers(stream, true, "grpc-status", "0", "x-bin", "!!!")
	})
	conn := r.Connect(r.server, obj{"address": address})
	err := r.Fail("callMethod", scripted(conn, "Unary", nil, obj{"request": obj{"number": "7"}}), 13)
	if err.Data.Origin != "client" || !strings.Contains(err.Message, "x-bin") || !strings.Contains(string(err.Data.Messages), `{"number":"7"`) {
		t.Errorf("%v", err)
	}
	stream := decode[struct{ StreamID string }](r.Host, r.Must("initServerStream", scripted(conn, "ServerStream", nil, obj{"request": obj{"number": "8"}}))).StreamID
	got := decode[Ending](r.Host, r.Must("getMessage", obj{"streamId": stream}))
	if got.Message == nil || *got.Message != numbered(8) {
		t.Errorf("%+v", got)
	}
	r.Fail("getMessage", obj{"streamId": stream}, 13)
}
