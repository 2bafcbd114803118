package state

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/grpcline/grpcline/grpcops"
)

// counter sends n texts and ends with err.
func counter(n int, err error) script {
	return func(rpc grpc.ServerStream) error {
		for i := range n {
			if err := send(rpc, fmt.Sprint(i)); err != nil {
				return err
			}
		}
		return err
	}
}

// TestGetMessages takes what is there, in order, and then the end.
func TestGetMessages(t *testing.T) {
	for _, test := range []struct {
		name string
		max  int
		want []string
	}{
		{"one by one", 1, []string{"0", "1", "2"}},
		{"two by two", 2, []string{"0 1", "2"}},
		{"all", 100, []string{"0 1 2"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, testLimits, counter(3, nil))
				r.connect()
				r.open(grpcops.ServerStream)
				start(r.GetHeaders("s1", "", nil)).must(t)
				synctest.Wait()
				for i, want := range test.want {
					got := start(r.GetMessages("s1", "", test.max, nil)).must(t)
					if texts(got.Messages) != want || (got.End != nil) != (i == len(test.want)-1) {
						t.Errorf("take %d: %+v", i, got)
					}
				}
				for range 2 {
					if got := start(r.GetMessages("s1", "", test.max, nil)).must(t); len(got.Messages) != 0 || got.End == nil || got.End.Origin != grpcops.OriginServer {
						t.Errorf("the end: %+v", got)
					}
				}
			})
		})
	}
}

// TestMessagesBeforeAFailure are handed out first.
func TestMessagesBeforeAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, testLimits, counter(3, status.Error(codes.Aborted, "enough")))
		r.connect()
		r.open(grpcops.ServerStream)
		start(r.GetHeaders("s1", "", nil)).must(t)
		synctest.Wait()
		if got := start(r.GetMessages("s1", "", 100, nil)).must(t); texts(got.Messages) != "0 1 2" || got.End != nil {
			t.Errorf("got %+v", got)
		}
		for range 2 {
			failed := start(r.GetMessages("s1", "", 100, nil)).ends(t, 10)
			if failed.Status.Message != "enough" || failed.Origin != grpcops.OriginServer {
				t.Errorf("got %+v", failed)
			}
		}
	})
}

// TestWaitTimesOut and loses nothing.
func TestWaitTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, testLimits, echo)
		r.connect()
		call := on("c1", grpcops.BidiStream)
		own := 3000
		call.TimeoutMs = &own
		start(r.OpenStream(grpcops.BidiStream, call, StreamOptions{})).must(t)
		second := 1000
		for _, test := range []struct {
			given *int
			want  time.Duration
		}{{nil, 3 * time.Second}, {&second, time.Second}} {
			begin := time.Now()
			for name, err := range map[string]error{
				"getMessage": start(r.GetMessages("s1", "", 1, test.given)).fails(t, WaitTimeout),
			} {
				if took := time.Since(begin); took != test.want {
					t.Errorf("%s took %v: %v", name, took, err)
				}
			}
		}
		start(r.GetHeaders("s1", "", &second)).fails(t, WaitTimeout)
		start(r.SendMessage("s1", "", say("x"))).must(t)
		if got := start(r.GetMessages("s1", "", 1, nil)).must(t); texts(got.Messages) != "x" {
			t.Errorf("got %+v", got)
		}
	})
}

// TestGivenUpWaitTakesNothing leaves messages to the one behind it.
func TestGivenUpWaitTakesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, testLimits, echo)
		r.connect()
		r.open(grpcops.BidiStream)
		first, second, third := start(r.GetMessages("s1", "", 1, nil)), start(r.GetMessages("s1", "", 1, nil)), start(r.GetMessages("s1", "", 1, nil))
		synctest.Wait()
		second.end(errTest)
		first.end(errTest)
		for _, op := range []*running[Taken]{first, second} {
			if _, err := op.wait(); !errors.Is(err, errTest) {
				t.Errorf("got %v", err)
			}
		}
		start(r.SendMessage("s1", "", say("x"))).must(t)
		if got := third.must(t); texts(got.Messages) != "x" {
			t.Errorf("got %+v", got)
		}
	})
}

