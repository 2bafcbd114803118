package rpc

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/grpcline/grpcline/state"
)

// TestStuckOperation that nothing can end does not keep the worker alive: neither after
// a signal, nor after the end of the input once its time is up.
func TestStuckOperation(t *testing.T) {
	for _, test := range []struct {
		name  string
		input string
		stop  bool
		most  time.Duration
	}{
		{"a signal", `{"id":"stuck","method":"stuck"}`, true, signalEnd},
		{"the end of the input", `{"id":"stuck","method":"stuck"}` + "\n" + cancelling(`"stuck"`), false, 2 * stuckTime},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				free := make(chan struct{})
				defer close(free)
				var log, out bytes.Buffer
				o := testOptions()
				o.Log = slog.New(slog.NewTextHandler(&log, nil))
				var in io.Reader = strings.NewReader(test.input + "\n")
				ctx, stop := context.WithCancel(t.Context())
				defer stop()
				if test.stop {
					never, host := io.Pipe()
					defer host.Close()
					in = io.MultiReader(in, never)
				}
				w := New(in, &out, demoEnv(t), o)
				w.table.byName["stuck"] = declare("stuck", "", "", "Hangs.", func(*Worker, *noParams) (state.Op[struct{}], error) {
					return withoutPlace(func(context.Context) (struct{}, error) { <-free; return struct{}{}, nil }), nil
				})
				served := make(chan error)
				go func() { served <- w.Serve(ctx) }()
				synctest.Wait()
				start := time.Now()
				if test.stop {
					stop()
				}
				if err := <-served; err != nil {
					t.Errorf("Serve: %v", err)
				}
				if took := time.Since(start); took > test.most {
					t.Errorf("it took %v", took)
				}
				if !strings.Contains(log.String(), "cannot be ended") {
					t.Errorf("the log has %s", log.String())
				}
			})
		})
	}
}
