package state

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/internal/memory"
)

var smallLimits = Limits{ReadAhead: 3, ReadAheadSize: 300}

func text(n int) json.RawMessage { return fmt.Appendf(nil, "%d", n) }

func okEnd() *grpcops.End { return &grpcops.End{Status: grpcops.OK()} }

func failedEnd() *grpcops.End {
	return &grpcops.End{Status: grpcops.Status{Code: 5, Name: "NOT_FOUND"}}
}

// TestInboxTakes gives out messages in order, and then the end again and again.
func TestInboxTakes(t *testing.T) {
	for _, test := range []struct {
		name string
		end  *grpcops.End
		max  int
		want []string // "messages end" of each take
	}{
		{"one by one", okEnd(), 1, []string{"[0] false", "[1] false", "[2] true", "[] true", "[] true"}},
		{"two by two", okEnd(), 2, []string{"[0 1] false", "[2] true", "[] true"}},
		{"all", okEnd(), 100, []string{"[0 1 2] true", "[] true"}},
		{"as many as there are", okEnd(), 3, []string{"[0 1 2] true", "[] true"}},
		{"a failure comes by itself", failedEnd(), 100, []string{"[0 1 2] false", "[] true", "[] true"}},
	} {
		b := newInbox(smallLimits, memory.New(1<<20))
		for i := range 3 {
			b.put(t.Context(), text(i))
		}
		b.finish(test.end)
		for i, want := range test.want {
			taken, err := b.take(t.Context(), test.max, nil)
			if got := fmt.Sprintf("%s %v", taken.Messages, taken.End != nil); err != nil || got != want {
				t.Errorf("%s: take %d: got %s, %v, want %s", test.name, i, got, err, want)
			}
		}
	}
}

// TestInboxHoldsBack whoever puts more than it may read ahead, until some is taken.
func TestInboxHoldsBack(t *testing.T) {
	large := json.RawMessage(fmt.Sprintf("%q", make([]byte, 60)))
	for _, test := range []struct {
		name     string
		messages []json.RawMessage
		held     int // how many get in
	}{
		{"by number", []json.RawMessage{text(0), text(1), text(2), text(3), text(4)}, 3},
		{"by size", []json.RawMessage{text(0), large, text(2)}, 1},
		{"a large one alone", []json.RawMessage{large, text(1)}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newInbox(smallLimits, memory.New(1<<20))
				done := make(chan struct{})
				go func() {
					defer close(done)
					for _, m := range test.messages {
						b.put(t.Context(), m)
					}
				}()
				synctest.Wait()
				if n, _ := b.counts(); n != test.held {
					t.Errorf("%d messages are read ahead, want %d", n, test.held)
				}
				for range test.messages {
					if _, err := b.take(t.Context(), 1, nil); err != nil {
						t.Fatal(err)
					}
				}
				<-done
				if n, size := b.counts(); n != 0 || size != 0 {
					t.Errorf("%d messages of %d bytes are left", n, size)
				}
			})
		})
	}
}

// TestInboxTakesAll lifts the bound, also for one that waits.
func TestInboxTakesAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newInbox(smallLimits, memory.New(1<<20))
		go func() {
			for i := range 100 {
				b.put(t.Context(), text(i))
			}
		}()
		synctest.Wait()
		b.takeUpTo(1 << 30)
		synctest.Wait()
		if n, _ := b.counts(); n != 100 {
			t.Errorf("%d messages are there", n)
		}
	})
}

// TestInboxKeepsWhatCameBeforeACancel also where there was no room.
func TestInboxKeepsWhatCameBeforeACancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newInbox(smallLimits, memory.New(1<<20))
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			for i := range 4 {
				b.put(ctx, text(i))
			}
			b.finish(failedEnd())
		}()
		synctest.Wait()
		cancel()
		synctest.Wait()
		taken, err := b.take(t.Context(), 100, nil)
		if err != nil || len(taken.Messages) != 4 {
			t.Errorf("got %v, %v", taken, err)
		}
	})
}

// TestInboxWaits for a message, or the end, or its context.
func TestInboxWaits(t *testing.T) {
	for _, test := range []struct {
		name string
		come func(b *inbox)
		want string
	}{
		{"a message", func(b *inbox) { b.put(context.Background(), text(1)) }, "[1] false <nil>"},
		{"the end", func(b *inbox) { b.finish(okEnd()) }, "[] true <nil>"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newInbox(smallLimits, memory.New(1<<20))
				got := make(chan string)
				go func() {
					taken, err := b.take(t.Context(), 10, nil)
					got <- fmt.Sprintf("%s %v %v", taken.Messages, taken.End != nil, err)
				}()
				synctest.Wait()
				test.come(b)
				if got := <-got; got != test.want {
					t.Errorf("got %s, want %s", got, test.want)
				}
			})
		})
	}
	b := newInbox(smallLimits, memory.New(1<<20))
	if _, err := b.take(cancelled(errTest), 1, nil); !errors.Is(err, errTest) {
		t.Errorf("a context that has ended: %v", err)
	}
	b.put(t.Context(), text(1))
	if taken, err := b.take(t.Context(), 1, nil); err != nil || len(taken.Messages) != 1 {
		t.Errorf("the message after it: %v, %v", taken, err)
	}
}

func TestInboxHeaders(t *testing.T) {
	headers := grpcops.Metadata{"a": {"b"}}
	for _, test := range []struct {
		name     string
		received bool
		end      *grpcops.End
		code     uint32
	}{
		{"received", true, nil, 0},
		{"received, then failed", true, failedEnd(), 0},
		{"none and OK", false, okEnd(), 0},
		{"none and failed", false, failedEnd(), 5},
	} {
		b := newInbox(smallLimits, memory.New(1<<20))
		b.begin(headers, test.received)
		if test.end != nil {
			b.finish(test.end)
		}
		md, err := b.header(t.Context())
		var failed *grpcops.StatusError
		if errors.As(err, &failed) != (test.code != 0) || err == nil && md == nil {
			t.Errorf("%s: %v, %v", test.name, md, err)
		}
	}
	for _, test := range []struct {
		name string
		make func(b *inbox)
	}{{"nothing", func(*inbox) {}}, {"no headers, no end", func(b *inbox) { b.begin(nil, false) }}} {
		b := newInbox(smallLimits, memory.New(1<<20))
		test.make(b)
		if _, err := b.header(cancelled(errTest)); !errors.Is(err, errTest) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}
