package grpcops

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestDialsAgain finds a server that comes back while a first packet is lost, waits for
// one that is far away, and leaves nothing running.
func TestDialsAgain(t *testing.T) {
	lost := time.Hour
	for name, test := range map[string]struct {
		takes []time.Duration // of each dial; the last is that of all others
		fails error
		took  time.Duration
	}{
		"at once":                  {[]time.Duration{0}, nil, 0},
		"the first packet is lost": {[]time.Duration{lost, 0}, nil, redialPause},
		"many are lost":            {[]time.Duration{lost, lost, lost, lost, 0}, nil, 4 * redialPause},
		"far away":                 {[]time.Duration{5 * time.Second}, nil, 5 * time.Second},
		"refused":                  {[]time.Duration{0}, errTest, 0},
		"refused after a lost one": {[]time.Duration{lost, 0}, errTest, redialPause},
		"nobody ever answers":      {[]time.Duration{lost}, context.DeadlineExceeded, 20 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var dials atomic.Int32
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
				defer cancel()
				begin := time.Now()
				conn, err := again(ctx, func(ctx context.Context) (net.Conn, error) {
					takes := test.takes[min(int(dials.Add(1)), len(test.takes))-1]
					select {
					case <-time.After(takes):
					case <-ctx.Done():
						return nil, ctx.Err()
					}
					if test.fails != nil {
						return nil, test.fails
					}
					here, there := net.Pipe()
					there.Close()
					return here, nil
				})
				if took := time.Since(begin); took != test.took || !errors.Is(err, test.fails) || (err == nil) != (conn != nil) {
					t.Errorf("%v, %v after %v", conn, err, took)
				}
			})
		})
	}
}
