package grpcops

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/grpcline/grpcline/grpcops/schema"
)

// TestRequestsShareAnAttempt has calls on a connection that is down: each waits for an
// attempt that began after it, all of one moment share one, and the error is its.
func TestRequestsShareAnAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var attempts atomic.Int32
		var cause atomic.Value
		cause.Store(errors.New("first"))
		env := &Env{Schemas: schema.NewCache(schema.DefaultCacheBytes), Demo: func(ctx context.Context) (net.Conn, error) {
			attempts.Add(1)
			time.Sleep(time.Second)
			return nil, cause.Load().(error)
		}}
		p := testParams()
		p.Lazy = pointer(true)
		c, err := env.Dial(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		call := func(want string) {
			t.Helper()
			begin := time.Now()
			failures := make(chan error)
			for range 10 {
				go func() {
					_, err := c.Call(within(t, time.Minute), target("Unary"), nil)
					failures <- err
				}()
			}
			for range 10 {
				if failed := statusOfError(t, <-failures); failed.Status.Code != 14 || !strings.Contains(failed.Status.Message, want) {
					t.Errorf("got %+v, want %s", failed, want)
				}
			}
			if took := time.Since(begin); took > 2*time.Second {
				t.Errorf("it took %v", took)
			}
		}
		call("first")
		time.Sleep(time.Hour)
		attempts.Store(0)
		cause.Store(errors.New("second"))
		call("second")
		if n := attempts.Load(); n > 2 {
			t.Errorf("%d attempts for calls of one moment", n)
		}
	})
}

// TestWaitingForReadyTriesEverySecond, and nobody tries when nobody waits.
func TestWaitingForReadyTriesEverySecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var attempts atomic.Int32
		env := &Env{Schemas: schema.NewCache(schema.DefaultCacheBytes), Demo: func(context.Context) (net.Conn, error) {
			attempts.Add(1)
			return nil, errors.New("down")
		}}
		p := testParams()
		p.Lazy, p.WaitForReady = pointer(true), pointer(true)
		c, err := env.Dial(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		const waited = time.Minute
		_, err = c.Call(within(t, waited), target("Unary"), nil)
		if failed := statusOfError(t, err); failed.Status.Code != 4 || !strings.Contains(failed.Status.Message, "down") {
			t.Errorf("got %+v", failed)
		}
		if n := attempts.Load(); n < 50 || n > 200 {
			t.Errorf("%d attempts in %v", n, waited)
		}
		time.Sleep(time.Minute)
		attempts.Store(0)
		time.Sleep(time.Hour)
		if n := attempts.Load(); n > 60 { // grpc-go's own, which slow down
			t.Errorf("%d attempts in an hour with nobody waiting", n)
		}
	})
}

// TestWithPolicy puts the policy over every form of a service config.
func TestWithPolicy(t *testing.T) {
	for in, want := range map[string]string{
		``: `{"loadBalancingConfig":[{"grpcline_link":{}}]}`,
		`{"loadBalancingConfig":[{"round_robin":{}}],"methodConfig":[]}`: `{"loadBalancingConfig":[{"grpcline_link":{"childPolicy":[{"round_robin":{}}]}}],"methodConfig":[]}`,
		`{"loadBalancingPolicy":"round_robin"}`:                          `{"loadBalancingConfig":[{"grpcline_link":{"childPolicy":[{"round_robin":{}}]}}],"loadBalancingPolicy":"round_robin"}`,
		`{"loadBalancingPolicy":"nobody"}`:                               `{"loadBalancingConfig":[{"grpcline_link":{}}],"loadBalancingPolicy":"nobody"}`,
	} {
		var config ServiceConfig
		if in != "" {
			config = ServiceConfig(in)
		}
		if got, err := withPolicy(config); err != nil || got != want {
			t.Errorf("%s:\ngot  %s, %v\nwant %s", in, got, err, want)
		}
	}
	for in, known := range map[string]bool{`{}`: true, `{"childPolicy":[{"nobody":{}},{"pick_first":{}}]}`: true, `{"childPolicy":[{"nobody":{}}]}`: false, `{"childPolicy":5}`: false} {
		if _, err := (policy{}).ParseConfig([]byte(in)); (err == nil) != known {
			t.Errorf("%s: %v", in, err)
		}
	}
}
