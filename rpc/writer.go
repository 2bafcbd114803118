package rpc

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"sync"

	"github.com/grpcline/grpcline/internal/jsonscan"
)

// writer puts messages on the output: each in one write, several that wait
// together in one, never one inside another.
//
// There is no goroutine of its own while little happens: whoever adds a message
// writes it, unless somebody is writing. What has come meanwhile is left to a
// goroutine that writes until nothing waits, so that nobody is kept.
type writer struct {
	out    io.Writer
	utf8   bool // leave characters outside ASCII as they are
	budget *budget

	mu      sync.Mutex
	headers bool // Content-Length framing
	queue   []outgoing
	queued  int // bytes of queue and of what is being written
	writing bool
	group   []byte        // memory of the one that writes, for messages written together
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
	text = w.escaped(text)
	w.mu.Lock()
	w.enqueue(text, taken)
	w.mu.Unlock()
}

// escaped writes characters outside ASCII as \uXXXX, unless they may stay.
func (w *writer) escaped(text []byte) []byte {
	if w.utf8 || jsonscan.ASCII(text) {
		return text
	}
	return jsonscan.AppendASCII(make([]byte, 0, len(text)*2), text)
}

// enqueue frames a message and queues it. w.mu must be held.
func (w *writer) enqueue(text []byte, taken int) {
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

// flush writes a group of what is queued, unless somebody is writing, and leaves
// the rest to a goroutine.
func (w *writer) flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.writing || len(w.queue) == 0 {
		return
	}
	w.writing = true
	w.writeGroup()
	if len(w.queue) == 0 {
		w.writing = false
		return
	}
	go w.writeAll()
}

// flushSoon flushes on another goroutine: for the reader, which must not wait for
// the host to read.
func (w *writer) flushSoon() {
	w.mu.Lock()
	w.startWriting()
	w.mu.Unlock()
}

// startWriting starts a goroutine that writes what is queued, unless somebody is
// writing. w.mu must be held.
func (w *writer) startWriting() {
	if !w.writing && len(w.queue) > 0 {
		w.writing = true
		go w.writeAll()
	}
}

// writeAll writes until nothing is queued. Its caller has set writing.
func (w *writer) writeAll() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.queue) > 0 {
		w.writeGroup()
	}
	w.queue = nil
	w.writing = false
}

// writeGroup writes the first message of the queue, and small ones that follow,
// in one write. w.mu must be held; it is not while writing.
func (w *writer) writeGroup() {
	text, refund := w.queue[0].text, w.queue[0].refund
	n := 1
	if len(w.queue) > 1 && len(text)+len(w.queue[1].text) <= joined {
		text = append(w.group[:0], text...)
	}
	for n < len(w.queue) && len(text)+len(w.queue[n].text) <= joined {
		text = append(text, w.queue[n].text...)
		refund += w.queue[n].refund
		n++
	}
	if n > 1 {
		w.group = text
	}
	w.queue = w.queue[n:]
	if w.err == nil {
		w.mu.Unlock()
		_, err := w.out.Write(text)
		w.mu.Lock()
		if err != nil {
			w.err = fmt.Errorf("writing the output: %w", err)
			close(w.failed)
		}
	}
	w.budget.give(refund)
	w.queued -= refund
	if w.room != nil {
		close(w.room)
		w.room = nil
	}
}

// backlog is how many bytes may wait before a push is held back.
const backlog = 1 << 20

// push adds a notification, which another goroutine writes: the next one can be
// received meanwhile. It does so once little waits to be written, and gives up when ctx
// ends or writing has failed.
func (w *writer) push(ctx context.Context, text []byte) {
	text = w.escaped(text)
	for {
		w.mu.Lock()
		if w.err != nil {
			w.mu.Unlock()
			return
		}
		if w.queued < backlog {
			w.enqueue(text, 0)
			w.startWriting()
			w.mu.Unlock()
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

// failure is what writing has failed with, nil while it has not.
func (w *writer) failure() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// drained waits until all is written or writing has failed, at most until ctx
// ends: then the host does not read, which is an error, too.
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
			return fmt.Errorf("the host does not read, and answers are left: %w", ctx.Err())
		}
	}
}
