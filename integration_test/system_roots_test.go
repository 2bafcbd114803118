package integration_test

import (
	"encoding/pem"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// TestSystemRoots lets the system trust the test's authority: `tls: {}` and
// https:// then need nothing else.
func TestSystemRoots(t *testing.T) {
	ca := testserver.NewAuthority(t)
	server := testserver.Start(t, testserver.Options{TLS: ca.ServerTLS(t, "127.0.0.1")})
	roots := testserver.WriteFile(t, "roots.pem", ca.PEM)
	h := StartWith(t, HostOptions{Env: []string{"SSL_CERT_FILE=" + roots}})
	connectAndCall(h, obj{"address": server.Addr, "tls": obj{}})
	connectAndCall(h, obj{"address": "https://" + server.Addr})
	connectAndCall(h, obj{"address": "http://" + server.Addr, "tls": obj{}})
	other := testserver.NewAuthority(t)
	h.Fail("openConnection", obj{"address": server.Addr, "tls": obj{"caPem": other.PEM}}, 14) // other roots replace them
}

// TestSchemaByHTTPS fetches a schema from a site that the system trusts.
func TestSchemaByHTTPS(t *testing.T) {
	site := httptest.NewTLSServer(http.FileServer(http.Dir(writeSchemas(t))))
	defer site.Close()
	certificate := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: site.Certificate().Raw}))
	h := StartWith(t, HostOptions{Env: []string{"SSL_CERT_FILE=" + testserver.WriteFile(t, "roots.pem", certificate)}})
	connectAndCall(h, obj{"address": testserver.Start(t, testserver.Options{}).Addr, "proto": site.URL + "/script.proto"})
}

// TestDefaultPorts leaves the port out: 80 without TLS and 443 with it.
func TestDefaultPorts(t *testing.T) {
	const host = "127.0.0.77"
	plain, err := net.Listen("tcp", host+":80")
	if err != nil {
		t.Skip("port 80 is not to be had:", err)
	}
	secure, err := net.Listen("tcp", host+":443")
	if err != nil {
		plain.Close()
		t.Skip("port 443 is not to be had:", err)
	}
	ca := testserver.NewAuthority(t)
	testserver.Start(t, testserver.Options{Listener: plain})
	testserver.Start(t, testserver.Options{Listener: secure, TLS: ca.ServerTLS(t, host)})
	h := Start(t)
	connectAndCall(h, obj{"address": host})
	connectAndCall(h, obj{"address": "http://" + host})
	connectAndCall(h, obj{"address": host, "tls": obj{"caPem": ca.PEM}})
	connectAndCall(h, obj{"address": "https://" + host, "tls": obj{"caPem": ca.PEM}})
}
