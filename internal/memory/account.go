// Package memory is the one account of what a worker holds for its host.
//
// Everything whose size a host or a server decides, and that lasts, draws on it or
// has a bound of its own that is stated here:
//
//   - Requests, from when they are read until they are answered: their text and
//     PerRequest. When they and the replies together are more than the bound
//     (--max-inflight-bytes), the reader waits. Nothing else ever waits for requests.
//   - Replies, from when they begin to arrive until they are written: their text, and
//     as much again while they arrive. While they are more than half the bound, those
//     gathered not counted, further ones stay at their servers, held back by flow
//     control: a unary reply before it is received, messages of a stream before they
//     are taken. At most 128 replies at a time, when those before were small, are
//     counted from when their requests begin, and not held back.
//   - Messages that process… calls gather, until their answers are queued: their text
//     and PerMessage. When they are together more than half the bound, only the call
//     that began first goes on, up to the bound; flow control holds the others back.
//   - Messages that a stream has read ahead: their text and PerMessage, at most
//     1,024 of them or 4 MiB a stream.
//   - What flow control lets a server send unasked, in the transport: a window for
//     each call and stream (package grpcops).
//   - Compiled schemas: at most --max-schema-bytes beside those in use (package schema).
//   - Handles, whose number is bounded; 10,000 that are gone are remembered with at
//     most 2 KiB each (package state).
//
// protocol.md has this as a formula.
//
// Nothing waits for ever. A reply waits for others only while those wait for the host
// to read: if nothing is queued to be written, or nothing else is held, it goes on.
// The call that gathers longest waits for nothing but its server. So the server that
// is slow, or the host that does not read one stream, holds nobody else up for long.
package memory

import (
	"container/list"
	"context"
	"sync"
	"time"
)

// What things cost beside their own text, in bytes.
const (
	PerRequest = 6 << 10 // mostly the stack of its goroutine, and its contexts
	PerMessage = 64      // the headers of its slices, also in a list that grows
)

// Account is what requests and replies hold. Make one with New.
type Account struct {
	max int

	mu       sync.Mutex
	requests int
	replies  int       // those that arrive, that are gathered, and that are queued
	queued   int       // of replies: what waits to be written
	typical  int       // what a reply is expected to hold
	early    int       // replies that were let in before they began to arrive
	less     sync.Cond // of mu; for the reader
	waiting  list.List // of *Reply, those that may not arrive yet, in order
	looking  bool      // goOn is to be called
	progress bool      // something has come or gone since it last was

	gathered  int       // of what is gathered, in bytes; part of replies
	gatherers list.List // of *Gathering, in the order in which they began
}

// unknownReply is what a reply is expected to hold before there were any, in bytes.
const unknownReply = 1 << 20

// patience is how long the first reply that waits does so for others that are not
// done and do not wait for the host: their servers may be slow.
const patience = 50 * time.Millisecond

// New makes an Account with a bound in bytes.
func New(max int) *Account {
	a := &Account{max: max, typical: unknownReply}
	a.less.L = &a.mu
	return a
}

// Admit waits for room for a request of n bytes, which Answered gives back. One
// that is larger than the whole account is let in when there is nothing else.
func (a *Account) Admit(n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for held := a.requests + a.replies; held > 0 && held+n > a.max; held = a.requests + a.replies {
		a.less.Wait()
	}
	a.requests += n
}

// Answered gives back the n bytes of a request, in whose place size bytes are queued
// to be written.
func (a *Account) Answered(n, size int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.requests -= n
	a.queued += size
	a.hold(size)
}

// Written gives back size bytes that were queued.
func (a *Account) Written(size int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.queued -= size
	a.hold(-size)
}

// Hold counts n bytes of a reply without waiting; a negative n gives them back.
func (a *Account) Hold(n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.hold(n)
}

