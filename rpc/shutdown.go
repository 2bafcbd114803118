package rpc

import (
	"context"
	"time"

	"github.com/grpcline/grpcline/state"
)

// What a signal leaves: calls go on until signalDrain after it, and by signalEnd the
// worker is gone, whatever still runs.
const (
	signalDrain = 1500 * time.Millisecond
	signalEnd   = 2 * time.Second
)

// stuckTime is how long an operation may go on after its time is up, once the input
// has ended: one that hangs in the system cannot be ended.
const stuckTime = 2 * time.Second

// shutDown answers what was admitted, closes what is open and writes the last
// answers. Once signalled ends, it is done within signalEnd. Its error is what writing
// failed with.
func (w *Worker) shutDown(signalled context.Context) error {
	w.close()
	drained := after(signalled, signalDrain, func() { w.end(state.ErrShuttingDown) })
	defer drained()
	last, gone := context.WithCancel(context.Background())
	defer gone()
	defer after(signalled, signalEnd, gone)()
	written := make(chan error, 1)
	go func() { written <- w.drain(last) }()
	select {
	case err := <-written:
		if last.Err() == nil || err == nil || w.out.failure() != nil {
			return err
		}
	case <-last.Done():
	}
	if w.out.waiting() > 0 {
		w.options.Log.Warn("the host does not read: answers are lost")
	} else {
		w.options.Log.Warn("an operation cannot be ended: the worker ends without it")
	}
	return nil // the signal was obeyed
}

// after calls f some time after ctx has ended, unless stop is called before.
func after(ctx context.Context, d time.Duration, f func()) (stop func()) {
	over, cancel := context.WithCancel(context.Background())
	unhook := context.AfterFunc(ctx, func() {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
			f()
		case <-over.Done():
		}
	})
	return func() { unhook(); cancel() }
}

// drain waits until all calls are answered and all streams that push have ended, then
// closes what is open and waits until all is written, at most until last ends. Waits
// without a bound are ended after the drain timeout. If writing has failed, it waits
// for nothing.
func (w *Worker) drain(last context.Context) error {
	w.state.EndInput()
	waits := time.AfterFunc(w.options.DrainTimeout, w.state.EndWaits)
	defer waits.Stop()
	stuck, stop := w.watchStuck()
	defer stop()
	select {
	case <-w.idle:
		w.state.FinishPushes(w.root, w.out.failed, w.options.DrainTimeout)
		if w.out.failure() == nil {
			w.state.Close()
		}
	case <-w.out.failed:
	case <-stuck:
		w.options.Log.Warn("an operation cannot be ended: the worker ends without it")
	}
	return w.out.drained(last)
}

// endTime is how long the end of the input may be in coming when the host has closed
// the output: it closes one after the other.
const endTime = 50 * time.Millisecond

// HasSaidAll tells, when the host reads no more, whether it has ended the input as well
// and nothing was left to be written.
func (w *Worker) HasSaidAll() bool {
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for begin := time.Now(); time.Since(begin) < endTime; <-look.C {
		if w.hasSaidAll() {
			return true
		}
	}
	return false
}

func (w *Worker) hasSaidAll() bool {
	select {
	case <-w.atEnd:
	default:
		return false
	}
	w.mu.Lock()
	calls := w.calls
	w.mu.Unlock()
	return calls == 0 && !w.state.Pushes() && w.out.waiting() == 0 && w.out.failure() == nil
}

// watchStuck tells when all calls that are left have been over for stuckTime: they
// were cancelled or their time is up, and still they go on.
func (w *Worker) watchStuck() (stuck <-chan struct{}, stop func()) {
	found := make(chan struct{})
	look := time.NewTicker(stuckTime / 2)
	over := make(chan struct{})
	go func() {
		defer look.Stop()
		for times := 0; times < 3; {
			select {
			case <-look.C:
			case <-over:
				return
			}
			if times++; !w.allOver() {
				times = 0
			}
		}
		close(found)
	}()
	return found, func() { close(over) }
}

// allOver tells whether there are calls, and the context of each has ended.
func (w *Worker) allOver() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.inFlight {
		if ctx := c.ctx.Load(); ctx == nil || ctx.Err() == nil {
			return false
		}
	}
	return w.calls > 0 && w.calls == len(w.inFlight)
}

// close makes the worker one that is closing.
func (w *Worker) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.closing {
		w.closing = true
		if w.calls == 0 {
			close(w.idle)
		}
	}
}

// beginShutdown makes the worker one that is closing, and tells Serve.
func (w *Worker) beginShutdown() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.closing {
		w.closing = true
		close(w.shutdown)
	}
}

// refusalTime is how long what came with a shutdown request may take to be refused,
// if its last line is not complete.
const refusalTime = 200 * time.Millisecond

// refuseRest waits until the requests that had come when shutdown was read have
// their refusals, or the input has ended.
func (w *Worker) refuseRest(read <-chan error) {
	over := time.NewTimer(refusalTime)
	defer over.Stop()
	select {
	case <-w.refused:
	case <-read:
	case <-over.C:
	}
}

// noteRefused tells, once the worker is shutting down, that all that has come was
// read.
func (w *Worker) noteRefused() {
	select {
	case <-w.shutdown:
	default:
		return
	}
	select {
	case <-w.refused:
	default:
		close(w.refused)
	}
}

// closeIdle tells that all calls are done. After it calls can still be refused.
func (w *Worker) closeIdle() {
	select {
	case <-w.idle:
	default:
		close(w.idle)
	}
}
