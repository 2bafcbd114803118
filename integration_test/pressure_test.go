package integration_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestHostDoesNotRead writes requests and reads no answers: the worker stops
// reading before it holds much, and answers everything once the host reads.
func TestHostDoesNotRead(t *testing.T) {
	reading := make(chan struct{})
	answers := map[string]int{}
	h := StartWith(t, HostOptions{
		Args: []string{"--max-inflight-bytes", "1000000"},
		OnLine: func(line []byte) {
			<-reading
			if err := countAnswers(line, answers); err != nil {
				t.Error(err)
			}
		},
	})
	const most = 64 << 20 // bytes that must not be taken without an answer being read
	filler := strings.Repeat("x", 1000)
	in := bufio.NewWriterSize(h.stdin, 1<<16)
	sent := 0
	for sent*len(filler) < most {
		if err := h.stdin.SetWriteDeadline(time.Now().Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Fprintf(in, `{"id":"%d-%s","method":"ping"}`+"\n", sent, filler); errors.Is(err, os.ErrDeadlineExceeded) {
			break // the pipe is full, and stays so
		} else if err != nil {
			t.Fatal(err)
		}
		sent++
	}
	if sent*len(filler) >= most {
		t.Errorf("the worker takes %d MiB of requests whose answers nobody reads", most>>20)
	}
	if peak := peakMemory(t, h.PID()); !raceEnabled && peak > 128<<20 {
		t.Errorf("the worker has taken %d MiB", peak>>20)
	}
	close(reading)
	if err := h.stdin.SetWriteDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	// What was cut in the middle by the deadline is ended by this line.
	h.Send("\n" + `{"id":"last","method":"ping"}` + "\n")
	if code := h.Exit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if answers[`"last"`] != 1 {
		t.Errorf("the last request was answered %d times", answers[`"last"`])
	}
	for id, times := range answers {
		if id != "null" && times != 1 {
			t.Errorf("%.20s… was answered %d times", id, times)
		}
	}
	if whole := len(answers) - 2; sent > 200 && whole < sent-200 {
		t.Errorf("%d of about %d requests were answered", whole, sent)
	}
}

// TestSignalWhileHostDoesNotRead ends a worker whose output nobody takes.
func TestSignalWhileHostDoesNotRead(t *testing.T) {
	reading := make(chan struct{})
	started := make(chan struct{})
	first := sync.OnceFunc(func() { close(started) })
	h := manyMessages(t, 1_000_000, obj{"push": true}, func([]byte) {
		first()
		<-reading
	})
	<-started
	h.Signal(syscall.SIGTERM)
	select {
	case <-h.exited:
	case <-time.After(guard):
		t.Error("the worker does not end")
	}
	close(reading)
	h.leaving = true // its last line may be cut, and its exit code say so
	h.Wait()
}
