package process

import (
	"os"
	"runtime"
	"sync"
)

// Width is how many processors the process uses at a time: one while its work
// comes piece by piece, half of them while it comes in bursts. The other half is
// for the host and, as often, the server, which have as much to do.
//
// A lone call passes between goroutines several times. With more than one
// processor each pass wakes another thread, which takes longer than what it does
// then. One processor that is not enough shows by itself: what comes meanwhile is
// found waiting together.
type Width struct {
	most int         // processors; with 1 there is nothing to choose
	use  func(n int) // that many processors

	mu      sync.Mutex
	wide    bool
	bursts  int // since the last change, or since the work came piece by piece
	singles int // in a row
}

// What makes a Width change.
const (
	burst       = 4   // pieces that are found together
	widenAfter  = 8   // bursts
	narrowAfter = 256 // pieces in a row that were alone
)

// NewWidth begins with one processor, unless GOMAXPROCS says how many to use.
func NewWidth() *Width {
	w := &Width{most: 1, use: func(n int) { runtime.GOMAXPROCS(n) }}
	if os.Getenv("GOMAXPROCS") == "" {
		w.most = max(1, runtime.GOMAXPROCS(0)/2)
		w.use(1)
	}
	return w
}

// Found tells that n pieces of work were found together.
func (w *Width) Found(n int) {
	if w.most == 1 || 1 < n && n < burst {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if n >= burst {
		w.singles = 0
		if w.bursts++; !w.wide && w.bursts == widenAfter {
			w.wide = true
			w.use(w.most)
		}
		return
	}
	if w.singles++; w.singles == narrowAfter {
		w.bursts = 0
		if w.wide {
			w.wide = false
			w.use(1)
		}
		w.singles = 0
	}
}
