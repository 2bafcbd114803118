package main

import (
	"os/exec"
	"time"
)

// startTime is from before a process is started to its answer to ping, without
// the time that it takes to end.
func startTime(command func(b *bed, row string) *exec.Cmd) func(*bed, string) (*runner, error) {
	return func(b *bed, row string) (*runner, error) {
		ping := newRequest("ping", "{}")
		run := func(n int) (float64, error) {
			var sum time.Duration
			for range n {
				begin := time.Now()
				h, err := startHost(command(b, row))
				if err != nil {
					return 0, err
				}
				if _, err := h.call(ping); err != nil {
					return 0, err
				}
				sum += time.Since(begin)
				if err := h.stop(); err != nil {
					return 0, err
				}
			}
			return sum.Seconds(), nil
		}
		return &runner{run, func() error { return nil }}, nil
	}
}

// startContenders are the worker, and the bare pipe for what any process costs.
func startContenders() []contender {
	return []contender{
		{barePipe, startTime(func(b *bed, _ string) *exec.Cmd { return exec.Command(b.self, string(echoRole)) })},
		{ours, startTime(func(b *bed, row string) *exec.Cmd {
			command := b.workerCommand(row, "")
			return exec.Command(command[0], command[1:]...)
		})},
	}
}