// TestServerIsHeldBack while nobody reads, and all of it comes later.
func TestServerIsHeldBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const messages = 300
		done := make(chan struct{})
		r := newRig(t, testLimits, func(rpc grpc.ServerStream) error {
			defer close(done)
			for i := range messages {
				if err := send(rpc, fmt.Sprintf("%d %s", i, strings.Repeat("x", 16<<10))); err != nil {
					return err
				}
			}
			return nil
		})
		r.connect()
		r.open(grpcops.ServerStream)
		for i := range messages {
			if i == 1 {
				synctest.Wait()
				select {
				case <-done:
					t.Fatal("a server is not held back though nobody reads")
				default:
				}
				if st := r.Snapshot(time.Now()).Streams[0]; st.Waiting > testLimits.ReadAhead || st.WaitingBytes > testLimits.ReadAheadSize {
					t.Errorf("read ahead is %+v", st)
				}
				start(r.CallMethod(Call{Ref: Ref{ID: "c1"}, Target: grpcops.Target{Service: "test.S", Method: "Nobody"}})).wait() // goes on meanwhile
			}
			got := start(r.GetMessages("s1", "", 1, nil)).must(t)
			if text := texts(got.Messages); !strings.HasPrefix(text, fmt.Sprint(i, " ")) {
				t.Fatalf("message %d is %.20s", i, text)
			}
		}
		if got := start(r.GetMessages("s1", "", 1, nil)).must(t); got.End == nil {
			t.Errorf("got %+v", got)
		}
	})
}

// TestHeaders come before the first message, once, and stay.
func TestHeaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		proceed := make(chan struct{})
		r := newRig(t, testLimits, func(rpc grpc.ServerStream) error {
			if err := rpc.SendHeader(metadata.Pairs("name", "a", "name", "b", "raw-bin", "\x00\xFF")); err != nil {
				return err
			}
			<-proceed
			rpc.SetTrailer(metadata.Pairs("end", "z"))
			return nil
		})
		r.connect()
		r.open(grpcops.BidiStream)
		for range 2 {
			md := start(r.GetHeaders("s1", "", nil)).must(t)
			if fmt.Sprintf("%q %q", md["name"], md["raw-bin"]) != `["a" "b"] ["\x00\xff"]` {
				t.Errorf("got %q", md)
			}
		}
		close(proceed)
		end := start(r.GetMessages("s1", "", 1, nil)).must(t).End
		if end == nil || fmt.Sprint(end.Trailers["end"], end.Headers["name"]) != "[z] [a b]" {
			t.Errorf("the end: %+v", end)
		}
	})
}

// TestDeadline of the RPC ends the stream with status 4.
func TestDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, testLimits, silent)
		r.connect()
		deadline := 2000
		begin := time.Now()
		start(r.OpenStream(grpcops.BidiStream, on("c1", grpcops.BidiStream), StreamOptions{DeadlineMs: &deadline})).must(t)
		start(r.GetMessages("s1", "", 1, nil)).ends(t, 4)
		if took := time.Since(begin); took != 2*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

