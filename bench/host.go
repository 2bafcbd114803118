package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// host drives a worker over its pipes as cheaply as a good host can. It is used
// by one goroutine; flood and stop say what else they do.
type host struct {
	in   io.WriteCloser
	out  *bufio.Reader
	wait func() error // for the worker's end
	kill func()
	next int // the id of the next request
	pid  int // of the worker, 0 where it is no process
}

// startHost starts a process and drives it. What it says on standard error is
// passed on.
func startHost(cmd *exec.Cmd) (*host, error) {
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	h := newHost(in, out)
	h.wait, h.pid = cmd.Wait, cmd.Process.Pid
	h.kill = func() { cmd.Process.Kill() }
	return h, nil
}

func newHost(in io.WriteCloser, out io.Reader) *host {
	return &host{
		in: in, out: bufio.NewReaderSize(out, lineBuffer), next: firstID,
		wait: func() error { return nil }, kill: func() {},
	}
}

// stop ends the input, reads what is left, and waits for the worker's end.
func (h *host) stop() error {
	closed := h.in.Close()
	_, read := io.Copy(io.Discard, h.out)
	return errors.Join(closed, read, h.wait())
}

// send writes a request and returns its id.
func (h *host) send(r *request) (int, error) {
	id := h.next
	h.next++
	_, err := h.in.Write(r.numbered(id))
	return id, err
}

// line reads a line, which is good until the next call.
func (h *host) line() ([]byte, error) {
	line, err := h.out.ReadSlice('\n')
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return line, err
}

// call sends a request and reads its answer, which is good until the next call.
func (h *host) call(r *request) ([]byte, error) {
	id, err := h.send(r)
	if err != nil {
		return nil, err
	}
	line, err := h.line()
	if err != nil {
		return nil, err
	}
	answered, err := answerID(line)
	if err != nil {
		return nil, err
	}
	if answered != id {
		return nil, fmt.Errorf("%d was asked and %d answered", id, answered)
	}
	return line, nil
}

// resultOf decodes the result of an answer. It is for what is not measured.
func resultOf[T any](line []byte) (T, error) {
	var answer struct {
		Result T `json:"result"`
	}
	err := json.Unmarshal(line, &answer)
	return answer.Result, err
}

// answer reads an answer with a result, whichever request it is of.
func (h *host) answer() ([]byte, error) {
	line, err := h.line()
	if err != nil {
		return nil, err
	}
	_, err = answerID(line)
	return line, err
}
