package state

import (
	"encoding/json"
	"slices"
	"sync"
	"time"

	"github.com/grpcline/grpcline/grpcops"
)

// arrival is a call that has come to a server and that nobody has accepted.
type arrival struct {
	call    *grpcops.ServedCall
	request json.RawMessage // of a call that takes one
	taken   chan struct{}   // closed when it is accepted
}

// acceptor is a request that waits for a call, in the order of such requests.
type acceptor struct {
	given chan *arrival // has room for the one it gets
}

// arrivals are the calls that wait to be accepted, in the order in which they
// became ready. Each is guarded by the goroutine of the call itself, which
// withdraws it when the client gives up.
//
// The requests that wait are bounded like what one stream reads ahead: while they
// are more, those of later calls are not read, and flow control holds them back.
type arrivals struct {
	mostCalls int // 0 is no bound
	mostBytes int
	bound     time.Duration // how long a call waits; 0 is no bound

	mu     sync.Mutex
	count  int           // of calls that wait, those whose request is not read included
	bytes  int           // of requests
	ready  []*arrival    // while there are some, nobody waits for one
	asked  []*acceptor   // who waits, first come, first served
	room   chan struct{} // closed when bytes has fallen; nil while nobody waits
	closed chan struct{} // closed when nothing is accepted any more
	why    *grpcops.StatusError
}

func newArrivals(mostCalls, mostBytes int, bound time.Duration) *arrivals {
	return &arrivals{
		mostCalls: mostCalls, mostBytes: mostBytes, bound: bound,
		closed: make(chan struct{}),
	}
}

// wait keeps a call until it is accepted, and returns why it was not: a status for
// the client, as too many wait already, nobody has accepted it in time, or nothing
// is accepted any more. It is nil too if the call has ended by itself.
func (q *arrivals) wait(call *grpcops.ServedCall) (accepted bool, refused *grpcops.StatusError) {
	if refused = q.enter(); refused != nil {
		return false, refused
	}
	late := neverFires
	if q.bound > 0 {
		timer := time.NewTimer(q.bound)
		defer timer.Stop()
		late = timer.C
	}
	a := &arrival{call: call, taken: make(chan struct{})}
	if call.TakesOne() {
		if refused = q.waitForRoom(call, late); refused != nil {
			q.leave(nil)
			return false, refused
		}
		var err error
		if a.request, err = call.Request(); err != nil {
			q.leave(nil)
			return false, nil // the client has been told
		}
	}
	q.add(a)
	select {
	case <-a.taken:
		return true, nil
	case <-call.Done():
	case <-late:
		refused = q.tooLate()
	case <-q.closed:
		refused = q.why
	}
	if !q.leave(a) {
		return true, nil // it was accepted just now
	}
	return false, refused
}

// tooLate is the status of a call that nobody has accepted in time.
func (q *arrivals) tooLate() *grpcops.StatusError {
	return grpcops.Unavailable("the server did not accept the call within " + q.bound.String())
}

// neverFires is the clock of a wait without a bound.
var neverFires <-chan time.Time

// enter counts a call, or says why it is refused.
func (q *arrivals) enter() *grpcops.StatusError {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.why != nil:
		return q.why
	case q.mostCalls > 0 && q.count >= q.mostCalls:
		return grpcops.TooMuch("too many calls wait for the server to accept them")
	}
	q.count++
	return nil
}

// waitForRoom waits until a request may be read.
func (q *arrivals) waitForRoom(call *grpcops.ServedCall, late <-chan time.Time) *grpcops.StatusError {
	for {
		q.mu.Lock()
		if q.bytes < q.mostBytes {
			q.mu.Unlock()
			return nil
		}
		if q.room == nil {
			q.room = make(chan struct{})
		}
		room := q.room
		q.mu.Unlock()
		select {
		case <-room:
		case <-call.Done():
			return call.Why()
		case <-late:
			return q.tooLate()
		case <-q.closed:
			return q.why
		}
	}
}

// add makes a call one that can be accepted.
func (q *arrivals) add(a *arrival) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.bytes += len(a.request)
	q.ready = append(q.ready, a)
	q.match()
}

// match gives calls that are ready to those who wait for one. q.mu must be held.
func (q *arrivals) match() {
	for len(q.ready) > 0 && len(q.asked) > 0 && q.why == nil {
		a, who := q.ready[0], q.asked[0]
		q.ready, q.asked = q.ready[1:], q.asked[1:]
		q.count--
		q.freed(a)
		close(a.taken)
		who.given <- a
	}
}

// leave takes a call out, nil being one that was not ready. It returns false if it
// was accepted before.
func (q *arrivals) leave(a *arrival) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if a != nil {
		i := slices.Index(q.ready, a)
		if i < 0 {
			return false
		}
		q.ready = slices.Delete(q.ready, i, i+1)
		q.freed(a)
	}
	q.count--
	return true
}

// freed gives back the room of a request. q.mu must be held.
func (q *arrivals) freed(a *arrival) {
	q.bytes -= len(a.request)
	if q.room != nil && q.bytes < q.mostBytes {
		close(q.room)
		q.room = nil
	}
}

// ask takes a place among those who wait for a call.
func (q *arrivals) ask() *acceptor {
	who := &acceptor{make(chan *arrival, 1)}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.asked = append(q.asked, who)
	q.match()
	return who
}

// leaveUnasked takes who out of those who wait, and returns the call that it was given
// just now, nil if none was.
func (q *arrivals) leaveUnasked(who *acceptor) *arrival {
	q.mu.Lock()
	defer q.mu.Unlock()
	if i := slices.Index(q.asked, who); i >= 0 {
		q.asked = slices.Delete(q.asked, i, i+1)
		return nil
	}
	select {
	case a := <-who.given:
		return a
	default:
		return nil
	}
}

// close refuses the calls that wait, and all that come.
func (q *arrivals) close(why *grpcops.StatusError) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.why == nil {
		q.why = why
		close(q.closed)
	}
}

// waiting is how many calls wait.
func (q *arrivals) waiting() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.count
}
