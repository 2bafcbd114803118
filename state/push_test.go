package state

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/grpcline/grpcline/grpcops"
)

// push opens a server stream that pushes, and returns what lets it begin to.
func (r *rig) push(window int) (told func()) {
	r.t.Helper()
	op, err := r.OpenStream(grpcops.ServerStream, on("c1", grpcops.ServerStream), StreamOptions{Push: &Push{Window: window}})
	untold(op, err).must(r.t)
	return op.Told
}

// nothing fails where something was pushed.
func (r *rig) nothing() {
	r.t.Helper()
	synctest.Wait()
	select {
	case text := <-r.pushed:
		r.t.Fatalf("pushed was %s", text)
	default:
	}
}

func pushedText(i int) string { return fmt.Sprintf(`s1 {"text":"%d"}`, i) }

// TestPush sends messages once it may start, and then the end.
func TestPush(t *testing.T) {
	for _, test := range []struct {
		name string
		end  error
		want string
	}{{"OK", nil, "s1 OK"}, {"a failure", status.Error(codes.Aborted, "no"), "s1 ABORTED"}} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, testLimits, counter(3, test.end))
				r.connect()
				told := r.push(0)
				start(r.GetHeaders("s1", "", nil)).must(t)
				r.nothing()
				told()
				for i := range 3 {
					if got := <-r.pushed; got != pushedText(i) {
						t.Errorf("got %s, want %s", got, pushedText(i))
					}
				}
				if got := <-r.pushed; got != test.want {
					t.Errorf("got %s, want %s", got, test.want)
				}
				start(r.GetMessages("s1", "", 1, nil)).fails(t, Pushing)
				start(r.CloseStream("s1", "")).must(t)
				r.nothing()
			})
		})
	}
}

// TestPushWindow holds messages back until they are acknowledged.
func TestPushWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, testLimits, counter(7, nil))
		r.connect()
		told := r.push(2)
		told()
		next := 0
		expect := func(n int) {
			t.Helper()
			for range n {
				if got := <-r.pushed; got != pushedText(next) {
					t.Errorf("got %s, want %s", got, pushedText(next))
				}
				next++
			}
			r.nothing()
		}
		expect(2)
		start(r.AckMessages("s1", 1)).must(t)
		expect(1)
		start(r.AckMessages("s1", 0)).must(t)
		expect(0)
		var wrong *grpcops.ParamError
		if _, err := start(r.AckMessages("s1", 3)).wait(); !errors.As(err, &wrong) || wrong.Param != "count" {
			t.Errorf("more than there are: %v", err)
		}
		start(r.AckMessages("s1", 2)).must(t)
		expect(2)
		start(r.AckMessages("s1", 1)).must(t)
		start(r.AckMessages("s1", 1)).must(t)
		for range 2 {
			<-r.pushed
		}
		if got := <-r.pushed; got != "s1 OK" { // the end needs no room
			t.Errorf("got %s", got)
		}
	})
}

// TestAckWithoutAWindow is refused.
func TestAckWithoutAWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, testLimits, counter(0, nil))
		r.connect()
		r.push(0)()
		r.open(grpcops.ServerStream)
		for _, id := range []string{"s1", "s2"} {
			var wrong *grpcops.ParamError
			if _, err := start(r.AckMessages(id, 1)).wait(); !errors.As(err, &wrong) {
				t.Errorf("%s: %v", id, err)
			}
		}
		start(r.AckMessages("s3", 1)).fails(t, UnknownStream)
	})
}

// TestClosedPushSaysNothingMore whatever it waits for.
func TestClosedPushSaysNothingMore(t *testing.T) {
	for _, test := range []struct {
		name    string
		started bool
	}{{"the window", true}, {"its start", false}} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, testLimits, counter(7, nil))
				r.connect()
				told := r.push(1)
				if test.started {
					told()
					<-r.pushed
				}
				r.nothing()
				start(r.CloseStream("s1", "")).must(t)
				r.nothing()
			})
		})
	}
}

// TestCancelledPush ends with status 1.
func TestCancelledPush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, testLimits, func(rpc grpc.ServerStream) error { counter(1, nil)(rpc); return silent(rpc) })
		r.connect()
		r.push(0)()
		if got := <-r.pushed; got != pushedText(0) {
			t.Errorf("got %s", got)
		}
		if err := r.CancelStream("s1", ""); err != nil {
			t.Fatal(err)
		}
		if got := <-r.pushed; got != "s1 CANCELLED" {
			t.Errorf("got %s", got)
		}
	})
}

// TestPanicEndsOneStream and nothing else.
func TestPanicEndsOneStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, testLimits, counter(3, nil))
		defects := make(chan any, 1)
		r.pusher.Messages = func(string) func(context.Context, json.RawMessage) {
			return func(context.Context, json.RawMessage) { panic("test") }
		}
		r.pusher.Defect = func(panicked any) { defects <- panicked }
		r.connect()
		r.push(0)()
		if got := <-r.pushed; got != "s1 INTERNAL" {
			t.Errorf("got %s", got)
		}
		if got := <-defects; got != "test" {
			t.Errorf("told was %v", got)
		}
		r.open(grpcops.ServerStream)
		if got := texts(start(r.GetMessages("s2", "", 1, nil)).must(t).Messages); got != "0" {
			t.Errorf("another stream: %q", got)
		}
		start(r.CloseConnection("c1")).must(t)
	})
}
