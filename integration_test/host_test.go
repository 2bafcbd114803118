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
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// HostOptions says how a worker is started.
type HostOptions struct {
	Args    []string
	Dir     string            // the worker's current folder
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

// CloseInput ends the worker's input.
func (h *Host) CloseInput() {
	h.closing.Do(func() {
		if h.stdin != nil {
			h.stdin.Close()
		}
	})
}

// CloseOutput closes the reading end of the worker's output.
func (h *Host) CloseOutput() {
	h.mu.Lock()
	h.leaving = true
	h.mu.Unlock()
	h.stdout.Close()
}

// Signal sends the worker a signal.
func (h *Host) Signal(sig syscall.Signal) {
	h.t.Helper()
	if err := h.cmd.Process.Signal(sig); err != nil {
		h.t.Fatal(err)
	}
}

// Exit ends the input, waits for the process and returns its exit code.
func (h *Host) Exit() int {
	h.t.Helper()
	h.CloseInput()
	return h.Wait()
}

// Wait waits for the process and returns its exit code.
func (h *Host) Wait() int {
	h.t.Helper()
	select {
	case <-h.exited:
	case <-time.After(guard):
		h.hangs("the worker does not end")
	}
	<-h.ended
	return h.cmd.ProcessState.ExitCode()
}

// PID returns the worker's process id.
func (h *Host) PID() int { return h.cmd.Process.Pid }

// Stderr returns what the worker has logged so far.
func (h *Host) Stderr() string { return h.stderr.String() }

func (h *Host) cleanup() {
	defer h.stdout.Close()
	h.CloseInput()
	if h.t.Failed() {
		_ = h.cmd.Process.Kill() // it may be gone already
		<-h.exited
		return
	}
	h.Wait()
	if h.leaving || h.t.Failed() {
		return
	}
	if h.reading != nil {
		h.fatalf("the output is malformed: %v", h.reading)
	}
	if code := h.cmd.ProcessState.ExitCode(); code != 0 {
		h.fatalf("the worker exited with %d", code)
	}
	for id, box := range h.answers {
		for _, m := range box.rest() {
			h.t.Errorf("nobody asked for the answer %s: %s %v", id, m.Result, m.Error)
		}
	}
	for _, batch := range h.batches.rest() {
		h.t.Errorf("nobody asked for the batch %v", batch)
	}
	if log := h.Stderr(); strings.Contains(log, "DATA RACE") || strings.Contains(log, "panic") {
		h.t.Errorf("the worker logged a defect:\n%.5000s", log)
	}
}

// hangs fails the test with the goroutines of a worker that does not go on.
func (h *Host) hangs(what string) {
	h.t.Helper()
	_ = h.cmd.Process.Signal(syscall.SIGQUIT) // makes it write them
	select {
	case <-h.exited:
	case <-time.After(5 * time.Second):
	}
	h.fatalf("%s", what)
}

// fatalf fails the test with everything that is known about the worker.
func (h *Host) fatalf(format string, args ...any) {
	h.t.Helper()
	h.t.Fatalf("%s\n--- transcript\n%s--- stderr\n%.20000s",
		fmt.Sprintf(format, args...), h.script.String(), h.Stderr())
}
