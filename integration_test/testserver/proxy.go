package testserver

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
)

// Proxy is an HTTP proxy that takes CONNECT.
type Proxy struct {
	Addr string

	mu    sync.Mutex
	asked []string
	auth  []string
}

// StartProxy starts a proxy in front of one server, whatever host it is asked for.
// Where answer is not empty it answers with that and opens no tunnel. config makes it
// speak TLS.
func StartProxy(t testing.TB, server, answer string, config *tls.Config) *Proxy {
	t.Helper()
	p := &Proxy{}
	p.Addr = Raw(t, func(conn net.Conn) {
		if config != nil {
			conn = tls.Server(conn, config)
		}
		p.serve(conn, server, answer)
	})
	return p
}

// Asked lists the hosts that it was asked for.
func (p *Proxy) Asked() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.asked...)
}

// Auth lists what came as Proxy-Authorization.
func (p *Proxy) Auth() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.auth...)
}

func (p *Proxy) serve(conn net.Conn, server, answer string) {
	reader := bufio.NewReader(conn)
	request, err := http.ReadRequest(reader)
	if err != nil || request.Method != http.MethodConnect {
		return
	}
	p.mu.Lock()
	p.asked = append(p.asked, request.Host)
	p.auth = append(p.auth, request.Header.Get("Proxy-Authorization"))
	p.mu.Unlock()
	if answer != "" {
		fmt.Fprintf(conn, "HTTP/1.1 %s\r\nContent-Type: text/html\r\nContent-Length: 20\r\n\r\n<html>\nno\n</html>\r\n\r\n", answer)
		return
	}
	out, err := net.Dial("tcp", server)
	if err != nil {
		return
	}
	defer out.Close()
	if _, err := io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		return
	}
	go func() {
		_, _ = io.Copy(out, reader)
		out.Close()
	}()
	_, _ = io.Copy(conn, out)
}
