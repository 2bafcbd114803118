package integration_test

import (
	"bytes"
	"fmt"
	"sync"
)

// transcript keeps the last lines between a host and its worker, each cut to
// a length that can be read.
type transcript struct {
	mu    sync.Mutex
	lines []string
}

func (t *transcript) add(direction string, line []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.lines) >= 200 {
		t.lines = append(t.lines[:0], t.lines[100:]...)
	}
	line = bytes.TrimRight(line, "\r\n")
	if len(line) > 600 {
		line = fmt.Appendf(nil, "%s… (%d bytes)", line[:600], len(line))
	}
	t.lines = append(t.lines, direction+" "+string(line)+"\n")
}

func (t *transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var b bytes.Buffer
	for _, line := range t.lines {
		b.WriteString(line)
	}
	return b.String()
}

// lockedBuffer is a buffer that one goroutine writes and others read.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
