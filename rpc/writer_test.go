package rpc

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/grpcline/grpcline/internal/memory"
)

// recorder is an output that keeps what is written, each write by itself. A
// write waits for gate where there is one.
type recorder struct {
	gate chan struct{}
	err  error

	mu     sync.Mutex
	writes []string
}

func (r *recorder) Write(p []byte) (int, error) {
	if r.gate != nil {
		<-r.gate
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		return 0, r.err
	}
	r.writes = append(r.writes, string(p))
	return len(p), nil
}

func (r *recorder) all() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.writes)
}

func TestWriterForms(t *testing.T) {
	for _, test := range []struct {
		name, in      string
		utf8, headers bool
		want          string
	}{
		{"a line", `{"a":1}`, false, false, "{\"a\":1}\n"},
		{"not ASCII", `{"a":"ы😀"}`, false, false, "{\"a\":\"\\u044b\\ud83d\\ude00\"}\n"},
		{"UTF-8", `{"a":"ы"}`, true, false, "{\"a\":\"ы\"}\n"},
		{"a frame", `{"a":1}`, false, true, "Content-Length: 7\r\n\r\n{\"a\":1}"},
		{"a frame that is not ASCII", `{"a":"ы"}`, false, true, "Content-Length: 14\r\n\r\n{\"a\":\"\\u044b\"}"},
		{"a frame in UTF-8", `{"a":"ы"}`, true, true, "Content-Length: 10\r\n\r\n{\"a\":\"ы\"}"},
	} {
		out := &recorder{}
		w := newWriter(out, test.utf8, memory.New(1<<20), nil)
		if test.headers {
			w.useHeaders()
		}
		w.add([]byte(test.in), 0)
		w.flush(false)
		if got := out.all(); !slices.Equal(got, []string{test.want}) {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

// TestWriterJoins writes what waits while another is being written in one go,
// large messages by themselves, and all in the order in which they came.
func TestWriterJoins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &recorder{gate: make(chan struct{})}
		w := newWriter(out, false, memory.New(1<<20), nil)
		w.add([]byte("first"), 0)
		go w.flush(false)
		synctest.Wait()
		large := strings.Repeat("x", largestChunk)
		for _, text := range []string{"a", "b", large, "c", "d"} {
			w.add([]byte(text), 0)
			w.flush(false)
		}
		close(out.gate)
		if err := w.drained(t.Context()); err != nil {
			t.Fatal(err)
		}
		want := []string{"first\n", "a\nb\n", large + "\n", "c\nd\n"}
		if got := out.all(); !slices.Equal(got, want) {
			t.Errorf("got %.40q", got)
		}
	})
}

