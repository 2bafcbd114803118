package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/grpcline/grpcline/grpcops"
)

// progressOf is what an error says was done before it.
func progressOf(t *testing.T, err error) (messages string, sent int) {
	t.Helper()
	var progress *Progress
	if !errors.As(err, &progress) {
		t.Fatalf("%v says nothing of what was done", err)
	}
	sent = -1
	if progress.MessagesSent != nil {
		sent = *progress.MessagesSent
	}
	if progress.Messages == nil {
		return "none", sent
	}
	return texts(progress.Messages), sent
}

func TestProcessServerStream(t *testing.T) {
	one, three, four := 1, 3, 4
	for _, test := range []struct {
		name  string
		serve script
		max   *int
		want  string
		done  bool
		code  uint32
	}{
		{"to the end", counter(3, nil), nil, "0 1 2", true, 0},
		{"nothing", counter(0, nil), nil, "", true, 0},
		{"cut", counter(3, nil), &one, "0", false, 0},
		{"cut at its last message", counter(3, nil), &three, "0 1 2", false, 0},
		{"not cut", counter(3, nil), &four, "0 1 2", true, 0},
		{"cut while the server goes on", func(rpc grpc.ServerStream) error { counter(3, nil)(rpc); return silent(rpc) }, &three, "0 1 2", false, 0},
		{"a failure", counter(3, status.Error(codes.Aborted, "enough")), nil, "0 1 2", false, 10},
		{"a failure past the cut", counter(3, status.Error(codes.Aborted, "enough")), &three, "0 1 2", false, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, testLimits, test.serve)
				r.connect()
				op := start(r.ProcessServerStream(on("c1", grpcops.ServerStream), nil, test.max))
				if test.code != 0 {
					op.ends(t, test.code)
					if messages, sent := progressOf(t, op.err); messages != test.want || sent != 1 {
						t.Errorf("got %q, %d sent", messages, sent)
					}
					return
				}
				if got := op.must(t); texts(got.Messages) != test.want || (got.End != nil) != test.done || got.Headers == nil {
					t.Errorf("got %+v", got)
				}
			})
		})
	}
}

func TestProcessClientStream(t *testing.T) {
	const requests = `[{"text":"a"},{"text":"b"},{"text":"c"}]`
	sum := func(rpc grpc.ServerStream) error {
		all := []string{}
		for {
			text, err := receiveText(rpc)
			if errors.Is(err, io.EOF) {
				return send(rpc, strings.Join(all, ""))
			}
			if err != nil {
				return err
			}
			all = append(all, text)
		}
	}
	for _, test := range []struct {
		name, requests string
		serve          script
		want           string
		sent           int
		code           uint32
	}{
		{"all", requests, sum, "abc", 3, 0},
		{"none", `[]`, sum, "", 0, 0},
		{"a failure", requests, func(rpc grpc.ServerStream) error { receiveText(rpc); return status.Error(codes.Aborted, "no") }, "", 3, 10},
		{"no response", requests, counter(0, nil), "", 3, 13},
		{"two responses", requests, counter(2, nil), "0", 3, 13},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, testLimits, test.serve)
				r.connect()
				op := start(r.ProcessClientStream(on("c1", grpcops.ClientStream), nil, json.RawMessage(test.requests)))
				if test.code != 0 {
					op.ends(t, test.code)
					if messages, sent := progressOf(t, op.err); messages != test.want || sent < 0 || sent > test.sent {
						t.Errorf("got %q, %d sent", messages, sent)
					}
					return
				}
				if got := op.must(t); texts(got.Messages) != test.want || got.Sent != test.sent || got.End == nil {
					t.Errorf("got %+v", got)
				}
			})
		})
	}
}

// TestProcessClientStreamStopsSending where the server answers before it has all.
func TestProcessClientStreamStopsSending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, testLimits, func(rpc grpc.ServerStream) error {
			if _, err := receiveText(rpc); err != nil {
				return err
			}
			return send(rpc, "early")
		})
		r.connect()
		all := make([]string, 200)
		for i := range all {
			all[i] = string(large(i))
		}
		got := start(r.ProcessClientStream(on("c1", grpcops.ClientStream), nil, json.RawMessage("["+strings.Join(all, ",")+"]"))).must(t)
		if texts(got.Messages) != "early" || got.Sent == 0 || got.Sent == len(all) {
			t.Errorf("%d sent, got %.50s", got.Sent, texts(got.Messages))
		}
	})
}

func TestProcessBidiStream(t *testing.T) {
	order := func(items ...string) []json.RawMessage {
		var all []json.RawMessage
		for _, item := range items {
			if item == "?" {
				all = append(all, json.RawMessage("null"))
			} else {
				all = append(all, say(item))
			}
		}
		return all
	}
	for _, test := range []struct {
		name  string
		serve script
		order []json.RawMessage
		rest  bool
		want  string
		sent  int
		done  bool
		code  uint32
	}{
		{"in turns", echo, order("a", "?", "b", "?"), true, "a b", 2, true, 0},
		{"all, then all", echo, order("a", "b", "?", "?"), true, "a b", 2, true, 0},
		{"the rest", echo, order("a", "b", "c", "?"), true, "a b c", 3, true, 0},
		{"without the rest", echo, order("a", "b", "?"), false, "a", 2, false, 0},
		{"nothing", echo, nil, true, "", 0, true, 0},
		{"the server ends first", counter(1, nil), order("?", "?", "a", "?"), true, "0", 0, true, 0},
		{"the server ends first, without the rest", counter(1, nil), order("?", "?", "a"), false, "0", 0, true, 0},
		{"a failure", counter(2, status.Error(codes.Aborted, "no")), order("?", "?", "?"), true, "0 1", 0, false, 10},
		{"a failure while sending", func(rpc grpc.ServerStream) error { send(rpc, "x"); return status.Error(codes.Aborted, "no") }, order("a", "b", "c", "?"), true, "x", 3, false, 10},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, testLimits, test.serve)
				r.connect()
				op := start(r.ProcessBidiStream(on("c1", grpcops.BidiStream), nil, test.order, test.rest))
				if test.code != 0 {
					op.ends(t, test.code)
					if messages, sent := progressOf(t, op.err); messages != test.want || sent < 0 || sent > test.sent {
						t.Errorf("got %q, %d sent", messages, sent)
					}
					return
				}
				if got := op.must(t); texts(got.Messages) != test.want || got.Sent != test.sent || (got.End != nil) != test.done {
					t.Errorf("got %+v", got)
				}
			})
		})
	}
}

