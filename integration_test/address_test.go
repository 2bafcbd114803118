package integration_test

import (
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// connectAndCall opens a connection, calls once and closes it.
func connectAndCall(h *Host, params obj) {
	h.t.Helper()
	params = with(obj{"proto": testserver.Texts(h.t)}, params)
	opened := decode[struct {
		ConnectionID, Address string
		TLS                   *bool
	}](h, h.Must("openConnection", params))
	if wantTLS := params["tls"] != nil || strings.HasPrefix(fmt.Sprint(params["address"]), "https://"); opened.TLS == nil || *opened.TLS != wantTLS {
		h.fatalf("tls of %v is %v, want %v", params["address"], opened.TLS, wantTLS)
	}
	got := decode[Ending](h, h.Must("callMethod", scripted(opened.ConnectionID, "Unary", nil, obj{"request": numbered(3)})))
	if *got.Message != numbered(3) {
		h.fatalf("message %+v", got.Message)
	}
	h.Must("closeConnection", obj{"connection": opened.ConnectionID})
}

// TestAddressForms connects in plaintext by every form of address.
func TestAddressForms(t *testing.T) {
	server := testserver.Start(t, testserver.Options{})
	_, port, err := net.SplitHostPort(server.Addr)
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(t.TempDir(), "s.sock")
	lis, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	testserver.Start(t, testserver.Options{Listener: lis})
	h := Start(t)
	for _, address := range []string{
		server.Addr, "http://" + server.Addr, "localhost:" + port, "http://localhost:" + port,
		"dns:///localhost:" + port, "passthrough:///" + server.Addr, "unix://" + socket, "unix:" + socket,
	} {
		t.Run(address, func(*testing.T) { connectAndCall(h, obj{"address": address}) })
	}
}

// TestAddressIPv6 connects to the loopback address of IPv6.
func TestAddressIPv6(t *testing.T) {
	lis, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skip("no IPv6 here:", err)
	}
	server := testserver.Start(t, testserver.Options{Listener: lis})
	h := Start(t)
	connectAndCall(h, obj{"address": server.Addr})
	connectAndCall(h, obj{"address": "http://" + server.Addr})
}

// TestBadAddresses refuses addresses before anything is dialled.
func TestBadAddresses(t *testing.T) {
	h := Start(t)
	for _, address := range []any{
		"", "http://", "https://", "ftp://localhost:1", "http://localhost:1/path", "http://localhost:1?q=1",
		"localhost:notaport", "localhost:99999", "localhost:-1", "http://localhost:1:2", "bad host:80", nil, 5,
	} {
		t.Run(fmt.Sprint(address), func(t *testing.T) {
			for _, method := range []string{"openConnection", "getConnectionParams"} {
				if err := h.Fail(method, obj{"address": address}, -32602); !strings.Contains(err.Message+err.Data.Param, "address") {
					t.Errorf("%s: %v does not name the address", method, err)
				}
			}
		})
	}
	h.ping()
}

// TestConnectionParamsAsTheyAre opens with what getConnectionParams returns.
func TestConnectionParamsAsTheyAre(t *testing.T) {
	server := testserver.Start(t, testserver.Options{})
	h := Start(t)
	params := h.Must("getConnectionParams", obj{
		"address": server.Addr, "proto": testserver.Texts(t), "metadata": obj{"who": "me"}, "timeoutMs": 5000,
		"keepalive": obj{"timeMs": 60000}, "json": obj{"useProtoNames": true}, "compression": "gzip",
	})
	opened := decode[struct{ ConnectionID string }](h, h.Must("openConnection", params))
	seen := inspect(h, opened.ConnectionID)
	if got := seen.Metadata["who"]; len(got) != 1 || got[0] != "me" {
		t.Errorf("metadata %v", seen.Metadata)
	}
	h.Must("callMethod", obj{"connection": params, "service": scriptService, "method": "Unary", "request": obj{}})
}

// TestTLSSettingsAsTheyAre opens with what getTlsSettings returns.
func TestTLSSettingsAsTheyAre(t *testing.T) {
	ca := testserver.NewAuthority(t)
	server := testserver.Start(t, testserver.Options{TLS: ca.ServerTLS(t, "127.0.0.1")})
	h := Start(t)
	connectAndCall(h, obj{"address": server.Addr, "tls": h.Must("getTlsSettings", obj{"disableCertVerification": true})})
	connectAndCall(h, obj{"address": server.Addr, "tls": h.Must("getTlsSettings", obj{"caPem": ca.PEM})})
	h.Fail("getTlsSettings", obj{"caPem": "not PEM"}, -32602)
	h.Fail("getTlsSettings", obj{"certFile": "/no/such/file.pem"}, -32602)
	h.Fail("getTlsSettings", obj{"clientCertFile": "/no/such/file.pem"}, -32602)
}

// TestImplicitConnections are opened for one request and closed after it,
// also where the request fails.
func TestImplicitConnections(t *testing.T) {
	server := testserver.Start(t, testserver.Options{Reflection: "both"})
	h := Start(t)
	conn := obj{"address": server.Addr, "proto": testserver.Texts(t)}
	good := func(method string, params obj) { h.t.Helper(); h.Must(method, params) }
	good("callMethod", scripted(conn, "Unary", nil, obj{"request": obj{}}))
	good("processServerStream", scripted(conn, "ServerStream", nil, obj{"request": obj{}}))
	good("processClientStream", scripted(conn, "ClientStream", nil, obj{"requests": []any{obj{}}}))
	good("processBidiStream", scripted(conn, "Bidi", nil, obj{"exchangeOrder": []any{obj{}, nil}}))
	good("getServiceList", obj{"connection": obj{"address": server.Addr}})
	good("getMethodList", obj{"connection": conn, "service": scriptService})
	good("getMethod", obj{"connection": conn, "service": scriptService, "method": "Unary"})
	good("checkHealth", obj{"connection": obj{"address": server.Addr}})
	server.AwaitConnections(t, 0)

	h.Fail("callMethod", scripted(conn, "Nope", nil), -32602)
	h.Fail("callMethod", scripted(conn, "Unary", nil, obj{"request": obj{"nope": 1}}), -32602)
	h.Fail("callMethod", scripted(conn, "Unary", []testserver.Step{{End: &testserver.End{Code: 5, Message: "no"}}}), 5)
	h.Fail("callMethod", scripted(conn, "Unary", []testserver.Step{{Gate: "g"}}, obj{"timeoutMs": 50}), 4)
	h.Fail("processServerStream", scripted(conn, "ServerStream", []testserver.Step{{Gate: "g2"}}, obj{"timeoutMs": 50}), -32004)
	h.Fail("processBidiStream", scripted(conn, "Bidi", nil, obj{"exchangeOrder": []any{obj{"nope": 1}}}), -32602)
	h.Fail("callMethod", scripted(with(conn, obj{"address": testserver.Refusing(t)}), "Unary", nil), 14)
	h.Fail("callMethod", scripted(with(conn, obj{"proto": "nonsense {"}), "Unary", nil), -32602)
	h.Fail("getMethodList", obj{"connection": conn, "service": "no.Such"}, -32602)
	server.AwaitConnections(t, 0)
	h.Fail("initBidiStream", scripted(conn, "Bidi", nil), -32602) // takes an id only
	h.ping()
}
