package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
)

// resident is the memory that a process holds, in bytes (VmRSS of proc(5)).
func resident(pid int) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, &absent{"memory is read from /proc"}
	}
	for line := range bytes.Lines(text) {
		if value, ok := bytes.CutPrefix(line, []byte("VmRSS:")); ok {
			kib, err := strconv.Atoi(string(bytes.TrimSpace(bytes.TrimSuffix(bytes.TrimSpace(value), []byte("kB")))))
			return float64(kib) * 1024, err
		}
	}
	return 0, errors.New("/proc tells no VmRSS")
}

// memoryOf measures a fresh worker each time.
func memoryOf(measure func(b *bed, h *host) (float64, error)) []contender {
	return []contender{{ours, func(b *bed, row string) (*runner, error) {
		if _, err := resident(os.Getpid()); err != nil {
			return nil, err
		}
		run := func(n int) (float64, error) {
			sum := 0.0
			for range n {
				h, err := b.startWorker(row)
				if err != nil {
					return 0, err
				}
				size, err := measure(b, h)
				if err := errors.Join(err, h.stop()); err != nil {
					return 0, err
				}
				sum += size
			}
			return sum, nil
		}
		return &runner{run, func() error { return nil }}, nil
	}}}
}

// idleMemory is that of a worker which has answered and has nothing open.
func idleMemory(_ *bed, h *host) (float64, error) {
	if _, err := h.call(newRequest("ping", "{}")); err != nil {
		return 0, err
	}
	return resident(h.pid)
}

// streamMemory is what each idle open stream adds. The first one, which brings
// the schema, is not counted.
func streamMemory(initMethod, method, rest string) func(*bed, *host) (float64, error) {
	return func(b *bed, h *host) (float64, error) {
		if err := h.open(b.address); err != nil {
			return 0, err
		}
		open := newRequest(initMethod, fmt.Sprintf(`%s"service":"grpcline.bench.Bench","method":%q%s}`, on, method, rest))
		if _, err := h.call(open); err != nil {
			return 0, err
		}
		before, err := resident(h.pid)
		if err != nil {
			return 0, err
		}
		if err := h.flood(open, floodWidth, b.options.idleStreams); err != nil {
			return 0, err
		}
		after, err := resident(h.pid)
		if err != nil {
			return 0, err
		}
		return (after - before) / float64(b.options.idleStreams), h.verifyOpen(b.options.idleStreams + 1)
	}
}

// verifyOpen checks how many streams are open.
func (h *host) verifyOpen(want int) error {
	line, err := h.call(newRequest("getState", "{}"))
	if err != nil {
		return err
	}
	state, err := resultOf[struct{ Streams []json.RawMessage }](line)
	if err == nil && len(state.Streams) != want {
		err = fmt.Errorf("%d streams are open instead of %d", len(state.Streams), want)
	}
	return err
}
