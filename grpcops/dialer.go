package grpcops

import (
	"context"
	"errors"
	"math"
	"net"
	"strings"
	"time"
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
	return again(ctx, func(ctx context.Context) (net.Conn, error) { return direct.DialContext(ctx, "tcp", address) })
}

// redialPause is how long a packet may be lost before another one is sent.
const redialPause = time.Second

// again dials, and while nothing answers dials once more each redialPause, beside the
// first. TCP repeats a packet that was lost after 1, 3, 7 and 15 seconds, so a server
// that is back would be found that late. The first attempt is kept, for networks that
// are slow; each later one gives way to the next.
func again(ctx context.Context, dial func(context.Context) (net.Conn, error)) (net.Conn, error) {
	type result struct {
		conn net.Conn
		err  error
	}
	ctx, endAll := context.WithCancel(ctx)
	results := make(chan result)
	running := 0
	pause := time.NewTicker(redialPause)
	defer func() {
		pause.Stop()
		endAll()
		for range running { // they end at once
			if r := <-results; r.conn != nil {
				r.conn.Close()
			}
		}
	}()
	start := func(most time.Duration) {
		running++
		go func() {
			ctx, cancel := context.WithTimeout(ctx, most)
			defer cancel()
			conn, err := dial(ctx)
			results <- result{conn, err}
		}()
	}
	start(math.MaxInt64) // ctx bounds it
	for {
		select {
		case r := <-results:
			running--
			var late net.Error
			if running > 0 && errors.As(r.err, &late) && late.Timeout() { // it gave way
				continue
			}
			return r.conn, r.err
		case <-pause.C:
			start(redialPause)
		}
	}
}
