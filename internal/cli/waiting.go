package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
)

// waiting is a line on a terminal that says what is waited for, and how long so far. It
// appears after a second, and stop takes it away. One goroutine writes it, which stop
// ends and waits for.
type waiting struct {
	once  sync.Once
	ended chan struct{} // closed to end the goroutine
	gone  chan struct{} // closed when it has ended
}

// startWaiting begins on standard error if that is a terminal.
func startWaiting(what string) *waiting {
	begin := make(chan struct{})
	close(begin)
	return startWaitingAfter(begin, what)
}

// startWaitingAfter begins when a channel is closed.
func startWaitingAfter(begin <-chan struct{}, what string) *waiting {
	if !isTerminal(os.Stderr) {
		return nil
	}
	return startWaitingOn(os.Stderr, begin, what)
}

func startWaitingOn(out io.Writer, begin <-chan struct{}, what string) *waiting {
	w := &waiting{ended: make(chan struct{}), gone: make(chan struct{})}
	go w.run(out, begin, what)
	return w
}

// lineWidth is how wide the line may be, so that a terminal does not wrap it.
const lineWidth = 78

func (w *waiting) run(out io.Writer, begin <-chan struct{}, what string) {
	defer close(w.gone)
	select {
	case <-begin:
	case <-w.ended:
		return
	}
	begun, tick := time.Now(), time.NewTicker(time.Second)
	defer tick.Stop()
	width := 0
	for {
		select {
		case <-tick.C:
			line := []rune(fmt.Sprintf("%s: %.0f s", what, time.Since(begun).Seconds()))
			line = line[:min(len(line), lineWidth)]
			width = max(width, len(line))
			fmt.Fprintf(out, "\r%s", string(line))
		case <-w.ended:
			if width > 0 { // spaces need no escape sequences, which not every console knows
				fmt.Fprintf(out, "\r%s\r", strings.Repeat(" ", width))
			}
			return
		}
	}
}

// stop takes the line away. A nil waiting has none.
func (w *waiting) stop() {
	if w == nil {
		return
	}
	w.once.Do(func() { close(w.ended) })
	<-w.gone
}
