package integration_test

import (
	"fmt"
	"io"
	"strings"
	"syscall"
	"time"
)

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
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		h.stdout.Close()
	}()
	for {
		select {
		case <-closed:
			return
		case <-time.After(time.Second):
			// On Windows a read that begins in the moment of Close holds that up until
			// something comes.
			_, _ = io.WriteString(h.stdin, h.frame(`{"id":"close","method":"ping"}`))
		}
	}
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
