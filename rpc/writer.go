package rpc

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"sync"

	"github.com/grpcline/grpcline/internal/buffers"
	"github.com/grpcline/grpcline/internal/jsonscan"
	"github.com/grpcline/grpcline/internal/memory"
)

// writer puts messages on the output: each in one write, several that wait
// together in one, never one inside another.
//
// There is no goroutine of its own while little happens: whoever adds a message
// writes it, unless somebody is writing. What has come meanwhile is left to a
// goroutine that writes until nothing waits, so that nobody is kept.
type writer struct {
	out     io.Writer
	utf8    bool // leave characters outside ASCII as they are
	account *memory.Account

	mu      sync.Mutex
	queue   outqueue
	writing bool
	less    chan struct{} // closed when something was written; nil while nobody waits
	err     error
	failed  chan struct{} // closed when writing has failed
}

func newWriter(out io.Writer, utf8 bool, a *memory.Account, pool *buffers.Pool) *writer {
	return &writer{out: out, utf8: utf8, account: a, queue: outqueue{pool: pool}, failed: make(chan struct{})}
}

// useHeaders turns Content-Length framing on.
func (w *writer) useHeaders() {
	w.mu.Lock()
	w.queue.headers = true
	w.mu.Unlock()
}

// add queues a message, which is JSON without a line end, and takes ownership of
// it. taken is what its request took of the account. It never blocks; flush must
// follow.
func (w *writer) add(text []byte, taken int) {
	text = w.escaped(text)
	w.mu.Lock()
	defer w.mu.Unlock()
	size := w.queue.add(text)
	w.queue.last().refund += size
	w.account.Answered(taken, size)
}

// escaped writes characters outside ASCII as \uXXXX, unless they may stay.
func (w *writer) escaped(text []byte) []byte {
	if w.utf8 || jsonscan.ASCII(text) {
		return text
	}
	return jsonscan.AppendASCII(make([]byte, 0, len(text)*2), text)
}

// flush writes the first of what is queued, unless somebody is writing, and leaves
// the rest to a goroutine. Where more is to come, others that run go first, so that
// one write takes what they add.
func (w *writer) flush(more bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.writing || len(w.queue.chunks) == 0 {
		return
	}
	w.writing = true
	if more {
		w.mu.Unlock()
		runtime.Gosched()
		w.mu.Lock()
	}
	w.writeChunk()
	if len(w.queue.chunks) == 0 {
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
	if !w.writing && len(w.queue.chunks) > 0 {
		w.writing = true
		go w.writeAll()
	}
}

// writeAll writes until nothing is queued. Its caller has set writing.
func (w *writer) writeAll() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.queue.chunks) > 0 {
		w.writeChunk()
	}
	w.writing = false
}

// writeChunk writes the first chunk of the queue. w.mu must be held; it is not
// while writing.
func (w *writer) writeChunk() {
	c := w.queue.take()
	if w.err == nil {
		w.mu.Unlock()
		_, err := w.out.Write(c.text)
		w.mu.Lock()
		if err != nil {
			w.err = fmt.Errorf("writing the output: %w", err)
			close(w.failed)
		}
	}
	w.account.Written(c.refund)
	w.queue.wrote(c)
	if w.less != nil {
		close(w.less)
		w.less = nil
	}
}

// backlog is how many bytes may wait before a push is held back.
const backlog = 256 << 10

// push adds a notification, which message and what stands around it make up, and
// which another goroutine writes: the next one can be received meanwhile. It does so
// once little waits to be written, and gives up when ctx ends or writing has
// failed. It keeps nothing of what it is given.
func (w *writer) push(ctx context.Context, before, message, after []byte) {
	before, message = w.escaped(before), w.escaped(message)
	for {
		w.mu.Lock()
		if w.err != nil {
			w.mu.Unlock()
			return
		}
		if w.queue.bytes < backlog {
			w.queue.add(before, message, after)
			w.startWriting()
			w.mu.Unlock()
			return
		}
		if w.less == nil {
			w.less = make(chan struct{})
		}
		less := w.less
		w.mu.Unlock()
		select {
		case <-less:
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

// waiting is how many bytes are to be written.
func (w *writer) waiting() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.queue.bytes
}

// drained waits until all is written or writing has failed, at most until ctx
// ends: then the host does not read, which is an error, too.
func (w *writer) drained(ctx context.Context) error {
	for {
		w.mu.Lock()
		if w.err != nil || w.queue.bytes == 0 {
			defer w.mu.Unlock()
			return w.err
		}
		if w.less == nil {
			w.less = make(chan struct{})
		}
		less := w.less
		w.mu.Unlock()
		select {
		case <-less:
		case <-w.failed:
		case <-ctx.Done():
			return fmt.Errorf("the host does not read, and answers are left: %w", ctx.Err())
		}
	}
}
