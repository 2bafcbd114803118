package cli

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
)

// gatedWriter is a pipe that nobody reads until its gate is opened.
type gatedWriter struct {
	gate chan struct{}
	mu   sync.Mutex
	text strings.Builder
}

func (w *gatedWriter) Write(line []byte) (int, error) {
	<-w.gate
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(line)
}

// TestLogNeverWaits drops lines when nobody reads, and says how many.
func TestLogNeverWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &gatedWriter{gate: make(chan struct{})}
		w := newDroppingWriter(out)
		const written = 3 * logQueue
		for i := range written {
			if n, err := fmt.Fprintf(w, "line %d\n", i); n == 0 || err != nil {
				t.Fatal(n, err)
			}
			synctest.Wait()
		}
		close(out.gate)
		if !w.close() {
			t.Error("it was not written in the end")
		}
		text := out.text.String()
		kept := strings.Count(text, "line ")
		if want := fmt.Sprintf("lines=%d\n", written-kept); kept < logQueue || !strings.Contains(text, want) {
			t.Errorf("%d lines were kept, and there is no %q in\n%s", kept, want, text)
		}
	})
}

// TestLogEnds although a write never returns.
func TestLogEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &gatedWriter{gate: make(chan struct{})}
		w := newDroppingWriter(out)
		fmt.Fprintln(w, "line")
		if w.close() {
			t.Error("it says that it is written")
		}
		fmt.Fprintln(w, "too late")
		close(out.gate)
		<-w.done
		if got := out.text.String(); got != "line\n" {
			t.Errorf("written is %q", got)
		}
	})
}
