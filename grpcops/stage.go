package grpcops

import (
	"context"
	"net"
	"sync/atomic"

	"google.golang.org/grpc/credentials"
)

// stage is how far the last attempt to connect has come.
type stage struct{ at atomic.Int32 }

const (
	stageDialing   = iota // no connection to the address yet
	stageHandshake        // TCP stands, TLS is being agreed on
	stagePreface          // waiting for the server's first HTTP/2 frame
)

// watchedCredentials notes when grpc-go gets to and past the handshake: the only
// place where it shows how far connecting has come.
type watchedCredentials struct {
	credentials.TransportCredentials
	stage        *stage
	ownAuthority bool   // an authority is given: then serverName does not set it
	serverName   string // of the settings
}

func (w *watchedCredentials) ClientHandshake(ctx context.Context, authority string, raw net.Conn) (net.Conn, credentials.AuthInfo, error) {
	w.stage.at.Store(stageHandshake)
	if w.serverName != "" { // else grpc-go verifies that the certificate is for the authority
		authority = w.serverName
	}
	conn, info, err := w.TransportCredentials.ClientHandshake(ctx, authority, raw)
	if err == nil {
		w.stage.at.Store(stagePreface)
	}
	return conn, info, err
}

func (w *watchedCredentials) Info() credentials.ProtocolInfo {
	info := w.TransportCredentials.Info()
	if w.ownAuthority {
		//lint:ignore SA1019 grpc-go compares it with the authority and refuses both
		info.ServerName = ""
	}
	return info
}

func (w *watchedCredentials) Clone() credentials.TransportCredentials {
	return &watchedCredentials{w.TransportCredentials.Clone(), w.stage, w.ownAuthority, w.serverName}
}
