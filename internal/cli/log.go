package cli

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/grpcline/grpcline/internal/process"
)

const (
	// logQueue is how many lines of the log may wait to be written.
	logQueue = 256
	// logFlush bounds the wait, at the end, for the lines that are still to be written.
	logFlush = 200 * time.Millisecond
)

// openLog makes the log, on standard error unless a file is named.
func (c *common) openLog() (log *slog.Logger, closeLog func(), err error) {
	out, closeFile := io.Writer(os.Stderr), func() {}
	switch {
	case c.logFile != "":
		f, err := os.OpenFile(c.logFile, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return nil, nil, fmt.Errorf("--log-file: %w", err)
		}
		out, closeFile = f, func() { f.Close() }
	case !c.utf8:
		out = process.StderrText()
	}
	w := newDroppingWriter(out)
	log = slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.Level(c.logLevel)}))
	return log, func() {
		if w.close() {
			closeFile()
		}
	}, nil
}

// droppingWriter writes lines without ever making its caller wait: a host that does
// not read standard error must not hold the worker up. Lines that find the queue full
// are dropped, and the next line that is written is preceded by their number.
//
// It owns one goroutine, which writes, and ends when close was called and all is
// written; if a write never returns, it is left to the end of the process.
type droppingWriter struct {
	out  io.Writer
	done chan struct{}

	mu      sync.Mutex
	lines   chan []byte // nil after close
	dropped int
}

func newDroppingWriter(out io.Writer) *droppingWriter {
	w := &droppingWriter{out: out, done: make(chan struct{}), lines: make(chan []byte, logQueue)}
	go w.run(w.lines)
	return w
}

// Write queues a line, or drops it.
func (w *droppingWriter) Write(line []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.lines == nil {
		return len(line), nil
	}
	select {
	case w.lines <- append([]byte(nil), line...):
	default:
		w.dropped++
	}
	return len(line), nil
}

func (w *droppingWriter) run(lines <-chan []byte) {
	defer close(w.done)
	for line := range lines {
		w.reportDropped()
		w.out.Write(line) // where the log cannot be written, nobody can be told
	}
	w.reportDropped()
}

func (w *droppingWriter) reportDropped() {
	w.mu.Lock()
	n := w.dropped
	w.dropped = 0
	w.mu.Unlock()
	if n > 0 {
		fmt.Fprintf(w.out, "level=WARN msg=\"the log was not read in time, and lines of it were dropped\" lines=%d\n", n)
	}
}

// close waits a while for the lines to be written, and tells whether they are.
func (w *droppingWriter) close() bool {
	w.mu.Lock()
	if w.lines != nil {
		close(w.lines)
		w.lines = nil
	}
	w.mu.Unlock()
	timer := time.NewTimer(logFlush)
	defer timer.Stop()
	select {
	case <-w.done:
		return true
	case <-timer.C:
		return false
	}
}