// TestWriterLetsGo frees whoever has added a message, also where others add more
// all the time.
func TestWriterLetsGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &recorder{gate: make(chan struct{})}
		w := newWriter(out, false, memory.New(1<<20), nil)
		free := make(chan struct{})
		w.add([]byte("mine"), 0)
		go func() {
			w.flush(false)
			close(free)
		}()
		for range 10 {
			synctest.Wait() // a write is under way
			w.add([]byte("another's"), 0)
			w.flush(false)
			out.gate <- struct{}{}
		}
		synctest.Wait()
		select {
		case <-free:
		default:
			t.Error("one message is added and the messages of others are written without end")
		}
		close(out.gate)
		<-free
		if err := w.drained(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// TestWriterKeepsMessagesApart adds from many goroutines.
func TestWriterKeepsMessagesApart(t *testing.T) {
	out := &recorder{}
	w := newWriter(out, false, memory.New(1<<20), nil)
	var adding sync.WaitGroup
	const goroutines, each = 20, 50
	for g := range goroutines {
		adding.Go(func() {
			for i := range each {
				w.add(fmt.Appendf(nil, `{"g":%d,"i":%d}`, g, i), 0)
				if i%2 == 0 {
					w.flush(false)
				} else {
					w.flushSoon()
				}
			}
		})
	}
	adding.Wait()
	if err := w.drained(t.Context()); err != nil {
		t.Fatal(err)
	}
	next := [goroutines]int{}
	lines := strings.Split(strings.TrimSuffix(strings.Join(out.all(), ""), "\n"), "\n")
	for _, line := range lines {
		var g, i int
		if _, err := fmt.Sscanf(line, `{"g":%d,"i":%d}`, &g, &i); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if next[g] != i {
			t.Fatalf("goroutine %d: message %d comes before %d", g, i, next[g])
		}
		next[g]++
	}
	if len(lines) != goroutines*each {
		t.Errorf("%d lines, want %d", len(lines), goroutines*each)
	}
}

// TestWriterGivesBack what the account counts, of requests when they are answered, and of answers
// when they are written.
func TestWriterGivesBack(t *testing.T) {
	a := memory.New(1 << 20)
	w := newWriter(&recorder{}, false, a, nil)
	a.Admit(1000)
	w.add([]byte("answer"), 1000)
	if requests, replies := a.Held(); requests != 0 || replies != len("answer\n") {
		t.Errorf("a waiting answer holds %d and %d bytes", requests, replies)
	}
	w.flush(false)
	if requests, replies := a.Held(); requests != 0 || replies != 0 {
		t.Errorf("a written answer holds %d and %d bytes", requests, replies)
	}
}

// TestWriterFails tells once that the output is gone, and drops the rest.
func TestWriterFails(t *testing.T) {
	gone := errors.New("gone")
	a := memory.New(1 << 20)
	out := &recorder{err: gone}
	w := newWriter(out, false, a, nil)
	for range 3 {
		w.add([]byte("x"), 0)
		w.flush(false)
	}
	select {
	case <-w.failed:
	default:
		t.Error("failed is not closed")
	}
	if err := w.drained(t.Context()); !errors.Is(err, gone) {
		t.Errorf("drained: %v", err)
	}
	w.push(t.Context(), nil, []byte("y"), nil)
	if requests, replies := a.Held(); requests != 0 || replies != 0 {
		t.Errorf("what is dropped holds %d and %d bytes", requests, replies)
	}
}

// TestPushIsHeldBack holds notifications back while much waits to be written, and
// answers not.
func TestPushIsHeldBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &recorder{gate: make(chan struct{})}
		w := newWriter(out, false, memory.New(1<<30), nil)
		w.add([]byte(strings.Repeat("x", backlog)), 0)
		w.flushSoon()
		ctx, cancel := context.WithCancel(t.Context())
		pushed := make(chan string)
		for _, name := range []string{"a", "b"} {
			ctx := ctx
			if name == "a" {
				ctx = t.Context()
			}
			go func() {
				w.push(ctx, nil, []byte(name), nil)
				pushed <- name
			}()
		}
		w.add([]byte("answer"), 0)
		w.flush(false) // does not wait either: somebody is writing
		synctest.Wait()
		select {
		case name := <-pushed:
			t.Errorf("%s was pushed past the backlog", name)
		default:
		}
		cancel()
		if name := <-pushed; name != "b" {
			t.Errorf("%s gave up", name)
		}
		close(out.gate)
		if name := <-pushed; name != "a" {
			t.Errorf("%s was pushed", name)
		}
		if err := w.drained(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(out.all(), ""); !strings.HasSuffix(got, "x\nanswer\na\n") {
			t.Errorf("got …%q", got[len(got)-20:])
		}
	})
}

// TestPushesShareTheBacklog lets one in when there is room for one.
func TestPushesShareTheBacklog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &recorder{gate: make(chan struct{})}
		w := newWriter(out, false, memory.New(1<<30), nil)
		w.add([]byte(strings.Repeat("x", backlog)), 0)
		w.flushSoon()
		var pushing sync.WaitGroup
		for range 10 {
			pushing.Go(func() { w.push(t.Context(), nil, []byte(strings.Repeat("y", backlog)), nil) })
		}
		synctest.Wait()
		out.gate <- struct{}{}
		synctest.Wait()
		w.mu.Lock()
		if w.queue.bytes > 2*backlog {
			t.Errorf("%d bytes wait to be written", w.queue.bytes)
		}
		w.mu.Unlock()
		close(out.gate)
		pushing.Wait()
		if err := w.drained(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// TestDrainedGivesUp when its context ends.
func TestDrainedGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &recorder{gate: make(chan struct{})}
		w := newWriter(out, false, memory.New(1<<20), nil)
		w.add([]byte("x"), 0)
		w.flushSoon()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := w.drained(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		close(out.gate)
	})
}
