package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/grpcline/grpcline/grpcops"
)

// gated is a server that reads only once it may, and then tells what it got.
type gated struct {
	read chan struct{} // closed: read to the end

	mu  sync.Mutex
	got []string
}

func newGated() *gated { return &gated{read: make(chan struct{})} }

func (g *gated) serve(rpc grpc.ServerStream) error {
	select {
	case <-g.read:
	case <-rpc.Context().Done():
		return rpc.Context().Err()
	}
	for {
		text, err := receiveText(rpc)
		if errors.Is(err, io.EOF) {
			return send(rpc, "done")
		}
		if err != nil {
			return err
		}
		g.mu.Lock()
		g.got = append(g.got, text[:4])
		g.mu.Unlock()
	}
}

// large is a message that fills much of what flow control lets through.
func large(n int) json.RawMessage { return say(fmt.Sprintf("%04d%s", n, strings.Repeat("x", 40<<10))) }

// TestHeldBackSends time out without being sent; what counts as sent arrives.
func TestHeldBackSends(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGated()
		r := newRig(t, testLimits, g.serve)
		r.connect()
		r.open(grpcops.ClientStream)
		sent := 0
		for {
			begin := time.Now()
			n, err := start(r.SendMessage("s1", "", large(sent))).wait()
			if err != nil {
				var progress *Progress
				if reasonOf(err) != WaitTimeout || !errors.As(err, &progress) || progress.Sent == nil || *progress.Sent != sent {
					t.Fatalf("send %d: %v", sent, err)
				}
				if took := time.Since(begin); took != 10*time.Second {
					t.Errorf("it took %v", took)
				}
				break
			}
			if sent++; n != sent {
				t.Fatalf("send %d is counted as %d", sent, n)
			}
			if sent > 1000 {
				t.Fatal("a server that never reads takes all")
			}
		}
		// Several at once: those that were handed over count.
		all := []string{}
		for i := range 5 {
			all = append(all, string(large(sent+i)))
		}
		n, err := start(r.SendMessages("s1", "", json.RawMessage("["+strings.Join(all, ",")+"]"))).wait()
		if reasonOf(err) != WaitTimeout || n != sent || !strings.HasSuffix(err.Error(), "none of the 5 messages was sent") {
			t.Errorf("several: %d, %v", n, err)
		}
		given := start(r.SendMessage("s1", "", large(9999)))
		synctest.Wait()
		given.end(errTest)
		if _, err := given.wait(); !errors.Is(err, errTest) {
			t.Errorf("a send that is given up: %v", err)
		}
		completing := start(r.CompleteSend("s1", ""))
		completing.must(t)
		close(g.read)
		if got := texts(start(r.GetMessages("s1", "", 1, nil)).must(t).Messages); got != "done" {
			t.Errorf("the response is %q", got)
		}
		if len(g.got) != sent {
			t.Errorf("%d messages are said to be sent, %d arrived", sent, len(g.got))
		}
		for i, text := range g.got {
			if text != fmt.Sprintf("%04d", i) {
				t.Errorf("message %d is %s", i, text)
			}
		}
	})
}

// TestPartOfABatchIsHeldBack sends what there is room for, and says how much.
func TestPartOfABatchIsHeldBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGated()
		r := newRig(t, testLimits, g.serve)
		r.connect()
		r.open(grpcops.ClientStream)
		all := []string{}
		for i := range 100 {
			all = append(all, string(large(i)))
		}
		messages := json.RawMessage("[" + strings.Join(all, ",") + "]")
		n, err := start(r.SendMessages("s1", "", messages)).wait()
		var progress *Progress
		if reasonOf(err) != WaitTimeout || !errors.As(err, &progress) || *progress.Sent != n || n == 0 || n == 100 {
			t.Fatalf("%d sent, %v", n, err)
		}
		close(g.read)
		synctest.Wait()
		if got := start(r.SendMessage("s1", "", large(100))).must(t); got != n+1 {
			t.Errorf("the next is number %d, after %d", got, n)
		}
		start(r.CompleteSend("s1", "")).must(t)
		start(r.GetMessages("s1", "", 1, nil)).must(t)
		if len(g.got) != n+1 || g.got[n-1] != fmt.Sprintf("%04d", n-1) || g.got[n] != "0100" {
			t.Errorf("%d arrived of %d: %v", len(g.got), n+1, g.got)
		}
	})
}

// TestSendOrder keeps the order in which sends were read.
func TestSendOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, testLimits, echo)
		r.connect()
		r.open(grpcops.BidiStream)
		var ops []Op[int]
		var want []string
		for i := range 50 {
			op, err := r.SendMessage("s1", "", say(fmt.Sprint(i)))
			if err != nil {
				t.Fatal(err)
			}
			ops = append(ops, op)
			want = append(want, fmt.Sprint(i))
		}
		completing := start(r.CompleteSend("s1", ""))
		for i := range ops {
			go func() {
				op := ops[len(ops)-1-i]
				defer op.Leave()
				if n, err := op.Do(t.Context()); err != nil || n != len(ops)-i {
					t.Errorf("send %d: %d, %v", len(ops)-1-i, n, err)
				}
			}()
			synctest.Wait()
		}
		completing.must(t)
		var got []string
		for len(got) < len(want) {
			got = append(got, texts(start(r.GetMessages("s1", "", 1, nil)).must(t).Messages))
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("got %v", got)
		}
	})
}

