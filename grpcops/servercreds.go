package grpcops

import (
	"context"
	"net"
	"sync/atomic"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/peer"
)

// credentials are TLS or none, with connections that remember whether they broke.
func (p *ServerParams) credentials(ctx context.Context) (credentials.TransportCredentials, error) {
	if p.TLS == nil {
		return servedCredentials{insecure.NewCredentials()}, nil
	}
	config, err := p.TLS.config(ctx)
	if err != nil {
		return nil, inTLS(err)
	}
	return servedCredentials{credentials.NewTLS(config)}, nil
}

// servedCredentials watch the connections that they are made for.
type servedCredentials struct {
	credentials.TransportCredentials
}

func (s servedCredentials) ServerHandshake(raw net.Conn) (net.Conn, credentials.AuthInfo, error) {
	watched := &servedConn{Conn: raw}
	conn, info, err := s.TransportCredentials.ServerHandshake(watched)
	if err != nil {
		return nil, nil, err
	}
	return conn, clientInfo{info, watched}, nil
}

func (s servedCredentials) Clone() credentials.TransportCredentials {
	return servedCredentials{s.TransportCredentials.Clone()}
}

// servedConn remembers that it broke, before grpc-go cancels the calls on it: they
// cannot tell that from a client that cancels.
type servedConn struct {
	net.Conn
	broken atomic.Bool
}

func (c *servedConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if err != nil {
		c.broken.Store(true)
	}
	return n, err
}

func (c *servedConn) Close() error {
	c.broken.Store(true)
	return c.Conn.Close()
}

// clientInfo is what is known of the client of a connection.
type clientInfo struct {
	credentials.AuthInfo
	conn *servedConn
}

// describe adds what the client's certificate says.
func (i clientInfo) describe(p *Peer) {
	info, ok := i.AuthInfo.(credentials.TLSInfo)
	if p.TLS = ok; !ok || len(info.State.PeerCertificates) == 0 {
		return
	}
	certificate := info.State.PeerCertificates[0]
	p.Subject = certificate.Subject.String()
	p.Names = append(append(p.Names, certificate.DNSNames...), certificate.EmailAddresses...)
	for _, ip := range certificate.IPAddresses {
		p.Names = append(p.Names, ip.String())
	}
	for _, uri := range certificate.URIs {
		p.Names = append(p.Names, uri.String())
	}
}

// broken tells whether the connection of a call's context broke.
func broken(ctx context.Context) bool {
	from, ok := peer.FromContext(ctx)
	if !ok {
		return false
	}
	info, ok := from.AuthInfo.(clientInfo)
	return ok && info.conn.broken.Load()
}
