package process

import (
	"os"
	"runtime"
)

// Width is how many processors the process uses at a time: one while requests
// come one by one, all from the moment when there are two things to do.
//
// A lone call passes between goroutines several times. With more than one
// processor each pass wakes another thread, which takes longer than what it does
// then. But on one processor a request that computes for long would hold up all
// others, so the second request ends that before it is begun.
type Width struct {
	all   int         // processors; with 1 there is nothing to choose
	use   func(n int) // that many processors
	lone  int         // requests in a row that were alone
	tight bool        // one processor is in use
}

// loneRequests is how many requests in a row must have been alone.
const loneRequests = 64

// NewWidth begins with all processors. It does nothing where GOMAXPROCS says how
// many to use.
func NewWidth() *Width {
	w := &Width{all: runtime.GOMAXPROCS(0), use: func(n int) { runtime.GOMAXPROCS(n) }}
	if os.Getenv("GOMAXPROCS") != "" {
		w.all = 1
	}
	return w
}

// Request tells of a request before it is begun, and whether there is nothing else
// to do. It is called by one goroutine.
func (w *Width) Request(alone bool) {
	switch {
	case w.all == 1:
	case !alone:
		w.lone = 0
		if w.tight {
			w.tight = false
			w.use(w.all)
		}
	case !w.tight:
		if w.lone++; w.lone == loneRequests {
			w.tight = true
			w.use(1)
		}
	}
}
