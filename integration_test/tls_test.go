package integration_test

import (
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// TestTLS connects by each way to trust a server.
func TestTLS(t *testing.T) {
	ca := testserver.NewAuthority(t)
	local := testserver.Start(t, testserver.Options{TLS: ca.ServerTLS(t, "127.0.0.1", "localhost")})
	named := testserver.Start(t, testserver.Options{TLS: ca.ServerTLS(t, "elsewhere.example")})
	_, port, err := net.SplitHostPort(local.Addr)
	if err != nil {
		t.Fatal(err)
	}
	caFile := testserver.WriteFile(t, "корень.pem", ca.PEM)
	h := Start(t)
	for name, params := range map[string]obj{
		"a CA by text":              {"address": local.Addr, "tls": obj{"caPem": ca.PEM}},
		"a CA by file":              {"address": local.Addr, "tls": obj{"certFile": caFile}},
		"a CA by file and https":    {"address": "https://" + local.Addr, "tls": obj{"certFile": caFile}},
		"tls wins over http":        {"address": "http://" + local.Addr, "tls": obj{"caPem": ca.PEM}},
		"a name":                    {"address": "localhost:" + port, "tls": obj{"caPem": ca.PEM}},
		"dns and a name":            {"address": "dns:///localhost:" + port, "tls": obj{"caPem": ca.PEM}},
		"serverName":                {"address": named.Addr, "tls": obj{"caPem": ca.PEM, "serverName": "elsewhere.example"}},
		"serverName and authority":  {"address": named.Addr, "authority": "other.example", "tls": obj{"caPem": ca.PEM, "serverName": "elsewhere.example"}},
		"authority":                 {"address": named.Addr, "authority": "elsewhere.example", "tls": obj{"caPem": ca.PEM}},
		"no verification":           {"address": local.Addr, "tls": obj{"disableCertVerification": true}},
		"no verification of a name": {"address": named.Addr, "tls": obj{"disableCertVerification": true}},
	} {
		t.Run(name, func(*testing.T) { connectAndCall(h, params) })
	}
}

// TestTLSOfARequest gives `tls` beside an implicit connection: it wins.
func TestTLSOfARequest(t *testing.T) {
	ca := testserver.NewAuthority(t)
	server := testserver.Start(t, testserver.Options{TLS: ca.ServerTLS(t, "127.0.0.1"), Reflection: "v1"})
	h := Start(t)
	conn := obj{"address": server.Addr, "tls": obj{"serverName": "wrong.example"}}
	tls := obj{"caPem": ca.PEM}
	h.Fail("getServiceList", obj{"connection": conn}, 14)
	h.Must("getServiceList", obj{"connection": conn, "tls": tls})
	h.Must("getMethodList", obj{"connection": conn, "tls": tls, "service": scriptService})
	h.Must("getMethod", obj{"connection": conn, "tls": tls, "service": scriptService, "method": "Unary"})
	h.Must("callMethod", scripted(conn, "Unary", nil, obj{"tls": tls, "request": obj{}}))
	h.Must("processServerStream", scripted(conn, "ServerStream", nil, obj{"tls": tls, "request": obj{}}))
	h.Must("processClientStream", scripted(conn, "ClientStream", nil, obj{"tls": tls, "requests": []any{}}))
	h.Must("processBidiStream", scripted(conn, "Bidi", nil, obj{"tls": tls, "exchangeOrder": []any{}}))
	h.Must("checkHealth", obj{"connection": conn, "tls": tls})
	server.AwaitConnections(t, 0)
}

// TestMutualTLS shows a client certificate by file and by text.
func TestMutualTLS(t *testing.T) {
	ca := testserver.NewAuthority(t)
	client := ca.Issue(t, "client.example")
	stranger := testserver.NewAuthority(t).Issue(t, "stranger")
	server := testserver.Start(t, testserver.Options{TLS: ca.MutualTLS(t, "127.0.0.1")})
	certFile := testserver.WriteFile(t, "client.pem", client.Cert)
	keyFile := testserver.WriteFile(t, "client.key", client.Key)
	h := Start(t)
	for name, tls := range map[string]obj{
		"by file":    {"caPem": ca.PEM, "clientCertFile": certFile, "clientKeyFile": keyFile},
		"by text":    {"caPem": ca.PEM, "clientCertPem": client.Cert, "clientKeyPem": client.Key},
		"by PKCS#12": {"caPem": ca.PEM, "clientP12File": testserver.WriteFile(t, "клиент.pfx", client.PKCS12(t, "пароль")), "clientP12Password": "пароль"},
		"unverified": {"disableCertVerification": true, "clientCertPem": client.Cert, "clientKeyPem": client.Key},
	} {
		t.Run(name, func(t *testing.T) {
			conn := obj{"address": server.Addr, "proto": testserver.Texts(t), "tls": tls}
			if seen := inspect(h, conn); seen.ClientName != "client.example" {
				t.Errorf("the server saw %q", seen.ClientName)
			}
		})
	}
	for name, tls := range map[string]obj{
		"none":     {"caPem": ca.PEM},
		"stranger": {"caPem": ca.PEM, "clientCertPem": stranger.Cert, "clientKeyPem": stranger.Key},
	} {
		t.Run(name, func(t *testing.T) { // under TLS 1.3 it may show only at the first call
			h.Fail("callMethod", scripted(obj{"address": server.Addr, "proto": testserver.Texts(t), "tls": tls}, "Unary", nil, obj{"request": obj{}}), 14)
		})
	}
}

// TestNamesInAnyScript go over the wire in their ASCII form: to the name server, in the
// TLS handshake and as the authority.
func TestNamesInAnyScript(t *testing.T) {
	const ascii = "xn--e1afmkfd.xn--p1ai"
	ca := testserver.NewAuthority(t)
	server := testserver.Start(t, testserver.Options{TLS: ca.ServerTLS(t, ascii)})
	_, port, err := net.SplitHostPort(server.Addr)
	if err != nil {
		t.Fatal(err)
	}
	names := testserver.StartNames(t, [4]byte{127, 0, 0, 1})
	h := Start(t)
	conn := h.Connect(server, obj{"address": "dns://" + names.Addr + "/Пример.рф:" + port, "tls": obj{"caPem": ca.PEM}})
	if seen := inspect(h, conn); !slices.Equal(seen.Metadata[":authority"], []string{ascii + ":" + port}) {
		t.Errorf("the authority is %q", seen.Metadata[":authority"])
	}
	if !slices.Contains(names.Asked(), ascii+".") {
		t.Errorf("the name server was asked for %q", names.Asked())
	}
	for name, params := range map[string]obj{
		"authority":  {"address": server.Addr, "authority": "пример.рф", "tls": obj{"caPem": ca.PEM}},
		"serverName": {"address": "grpcs://" + server.Addr, "tls": obj{"caPem": ca.PEM, "serverName": "ПРИМЕР.РФ"}},
	} {
		t.Run(name, func(*testing.T) { connectAndCall(h, params) })
	}
	if err := h.Fail("openConnection", obj{"address": "grpcs://" + server.Addr}, 14); !strings.Contains(err.Message, "certificate") {
		t.Errorf("grpcs: %v", err)
	}
	h.Must("openConnection", obj{"address": "grpc://" + testserver.Start(t, testserver.Options{}).Addr})
}

// TestBadTLSSettings refuses settings that cannot work.
func TestBadTLSSettings(t *testing.T) {
	ca := testserver.NewAuthority(t)
	pair, other := ca.Issue(t, "one"), ca.Issue(t, "two")
	h := Start(t)
	for name, tls := range map[string]obj{
		"no such file":        {"certFile": "/no/such/file"},
		"not PEM":             {"caPem": "hello"},
		"a file that is not":  {"certFile": testserver.WriteFile(t, "x.pem", "hello")},
		"a certificate alone": {"clientCertPem": pair.Cert},
		"a key alone":         {"clientKeyPem": pair.Key},
		"a key of another":    {"clientCertPem": pair.Cert, "clientKeyPem": other.Key},
		"a key that is not":   {"clientCertPem": pair.Cert, "clientKeyPem": "hello"},
		"a wrong type":        {"serverName": 5},
		"an unknown name":     {"servername": "x"},
	} {
		t.Run(name, func(t *testing.T) {
			h.Fail("getTlsSettings", tls, -32602)
			if err := h.Fail("openConnection", obj{"address": "localhost:1", "tls": tls}, -32602); err.Data.Param == "" {
				t.Errorf("no data.param in %v", err)
			}
		})
	}
	h.ping()
}
