package grpcops

import (
	"context"
	"net"
	"strings"
)

// dialer reaches the addresses that grpc-go asks for, by way of the proxy where there
// is one.
type dialer struct {
	proxy *proxy                                      // nil for none
	demo  func(ctx context.Context) (net.Conn, error) // reaches the server at demo:///
	stage *stage
}

func (d *dialer) dial(ctx context.Context, address string) (net.Conn, error) {
	d.stage.at.Store(stageDialing)
	if d.demo != nil {
		return d.demo(ctx)
	}
	var direct net.Dialer
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		return direct.DialContext(ctx, "unix", strings.TrimPrefix(path, "//"))
	}
	if strings.HasPrefix(address, "\x00") { // unix-abstract
		return direct.DialContext(ctx, "unix", address)
	}
	if d.proxy != nil {
		d.stage.at.Store(stageProxy)
		conn, err := d.proxy.connect(ctx, address)
		if err != nil {
			return nil, &proxyError{d.proxy.name(), err}
		}
		return conn, nil
	}
	return direct.DialContext(ctx, "tcp", address)
}