// TestSendRefusals in each state of a stream.
func TestSendRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, testLimits, echo)
		r.connect()
		r.open(grpcops.BidiStream)
		r.open(grpcops.ServerStream)
		start(r.SendMessage("s2", "", say("x"))).fails(t, NotSending)
		start(r.SendMessages("s2", "", json.RawMessage("[]"))).fails(t, NotSending)
		start(r.CompleteSend("s2", "")).fails(t, NotSending)
		for _, messages := range []string{`[{"text":5}]`, `[{"text":"x"},{"txt":"x"}]`, `[{},5]`} {
			_, err := start(r.SendMessages("s1", "", json.RawMessage(messages))).wait()
			var wrong *grpcops.ParamError
			if !errors.As(err, &wrong) || wrong.Param != "messages" {
				t.Errorf("%s: %v", messages, err)
			}
		}
		_, err := start(r.SendMessage("s1", "", json.RawMessage(`{"txt":""}`))).wait()
		var wrong *grpcops.ParamError
		if !errors.As(err, &wrong) || wrong.Param != "message" || wrong.Path != "message.txt" {
			t.Errorf("got %v", err)
		}
		if n := start(r.SendMessages("s1", "", json.RawMessage("[]"))).must(t); n != 0 {
			t.Errorf("nothing is counted as %d", n)
		}
		if n := start(r.SendMessages("s1", "", json.RawMessage(`[{"text":"a"},{"text":"b"}]`))).must(t); n != 2 {
			t.Errorf("two are counted as %d", n)
		}
		start(r.CompleteSend("s1", "")).must(t)
		start(r.CompleteSend("s1", "")).must(t)
		start(r.SendMessage("s1", "", say("x"))).fails(t, SendCompleted)
		if got := start(r.GetMessages("s1", "", 3, nil)).must(t); got.End == nil && len(got.Messages) == 0 {
			t.Errorf("got %+v", got)
		}
	})
}

// TestSendToAnEndedStream fails with its status, or with streamEnded where that
// is OK; what the server said stays.
func TestSendToAnEndedStream(t *testing.T) {
	for _, test := range []struct {
		name string
		end  error
		code uint32
	}{
		{"OK", nil, 0},
		{"a failure", status.Error(codes.NotFound, "no"), 5},
		{"a code of its own", status.Error(99, "odd"), 99},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, testLimits, func(rpc grpc.ServerStream) error {
					if err := send(rpc, "early"); err != nil {
						return err
					}
					return test.end
				})
				r.connect()
				r.open(grpcops.BidiStream)
				synctest.Wait()
				for range 2 {
					_, err := start(r.SendMessage("s1", "", say("x"))).wait()
					var progress *Progress
					if !errors.As(err, &progress) || progress.Sent == nil || *progress.Sent != 0 || progress.StreamID != "s1" {
						t.Fatalf("got %v", err)
					}
					var failed *grpcops.StatusError
					if test.code == 0 && reasonOf(err) != StreamEnded ||
						test.code != 0 && (!errors.As(err, &failed) || failed.Status.Code != test.code || progress.Reason != StreamEnded) {
						t.Errorf("got %v, %+v", err, progress)
					}
				}
				start(r.CompleteSend("s1", "")).must(t)
				if got := start(r.GetMessages("s1", "", 1, nil)).must(t); texts(got.Messages) != "early" {
					t.Errorf("got %+v", got)
				}
				for range 2 {
					getting := start(r.GetMessages("s1", "", 1, nil))
					if test.code != 0 {
						getting.ends(t, test.code)
					} else if got := getting.must(t); got.End == nil {
						t.Errorf("got %+v", got)
					}
				}
			})
		})
	}
}

// TestTooLargeToSend refuses a message over maxSendBytes; the stream goes on, and
// of several none is sent.
func TestTooLargeToSend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, testLimits, echo)
		p := testParams()
		most := 100
		p.MaxSendBytes = &most
		start(r.OpenConnection(p, "")).must(t)
		r.open(grpcops.BidiStream)
		long := string(say(strings.Repeat("x", 200)))
		var refused *grpcops.StatusError
		if _, err := start(r.SendMessage("s1", "", json.RawMessage(long))).wait(); !errors.As(err, &refused) || refused.Status.Name != "RESOURCE_EXHAUSTED" {
			t.Errorf("one: %v", err)
		}
		if _, err := start(r.SendMessages("s1", "", json.RawMessage(`[{"text":"first"},`+long+`]`))).wait(); !errors.As(err, &refused) || refused.Status.Name != "RESOURCE_EXHAUSTED" {
			t.Errorf("several: %v", err)
		}
		if n, err := start(r.SendMessage("s1", "", say("small"))).wait(); err != nil || n != 1 {
			t.Errorf("the next: %d, %v", n, err)
		}
		if got, err := start(r.GetMessages("s1", "", 1, nil)).wait(); err != nil || texts(got.Messages) != "small" {
			t.Errorf("the echo: %v, %v", got, err)
		}
	})
}