// TestProcessDoesNotDeadlock where both sides send more than flow control lets
// through before either reads.
func TestProcessDoesNotDeadlock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 60
		r := newRig(t, testLimits, func(rpc grpc.ServerStream) error {
			for range n {
				if err := send(rpc, strings.Repeat("y", 10<<10)); err != nil {
					return err
				}
			}
			return echo(rpc)
		})
		r.connect()
		var order []json.RawMessage
		for i := range n {
			order = append(order, say(fmt.Sprintf("%04d%s", i, strings.Repeat("x", 5<<10))))
		}
		got := start(r.ProcessBidiStream(on("c1", grpcops.BidiStream), nil, order, true)).must(t)
		if len(got.Messages) != 2*n || got.Sent != n {
			t.Errorf("%d messages, %d sent", len(got.Messages), got.Sent)
		}
	})
}

// TestProcessFails with what was done.
func TestProcessFails(t *testing.T) {
	slow := func(rpc grpc.ServerStream) error { counter(2, nil)(rpc); return silent(rpc) }
	second := 1000
	call := on("c1", grpcops.ServerStream)
	call.TimeoutMs = &second
	t.Run("in time", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, testLimits, slow)
			r.connect()
			begin := time.Now()
			err := start(r.ProcessServerStream(call, nil, nil)).fails(t, WaitTimeout)
			if messages, _ := progressOf(t, err); messages != "0 1" || time.Since(begin) != time.Second {
				t.Errorf("got %q after %v", messages, time.Since(begin))
			}
		})
	})
	t.Run("at its deadline", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, testLimits, slow)
			r.connect()
			half := 500
			op := start(r.ProcessServerStream(call, &half, nil))
			op.ends(t, 4)
			if messages, _ := progressOf(t, op.err); messages != "0 1" {
				t.Errorf("got %q", messages)
			}
		})
	})
	t.Run("cancelled", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, testLimits, slow)
			r.connect()
			op := start(r.ProcessServerStream(on("c1", grpcops.ServerStream), nil, nil))
			synctest.Wait()
			op.end(ErrCancelled)
			if messages, _ := progressOf(t, op.fails(t, Cancelled)); messages != "0 1" {
				t.Errorf("got %q", messages)
			}
		})
	})
	t.Run("a wrong message", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, testLimits, echo)
			r.connect()
			for want, op := range map[string]*running[Processed]{
				"requests[1].txt":       start(r.ProcessClientStream(on("c1", grpcops.ClientStream), nil, json.RawMessage(`[{},{"txt":1}]`))),
				"exchangeOrder[2].text": start(r.ProcessBidiStream(on("c1", grpcops.BidiStream), nil, []json.RawMessage{say("a"), []byte("null"), []byte(`{"text":1}`)}, true)),
			} {
				_, err := op.wait()
				var wrong *grpcops.ParamError
				if !errors.As(err, &wrong) || wrong.Path != want {
					t.Errorf("got %v, want %s", err, want)
				}
				if _, sent := progressOf(t, err); sent != 0 {
					t.Errorf("%d sent", sent)
				}
			}
		})
	})
	t.Run("too much", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, testLimits, func(rpc grpc.ServerStream) error {
				for {
					if err := send(rpc, strings.Repeat("x", 100<<10)); err != nil {
						return err
					}
				}
			})
			r.connect()
			start(r.ProcessServerStream(on("c1", grpcops.ServerStream), nil, nil)).ends(t, 8)
		})
	})
}

// TestProcessHoldsAFloodBack where the server sends and never reads: what is
// taken in while sending is bounded.
func TestProcessHoldsAFloodBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		flooded := 0
		r := newRig(t, testLimits, func(rpc grpc.ServerStream) error {
			for flooded = 0; flooded < 500; flooded++ {
				if err := send(rpc, strings.Repeat("x", 100<<10)); err != nil {
					return err
				}
			}
			return silent(rpc)
		})
		r.connect()
		var order []json.RawMessage
		for i := range 100 {
			order = append(order, large(i))
		}
		op := start(r.ProcessBidiStream(on("c1", grpcops.BidiStream), nil, order, true))
		if _, err := op.wait(); err == nil {
			t.Error("it succeeds")
		}
		synctest.Wait()
		if bytes := flooded * 100 << 10; bytes > 8*testLimits.CollectBytes {
			t.Errorf("%d bytes were taken in, of %d that one call may gather", bytes, testLimits.CollectBytes)
		}
	})
}
