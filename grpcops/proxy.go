package grpcops

import (
	"bufio"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/http/httpproxy"
)

// proxy is an HTTP proxy that opens tunnels by CONNECT (RFC 9110, section 9.3.6).
type proxy struct {
	url *url.URL
	tls *tls.Config // how to speak to an https:// proxy
}

// proxyError is a connection that failed at the proxy.
type proxyError struct {
	name string // of the proxy, without credentials
	err  error
}

func (e *proxyError) Error() string { return e.name + ": " + e.err.Error() }
func (e *proxyError) Unwrap() error { return e.err }

// proxyAnswer is the answer of a proxy that opens no tunnel, such as "403 Forbidden".
type proxyAnswer struct {
	code   int
	status string
}

func (e proxyAnswer) Error() string { return "it answered " + e.status }

// parseProxy reads the proxy of connection params. where names the setting.
func parseProxy(where, text string) (*url.URL, error) {
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "":
		return nil, paramErrorf("proxy", "%s is no URL of a proxy; write http://host:port, https://host:port or http://user:password@host:port", where)
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, paramErrorf("proxy", "%s has the scheme %s; only proxies that take CONNECT over http:// or https:// are known", where, u.Scheme)
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		return nil, paramErrorf("proxy", "%s has more than user, password, host and port", where)
	}
	host, err := asciiHost(u.Hostname())
	if err != nil {
		return nil, paramErrorf("proxy", "%s has no name of a host: %v", where, err)
	}
	if host != u.Hostname() {
		u.Host = strings.TrimSuffix(net.JoinHostPort(host, u.Port()), ":")
	}
	if u.Port() != "" && !validPort(u.Port()) {
		return nil, paramErrorf("proxy", "%s has port %q; it must be a number from 1 to 65535", where, u.Port())
	}
	return u, nil
}

// proxyFor finds the proxy for an address, nil for none: the one of the params, else
// the one of the environment (HTTPS_PROXY, NO_PROXY and their lower-case forms), which
// is never asked about this machine itself.
func (p *ConnectionParams) proxyFor(at address) (*url.URL, error) {
	switch {
	case p.Proxy != nil && *p.Proxy == "", at.hostPort == "":
		return nil, nil
	case p.Proxy != nil:
		return parseProxy("proxy", *p.Proxy)
	}
	env := httpproxy.FromEnvironment()
	found, err := env.ProxyFunc()(&url.URL{Scheme: "https", Host: at.hostPort})
	switch {
	case err != nil:
		return parseProxy("the environment's HTTPS_PROXY", env.HTTPSProxy) // says what is wrong
	case found == nil:
		return nil, nil
	}
	return parseProxy("the environment's HTTPS_PROXY", found.String())
}

// name is the proxy as errors call it.
func (p *proxy) name() string { return "the proxy " + p.url.Scheme + "://" + p.url.Host }

// connect opens a tunnel to address.
func (p *proxy) connect(ctx context.Context, address string) (net.Conn, error) {
	port := cmp.Or(p.url.Port(), map[string]string{"http": "80", "https": "443"}[p.url.Scheme])
	var direct net.Dialer
	conn, err := direct.DialContext(ctx, "tcp", net.JoinHostPort(p.url.Hostname(), port))
	if err != nil {
		return nil, err
	}
	if p.url.Scheme == "https" {
		config := p.tls.Clone()
		config.ServerName = p.url.Hostname()
		secured := tls.Client(conn, config)
		if err := secured.HandshakeContext(ctx); err != nil {
			conn.Close()
			return nil, err
		}
		conn = secured
	}
	over := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	tunnel, err := p.tunnel(conn, address)
	if !over() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return tunnel, nil
}

// mostProxyAnswer bounds the answer of a proxy, in bytes.
const mostProxyAnswer = 64 << 10

// tunnel asks for the tunnel.
func (p *proxy) tunnel(conn net.Conn, address string) (net.Conn, error) {
	request := "CONNECT " + address + " HTTP/1.1\r\nHost: " + address + "\r\n"
	if p.url.User != nil {
		password, _ := p.url.User.Password()
		request += "Proxy-Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(p.url.User.Username()+":"+password)) + "\r\n"
	}
	if _, err := io.WriteString(conn, request+"\r\n"); err != nil {
		return nil, err
	}
	limited := &io.LimitedReader{R: conn, N: mostProxyAnswer}
	reader := bufio.NewReader(limited)
	answer, err := http.ReadResponse(reader, &http.Request{Method: http.MethodConnect})
	switch {
	case err != nil && limited.N <= 0:
		return nil, fmt.Errorf("its answer is longer than %d bytes", mostProxyAnswer)
	case err != nil:
		return nil, fmt.Errorf("it did not answer as a proxy does: %w", err)
	case answer.StatusCode/100 != 2:
		return nil, proxyAnswer{answer.StatusCode, oneLine(answer.Status)}
	}
	limited.N = math.MaxInt64
	return &tunnelConn{conn, reader}, nil
}

// tunnelConn reads what had come with the proxy's answer first.
type tunnelConn struct {
	net.Conn
	reader *bufio.Reader
}

func (c *tunnelConn) Read(p []byte) (int, error) {
	if c.reader.Buffered() > 0 {
		return c.reader.Read(p)
	}
	return c.Conn.Read(p)
}

// oneLine is a text of another's as part of a sentence.
func oneLine(text string) string {
	const most = 100
	clean := strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f {
			return -1
		}
		return c
	}, strings.ToValidUTF8(text, "\uFFFD"))
	if runes := []rune(clean); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return clean
}
