package rpc

import (
	"context"
	"io"
	"strconv"
	"sync"

	"github.com/grpcline/grpcline/internal/jsonscan"
)

// writer puts messages on the output: each in one write, several that wait
// together in one, never one inside another.
//
// There is no goroutine of its own. Whoever adds a message writes all that waits,
// unless somebody does so already.
type writer struct {
	out    io.Writer
	utf8   bool // leave characters outside ASCII as they are
	budget *budget

	mu      sync.Mutex
	headers bool // Content-Length framing
	queue   []outgoing
	queued  int // bytes of queue and of what is being written
	writing bool
	room    chan struct{} // closed when queued falls; nil while nobody waits
	err     error
	failed  chan struct{} // closed when writing has failed
}

// outgoing is a framed message and what its being written gives back.
type outgoing struct {
	text   []byte
	refund int
}

func newWriter(out io.Writer, utf8 bool, b *budget) *writer {
	return &writer{out: out, utf8: utf8, budget: b, failed: make(chan struct{})}
}

// useHeaders turns Content-Length framing on.
func (w *writer) useHeaders() {
	w.mu.Lock()
	w.headers = true
	w.mu.Unlock()
}

// add queues a message, which is JSON without a line end, and takes ownership of
// it. taken is what its request took of the budget. It never blocks; flush must
// follow.
func (w *writer) add(text []byte, taken int) {
	if !w.utf8 && !jsonscan.ASCII(text) {
		text = jsonscan.AppendASCII(make([]byte, 0, len(text)*2), text)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.headers {
		text = append([]byte("Content-Length: "+strconv.Itoa(len(text))+"\r\n\r\n"), text...)
	} else {
		text = append(text, '\n')
	}
	w.budget.add(len(text) - taken)
	w.queue = append(w.queue, outgoing{text, len(text)})
	w.queued += len(text)
}

// joined is how many bytes of small messages are written together.
const joined = 64 << 10

// flush writes what is queued, unless somebody is writing: then that one does.
func (w *writer) flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.writing {
		return
	}
	w.writing = true
	for len(w.queue) > 0 {
		text := w.queue[0].text
		n := 1
		for n < len(w.queue) && len(text)+len(w.queue[n].text) <= joined {
			text = append(text, w.queue[n].text...)
			n++
		}
		refund := 0
		for _, o := range w.queue[:n] {
			refund += o.refund
		}
		w.queue = w.queue[n:]
		failed := w.err != nil
		w.mu.Unlock()
		var err error
		if !failed {
			_, err = w.out.Write(text)
		}
		w.budget.give(refund)
		w.mu.Lock()
		w.queued -= refund
		if err != nil {
			w.err = err
			close(w.failed)
		}
		if w.room != nil {
			close(w.room)
			w.room = nil
		}
	}
	w.queue = nil
	w.writing = false
}

// flushSoon flushes on another goroutine: for the reader, which must not wait for
// the host to read.
func (w *writer) flushSoon() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.writing {
		go w.flush()
	}
}

// backlog is how many bytes may wait before a push is held back.
const backlog = 1 << 20

// push adds a notification once little waits to be written. It gives up when ctx
// ends or writing has failed.
func (w *writer) push(ctx context.Context, text []byte) {
	for {
		w.mu.Lock()
		if w.queued < backlog {
			w.mu.Unlock()
			w.add(text, 0)
			w.flush()
			return
		}
		if w.room == nil {
			w.room = make(chan struct{})
		}
		room := w.room
		w.mu.Unlock()
		select {
		case <-room:
		case <-w.failed:
			return
		case <-ctx.Done():
			return
		}
	}
}

// drained waits until all is written or writing has failed, at most until ctx
// ends. It returns what writing failed with.
func (w *writer) drained(ctx context.Context) error {
	for {
		w.mu.Lock()
		if w.err != nil || w.queued == 0 {
			defer w.mu.Unlock()
			return w.err
		}
		if w.room == nil {
			w.room = make(chan struct{})
		}
		room := w.room
		w.mu.Unlock()
		select {
		case <-room:
		case <-w.failed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