// TestCancelStream in each state.
func TestCancelStream(t *testing.T) {
	t.Run("opening", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, testLimits, echo)
			connection := start(r.OpenConnection(waitingParams(), ""))
			opening := start(r.OpenStream(grpcops.BidiStream, on("c1", grpcops.BidiStream), StreamOptions{}))
			following := start(r.GetMessages("s1", "", 1, nil))
			synctest.Wait()
			if err := r.CancelStream("s1", ""); err != nil {
				t.Fatal(err)
			}
			opening.ends(t, 1)
			following.fails(t, OpenFailed)
			if err := r.CancelStream("s1", ""); reasonOf(err) != OpenFailed {
				t.Errorf("again: %v", err)
			}
			if connection.isDone() {
				t.Error("the connection's opening has ended as well")
			}
			connection.end(errTest)
			connection.wait()
		})
	})
	t.Run("open", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			gone := make(chan struct{})
			r := newRig(t, testLimits, func(rpc grpc.ServerStream) error {
				defer close(gone)
				if err := send(rpc, "a"); err != nil {
					return err
				}
				return silent(rpc)
			})
			r.connect()
			r.open(grpcops.BidiStream)
			start(r.GetHeaders("s1", "", nil)).must(t)
			synctest.Wait()
			if err := r.CancelStream("s1", "c1"); err != nil {
				t.Fatal(err)
			}
			<-gone
			if got := start(r.GetMessages("s1", "", 1, nil)).must(t); texts(got.Messages) != "a" {
				t.Errorf("what came before: %+v", got)
			}
			for range 2 {
				if failed := start(r.GetMessages("s1", "", 1, nil)).ends(t, 1); failed.Origin != grpcops.OriginClient {
					t.Errorf("the end: %+v", failed)
				}
			}
			start(r.SendMessage("s1", "", say("x"))).ends(t, 1)
			start(r.CompleteSend("s1", "")).must(t)
			start(r.CloseStream("s1", "")).must(t)
		})
	})
	t.Run("ended", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, testLimits, counter(1, nil))
			r.connect()
			r.open(grpcops.ServerStream)
			start(r.GetHeaders("s1", "", nil)).must(t)
			synctest.Wait()
			if err := r.CancelStream("s1", ""); err != nil {
				t.Fatal(err)
			}
			if got := start(r.GetMessages("s1", "", 9, nil)).must(t); texts(got.Messages) != "0" || got.End == nil {
				t.Errorf("got %+v", got)
			}
		})
	})
	t.Run("unknown", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, testLimits, echo)
			if err := r.CancelStream("s1", ""); reasonOf(err) != UnknownStream {
				t.Errorf("got %v", err)
			}
		})
	})
}

// TestEndedStreamIsListed as ended once its end was received, which is not before
// something is asked of it.
func TestEndedStreamIsListed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, testLimits, counter(2, nil))
		r.connect()
		r.open(grpcops.ServerStream)
		synctest.Wait()
		if st := r.Snapshot(time.Now()).Streams[0]; st.State != "open" || st.Method != "test.S/Server" || st.Kind != "serverStream" {
			t.Errorf("got %+v", st)
		}
		start(r.GetMessages("s1", "", 9, nil)).must(t)
		synctest.Wait()
		if st := r.Snapshot(time.Now()).Streams[0]; st.State != "ended" {
			t.Errorf("after reading: %+v", st)
		}
	})
}

// TestCancelStreamKeepsWhatCame also where nobody has read anything yet.
func TestCancelStreamKeepsWhatCame(t *testing.T) {
	for range 20 { // what is lost depends on which of two goroutines is first
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, testLimits, func(rpc grpc.ServerStream) error {
				if err := counter(3, nil)(rpc); err != nil {
					return err
				}
				return silent(rpc)
			})
			r.connect()
			r.open(grpcops.ServerStream)
			synctest.Wait() // all three are at this side
			if err := r.CancelStream("s1", ""); err != nil {
				t.Fatal(err)
			}
			var got []string
			for range 3 {
				taken, err := start(r.GetMessages("s1", "", 1, nil)).wait()
				if err != nil {
					t.Fatalf("after %q: %v", got, err)
				}
				got = append(got, texts(taken.Messages))
			}
			if fmt.Sprint(got) != "[0 1 2]" {
				t.Errorf("got %q", got)
			}
			start(r.GetMessages("s1", "", 1, nil)).ends(t, 1)
		})
	}
}
