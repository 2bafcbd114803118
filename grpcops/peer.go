package grpcops

import (
	"context"
	"strconv"

	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"

	"github.com/grpcline/grpcline/internal/jsonscan"
)

// Peer is who makes a call.
type Peer struct {
	Address   string   `json:"address" doc:"where the client's connection comes from"`
	Authority string   `json:"authority,omitempty" doc:"the :authority that it asked for"`
	TLS       bool     `json:"tls" doc:"whether the connection is encrypted"`
	Subject   string   `json:"subject,omitempty" doc:"of the client's certificate, such as CN=client (RFC 2253)"`
	Names     []string `json:"names,omitempty" doc:"the subject alternative names of that certificate"`
}

// AppendJSON appends the peer as JSON.
func (p *Peer) AppendJSON(dst []byte) []byte {
	dst = jsonscan.AppendQuoted(append(dst, `{"address":`...), p.Address)
	if p.Authority != "" {
		dst = jsonscan.AppendQuoted(append(dst, `,"authority":`...), p.Authority)
	}
	dst = strconv.AppendBool(append(dst, `,"tls":`...), p.TLS)
	if p.Subject != "" {
		dst = jsonscan.AppendQuoted(append(dst, `,"subject":`...), p.Subject)
	}
	for i, name := range p.Names {
		separator := `,"names":[`
		if i > 0 {
			separator = `,`
		}
		dst = jsonscan.AppendQuoted(append(dst, separator...), name)
	}
	if len(p.Names) > 0 {
		dst = append(dst, ']')
	}
	return append(dst, '}')
}

// peerOf tells who makes the call of ctx.
func peerOf(ctx context.Context, md metadata.MD) Peer {
	var p Peer
	if authority := md.Get(":authority"); len(authority) > 0 {
		p.Authority = authority[0]
	}
	from, ok := peer.FromContext(ctx)
	if !ok {
		return p
	}
	p.Address = from.Addr.String()
	if info, ok := from.AuthInfo.(clientInfo); ok {
		info.describe(&p)
	}
	return p
}
