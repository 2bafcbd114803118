package main

import (
	"fmt"
	"io"
)

// flood makes n calls with at most width in flight. A goroutine of its own
// writes, ahead of the answers that the caller's reads, and has ended when flood
// returns. Requests that may go out together go in one write.
func (h *host) flood(r *request, width, n int) error {
	first := h.next
	h.next += n
	free := make(chan int, width) // counts of answers: what may be sent
	free <- min(width, n)
	written := make(chan error, 1)
	go func() { written <- writeFreed(h.in, r, first, n, free) }()
	err := h.readFlood(width, n, first, free)
	close(free)
	if err != nil {
		h.kill() // a writer that waits for the worker to read is freed
	}
	if wrote := <-written; err == nil {
		err = wrote
	}
	return err
}

// readFlood reads n answers, and says after each run of them how many came.
func (h *host) readFlood(width, n, first int, free chan<- int) error {
	sum, run := 0, 0
	for range n {
		line, err := h.line()
		if err != nil {
			return err
		}
		id, err := answerID(line)
		if err != nil {
			return err
		}
		sum += id - first
		run++
		if run == width || !holdsLine(h.out) {
			free <- run
			run = 0
		}
	}
	if sum != n*(n-1)/2 {
		return fmt.Errorf("of %d calls some were answered twice", n)
	}
	return nil
}

// writeFreed writes n requests as they are freed.
func writeFreed(w io.Writer, r *request, first, n int, free <-chan int) error {
	var lines []byte
	sent := 0
	for count := range free {
		for more := true; more; {
			select {
			case c := <-free:
				count += c
				more = c > 0 // a closed channel has nothing more
			default:
				more = false
			}
		}
		lines = lines[:0]
		for range min(count, n-sent) {
			lines = append(lines, r.numbered(first+sent)...)
			sent++
		}
		if len(lines) > 0 {
			if _, err := w.Write(lines); err != nil {
				return err
			}
		}
	}
	return nil
}