// hold changes what replies hold, and lets go on who waits for less. a.mu must be
// held. It also follows each change of requests.
func (a *Account) hold(n int) {
	a.replies += n
	a.progress = true
	for {
		first := a.waiting.Front()
		if first == nil || !a.fits() {
			break
		}
		a.let(first.Value.(*Reply))
	}
	a.less.Signal()
}

// fits tells whether one more reply may arrive. What is gathered has a bound of its own.
func (a *Account) fits() bool {
	others := a.replies - a.gathered
	return others == 0 || others+a.arriving() <= a.max/2
}

// arriving is what a reply is expected to hold while it arrives: its wire bytes and
// its text.
func (a *Account) arriving() int { return 2 * a.typical }

// let lets a reply that waits arrive.
func (a *Account) let(r *Reply) {
	a.waiting.Remove(r.element)
	r.element = nil
	r.expected = a.arriving()
	a.replies += r.expected
	close(r.ready)
}

// Replies are let in before they arrive, as waiting for them to begin costs a twentieth
// of a small call, if they are expected to hold little. That is only so many at a time,
// as they may turn out to hold more.
const (
	littleReply = 64 << 10
	mostEarly   = 128
)

// Reply is one that arrives, until it is queued.
type Reply struct {
	Size int // what it turned out to hold, in bytes

	account  *Account
	early    bool // it was let in by Expect
	expected int
	element  *list.Element // of account.waiting; nil if it does not wait
	ready    chan struct{} // closed when it may arrive
}

// Expect lets the reply in before it arrives, or tells that Arrive has to do it. Release
// must follow in any case.
func (r *Reply) Expect(a *Account) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.typical > littleReply || a.early == mostEarly || a.waiting.Len() > 0 || !a.fits() {
		return false
	}
	a.early++
	r.account, r.early, r.expected = a, true, a.arriving()
	a.replies += r.expected
	return true
}

// Arrive waits until one more reply may be received, at most until ctx ends. Its
// Release must follow in any case.
func (r *Reply) Arrive(ctx context.Context, a *Account) {
	r.account = a
	a.mu.Lock()
	if a.waiting.Len() == 0 && a.fits() {
		r.expected = a.arriving()
		a.replies += r.expected
		a.mu.Unlock()
		return
	}
	r.ready = make(chan struct{})
	r.element = a.waiting.PushBack(r)
	if !a.looking {
		a.looking, a.progress = true, false
		time.AfterFunc(patience, a.goOn)
	}
	a.mu.Unlock()
	select {
	case <-r.ready:
	case <-ctx.Done():
		r.giveUp()
	}
}

// goOn lets the first reply that waits arrive, if none has come or gone for a while and
// it is not the host that is waited for. It is called as long as replies wait.
func (a *Account) goOn() {
	a.mu.Lock()
	defer a.mu.Unlock()
	first := a.waiting.Front()
	if first == nil {
		a.looking = false
		return
	}
	if !a.progress && a.queued == 0 {
		a.let(first.Value.(*Reply))
	}
	a.progress = false
	time.AfterFunc(patience, a.goOn)
}

// giveUp ends the wait.
func (r *Reply) giveUp() {
	a := r.account
	a.mu.Lock()
	defer a.mu.Unlock()
	if r.element != nil {
		a.waiting.Remove(r.element)
		r.element = nil
	}
}

// Release gives back what was set aside for the reply, which is counted by itself now,
// or there is none. It may be called more than once, and without Arrive.
func (r *Reply) Release() {
	if r.account == nil {
		return
	}
	a := r.account
	r.account = nil
	a.mu.Lock()
	defer a.mu.Unlock()
	if r.early {
		a.early--
		r.early = false
	}
	if r.Size > 0 {
		a.typical = max(r.Size, a.typical-a.typical/8)
	}
	a.hold(-r.expected)
}

// Held is what requests and replies hold, in bytes.
func (a *Account) Held() (requests, replies int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.requests, a.replies
}
