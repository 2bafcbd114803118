package testserver

import (
	"net"
	"sync"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// DNS starts a name server that gives every name the IPv4 addresses. It
// returns its address.
func DNS(t testing.TB, addresses ...[4]byte) string {
	t.Helper()
	return StartNames(t, addresses...).Addr
}

// Names is a name server that gives every name the same addresses.
type Names struct {
	Addr string

	mu        sync.Mutex
	addresses [][4]byte
	asked     []string
}

// Set changes the addresses.
func (n *Names) Set(addresses ...[4]byte) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.addresses = addresses
}

// Asked lists the names that were asked for.
func (n *Names) Asked() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]string(nil), n.asked...)
}

// StartNames starts a name server with those IPv4 addresses.
func StartNames(t testing.TB, addresses ...[4]byte) *Names {
	t.Helper()
	names := &Names{addresses: addresses}
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			if answer, err := names.resolve(buf[:n]); err == nil {
				_, _ = conn.WriteTo(answer, from) // a resolver asks again
			}
		}
	}()
	t.Cleanup(func() {
		conn.Close()
		<-done
	})
	names.Addr = conn.LocalAddr().String()
	return names
}

func (n *Names) resolve(question []byte) ([]byte, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	var m dnsmessage.Message
	if err := m.Unpack(question); err != nil {
		return nil, err
	}
	m.Response = true
	m.Additionals = nil
	for _, q := range m.Questions {
		n.asked = append(n.asked, q.Name.String())
		if q.Type != dnsmessage.TypeA {
			continue
		}
		for _, address := range n.addresses {
			m.Answers = append(m.Answers, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Class: dnsmessage.ClassINET, TTL: 60},
				Body:   &dnsmessage.AResource{A: address},
			})
		}
	}
	return m.Pack()
}
