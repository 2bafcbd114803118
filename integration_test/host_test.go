package integration_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"
)

// HostOptions says how a worker is started.
type HostOptions struct {
	Args    []string
	Dir     string            // the worker's current folder
	Env     []string          // added to the test's own
	Stdin   *os.File          // instead of a pipe
	UTF8    bool              // output may be other than ASCII
	Headers bool              // Content-Length framing
	OnLine  func(line []byte) // takes the output, which is then not interpreted; line ends in LF and is only lent
}

// Host spawns a worker and owns its pipes. Every answer must be asked for by
// the test: one that is left over when the test ends fails it.
type Host struct {
	t       testing.TB
	o       HostOptions
	cmd     *exec.Cmd
	stdin   *os.File
	stdout  *os.File
	stderr  lockedBuffer
	script  transcript
	ended   chan struct{} // closed when the output has ended
	exited  chan struct{} // closed when the process is gone
	reading error         // why reading ended; read after ended

	writeMu sync.Mutex
	mu      sync.Mutex
	nextID  int
	answers map[string]*mailbox[Message]
	batches *mailbox[[]Message]
	notes   *mailbox[Message]
	closing sync.Once
	leaving bool // the test has closed the output on purpose
}

// Start spawns a worker that ends with the test.
func Start(t testing.TB, args ...string) *Host {
	t.Helper()
	return StartWith(t, HostOptions{Args: args})
}

// StartWith spawns a worker that ends with the test.
func StartWith(t testing.TB, o HostOptions) *Host {
	t.Helper()
	h := &Host{
		t: t, o: o, ended: make(chan struct{}), exited: make(chan struct{}),
		answers: map[string]*mailbox[Message]{},
		batches: newMailbox[[]Message](), notes: newMailbox[Message](),
	}
	h.cmd = exec.Command(workerBinary, o.Args...)
	h.cmd.Dir = o.Dir
	h.cmd.Env = append(os.Environ(), o.Env...)
	h.cmd.Stderr = &h.stderr
	childIn := o.Stdin
	if childIn == nil {
		childIn, h.stdin = pipe(t)
		defer childIn.Close()
	}
	var childOut *os.File
	h.stdout, childOut = pipe(t)
	defer childOut.Close()
	h.cmd.Stdin, h.cmd.Stdout = childIn, childOut
	if err := h.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(h.ended)
		h.reading = h.read(bufio.NewReaderSize(h.stdout, 1<<16))
	}()
	go func() {
		defer close(h.exited)
		_ = h.cmd.Wait() // the exit code is read from the state
	}()
	t.Cleanup(h.cleanup)
	return h
}

func pipe(t testing.TB) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	return r, w
}

func (h *Host) read(in *bufio.Reader) error {
	for {
		line, err := h.next(in)
		if err != nil {
			if errors.Is(err, io.EOF) && len(line) == 0 {
				return nil
			}
			return fmt.Errorf("%w after %.200q", err, line)
		}
		if h.o.OnLine != nil {
			h.o.OnLine(line)
			continue
		}
		h.script.add("<-", line)
		if err := h.take(line); err != nil {
			return fmt.Errorf("%w: %.500q", err, line)
		}
	}
}

func (h *Host) next(in *bufio.Reader) ([]byte, error) {
	if h.o.Headers {
		return readFrame(in)
	}
	line, err := in.ReadSlice('\n')
	if !errors.Is(err, bufio.ErrBufferFull) {
		return line, err
	}
	long := bytes.Clone(line)
	rest, err := in.ReadBytes('\n')
	return append(long, rest...), err
}

func (h *Host) take(line []byte) error {
	if err := checkLine(line, !h.o.UTF8); err != nil {
		return err
	}
	if line[0] == '[' {
		var parts []json.RawMessage
		if err := json.Unmarshal(line, &parts); err != nil {
			return err
		}
		batch := make([]Message, len(parts))
		for i, part := range parts {
			var err error
			if batch[i], err = parseMessage(part); err != nil {
				return err
			}
		}
		h.batches.put(batch)
		return nil
	}
	m, err := parseMessage(bytes.Clone(line))
	if err != nil {
		return err
	}
	if m.Method != "" {
		h.notes.put(m)
	} else {
		h.box(string(m.ID)).put(m)
	}
	return nil
}

func (h *Host) box(id string) *mailbox[Message] {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.answers[id] == nil {
		h.answers[id] = newMailbox[Message]()
	}
	return h.answers[id]
}
