package integration_test

import (
	"encoding/base64"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// TestProxy goes through a proxy, which resolves the name.
func TestProxy(t *testing.T) {
	server := testserver.Start(t, testserver.Options{})
	ca := testserver.NewAuthority(t)
	plain := testserver.StartProxy(t, server.Addr, "", nil)
	secure := testserver.StartProxy(t, server.Addr, "", ca.ServerTLS(t, "127.0.0.1"))
	h := StartWith(t, HostOptions{Env: []string{"SSL_CERT_FILE=" + testserver.WriteFile(t, "ca.pem", ca.PEM), "SSL_CERT_DIR=" + t.TempDir()}})
	const name = "only.the.proxy.knows.example:50051"
	for _, c := range []struct {
		proxy   *testserver.Proxy
		url     string
		address string
		asked   string
	}{
		{plain, "http://" + plain.Addr, name, name},
		{plain, plain.Addr, "http://" + name, name},
		{plain, "http://me:p%40ss@" + plain.Addr, "dns:///" + name, name},
		{secure, "https://me:p%40ss@" + secure.Addr, name, name},
		{plain, "http://" + plain.Addr, "passthrough:///" + name, name},
		{plain, "http://" + plain.Addr, "ipv4:192.0.2.1:50051", "192.0.2.1:50051"},
		{plain, "http://" + plain.Addr, server.Addr, server.Addr},
	} {
		conn := h.Connect(server, obj{"address": c.address, "proxy": c.url})
		h.Must("callMethod", unary(conn))
		if asked := c.proxy.Asked(); asked[len(asked)-1] != c.asked {
			t.Errorf("%s by %s: the proxy was asked for %q", c.address, c.url, asked)
		}
		want := ""
		if strings.Contains(c.url, "@") {
			want = "Basic " + base64.StdEncoding.EncodeToString([]byte("me:p@ss"))
		}
		if auth := c.proxy.Auth(); auth[len(auth)-1] != want {
			t.Errorf("%s: credentials %q", c.url, auth)
		}
	}
}

// TestProxyIsNotForSockets goes to a unix socket directly.
func TestProxyIsNotForSockets(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s.sock")
	lis, err := net.Listen("unix", socket)
	if err != nil {
		t.Skip("no unix sockets here:", err)
	}
	server := testserver.Start(t, testserver.Options{Listener: lis})
	h := Start(t)
	h.Must("callMethod", unary(h.Connect(server, obj{"address": "unix://" + socket, "proxy": testserver.Refusing(t)})))
}

// TestProxyOfTheEnvironment holds but for this machine and NO_PROXY; "" is none.
func TestProxyOfTheEnvironment(t *testing.T) {
	server := testserver.Start(t, testserver.Options{})
	proxy := testserver.StartProxy(t, server.Addr, "", nil)
	for _, name := range []string{"HTTPS_PROXY", "https_proxy"} {
		h := StartWith(t, HostOptions{Env: []string{name + "=http://me:secret@" + proxy.Addr, "NO_PROXY=.direct.invalid"}})
		h.Must("callMethod", unary(h.Connect(server, obj{"address": "far.example:1"})))
		if !slices.Contains(proxy.Asked(), "far.example:1") {
			t.Errorf("the proxy was asked for %q", proxy.Asked())
		}
		before := len(proxy.Asked())
		h.Must("callMethod", unary(h.Connect(server)))
		h.Fail("openConnection", obj{"address": "a.direct.invalid:1"}, 14)
		if err := h.Fail("openConnection", obj{"address": "far.invalid:1", "proxy": ""}, 14); !strings.Contains(err.Message, "no such host") {
			t.Errorf("%v", err)
		}
		if got := proxy.Asked()[before:]; len(got) > 0 {
			t.Errorf("the proxy was asked for %q", got)
		}
	}
	h := StartWith(t, HostOptions{Env: []string{"HTTPS_PROXY=socks5://me:secret@127.0.0.1:1"}})
	if err := h.Fail("openConnection", obj{"address": "far.example:1"}, -32602); !strings.Contains(err.Message, "HTTPS_PROXY") || strings.Contains(err.Message, "secret") {
		t.Errorf("%v", err)
	}
}

// TestProxyAtFault names the proxy, its answer in one line, and no credentials.
func TestProxyAtFault(t *testing.T) {
	h := Start(t, "--log-level", "debug")
	for name, c := range map[string]struct {
		proxy string
		says  []string
	}{
		"407":             {testserver.StartProxy(t, "", "407 Proxy Authentication Required", nil).Addr, []string{"407 Proxy Authentication Required"}},
		"403":             {testserver.StartProxy(t, "", "403 Forbidden by policy", nil).Addr, []string{"403 Forbidden by policy"}},
		"502":             {testserver.StartProxy(t, "", "502 Bad Gateway", nil).Addr, []string{"502 Bad Gateway"}},
		"nothing there":   {testserver.Refusing(t), []string{"refused", "the proxy's port"}},
		"no name":         {"no-such-proxy.invalid:3128", []string{"no such host", "the proxy's name"}},
		"closes":          {testserver.StartProxy(t, testserver.Refusing(t), "", nil).Addr, []string{"closed the connection"}},
		"no proxy at all": {testserver.Start(t, testserver.Options{}).Addr, nil},
	} {
		t.Run(name, func(t *testing.T) {
			err := h.Fail("openConnection", obj{"address": "far.example:1", "proxy": "http://me:sesame@" + c.proxy, "connectTimeoutMs": 20000}, 14)
			for _, words := range append(c.says, "the proxy http://"+c.proxy) {
				if !strings.Contains(err.Message, words) {
					t.Errorf("no %q in %v", words, err)
				}
			}
			if strings.Contains(err.Message, "sesame") || strings.Contains(err.Message, "<html>") || strings.Contains(err.Message, "\n") {
				t.Errorf("%v", err)
			}
		})
	}
	err := h.Fail("openConnection", obj{"address": "far.example:1", "proxy": "http://me:sesame@" + testserver.Silent(t), "connectTimeoutMs": 300}, 4)
	if !strings.Contains(err.Message, "the proxy http://127.0.0.1") {
		t.Errorf("%v", err)
	}
	for _, bad := range []any{"socks5://x:1", "http://", "http://x:99999", "http://x/path", "http://a b", 5} {
		if err := h.Fail("getConnectionParams", obj{"address": "far.example:1", "proxy": bad}, -32602); err.Data.Param != "proxy" {
			t.Errorf("%v: %v", bad, err)
		}
	}
	if strings.Contains(h.Stderr(), "sesame") {
		t.Error("the log has the password")
	}
}

// TestRealProxies goes through squid and tinyproxy, with and without a right to.
func TestRealProxies(t *testing.T) {
	server := testserver.Start(t, testserver.Options{})
	for name, c := range map[string]struct {
		open, closed func() string
	}{
		"squid": {
			func() string { return squid(t, "http_access allow all") },
			func() string { return squid(t, "http_access deny all") },
		},
		"tinyproxy": {
			func() string { return tinyproxy(t, "BasicAuth me secret") },
			func() string { return tinyproxy(t, "ConnectPort 443") },
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := Start(t)
			url := "http://me:secret@" + c.open()
			conn := h.Connect(server, obj{"proxy": url})
			for range 50 {
				h.Must("callMethod", unary(conn))
			}
			h.Must("processBidiStream", scripted(conn, "Bidi", nil, obj{"exchangeOrder": []any{numbered(1), nil}}))
			if err := h.Fail("openConnection", obj{"address": server.Addr, "proxy": "http://" + c.closed()}, 14); !strings.Contains(err.Message, "it answered 403") {
				t.Errorf("%v", err)
			}
			if name == "tinyproxy" {
				if err := h.Fail("openConnection", obj{"address": server.Addr, "proxy": strings.Replace(url, "secret", "wrong", 1)}, 14); !strings.Contains(err.Message, "it answered 40") || strings.Contains(err.Message, "wrong") {
					t.Errorf("%v", err)
				}
			}
		})
	}
}

// TestHaproxy calls through it while its server is away and back.
func TestHaproxy(t *testing.T) {
	first := testserver.Start(t, testserver.Options{})
	h := Start(t)
	conn := h.Connect(first, obj{"address": haproxy(t, first.Addr)})
	calls := make([]*Pending, 500)
	for i := range calls {
		calls[i] = h.Go("callMethod", unary(conn))
	}
	for _, call := range calls {
		call.Must()
	}
	first.Stop()
	if err := h.Fail("callMethod", unary(conn), 14); !strings.Contains(err.Message, "503") {
		t.Errorf("%v", err)
	}
	testserver.StartAt(t, first.Addr, testserver.Options{})
	h.Must("callMethod", unary(conn))
}
