package grpcops

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"net"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
)

// handshake are the credentials of a connection: TLS, or none. It is the only place
// where grpc-go shows how far connecting has come and lets its bytes be watched.
type handshake struct {
	credentials.TransportCredentials // insecure ones
	link                             *link
	config                           *tls.Config // nil without TLS
	noALPN                           bool        // a server that does not name HTTP/2 in its handshake is accepted
	ownAuthority                     bool        // an authority is given: then config's ServerName does not set it
}

func newHandshake(l *link, config *tls.Config) *handshake {
	return &handshake{TransportCredentials: insecure.NewCredentials(), link: l, config: config}
}

var errNoALPN = errors.New("the server speaks TLS but does not offer HTTP/2 there (ALPN h2)")

func (h *handshake) ClientHandshake(ctx context.Context, authority string, raw net.Conn) (net.Conn, credentials.AuthInfo, error) {
	stage := &h.link.dialer.stage.at
	if h.config == nil {
		_, info, err := h.TransportCredentials.ClientHandshake(ctx, authority, raw)
		stage.Store(stagePreface)
		return h.link.watch(raw), info, err
	}
	stage.Store(stageHandshake)
	config := h.config.Clone()
	if host, _, err := net.SplitHostPort(authority); err == nil {
		authority = host
	}
	config.ServerName = cmp.Or(config.ServerName, authority)
	config.NextProtos = []string{"h2"}
	conn := tls.Client(raw, config)
	if err := conn.HandshakeContext(ctx); err != nil {
		return nil, nil, err
	}
	state := conn.ConnectionState()
	if state.NegotiatedProtocol != "h2" && !h.noALPN {
		conn.Close()
		return nil, nil, errNoALPN
	}
	stage.Store(stagePreface)
	info := credentials.TLSInfo{State: state, CommonAuthInfo: credentials.CommonAuthInfo{SecurityLevel: credentials.PrivacyAndIntegrity}}
	return h.link.watch(conn), info, nil
}

func (h *handshake) Info() credentials.ProtocolInfo {
	if h.config == nil {
		return h.TransportCredentials.Info()
	}
	info := credentials.ProtocolInfo{SecurityProtocol: "tls"}
	if !h.ownAuthority { // grpc-go compares it with the authority and refuses both
		//lint:ignore SA1019 it is what grpc-go takes the authority from
		info.ServerName = h.config.ServerName
	}
	return info
}

func (h *handshake) Clone() credentials.TransportCredentials {
	clone := *h
	return &clone
}
