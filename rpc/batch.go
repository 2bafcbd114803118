package rpc

import (
	"sync"

	"github.com/grpcline/grpcline/internal/jsonscan"
	"github.com/grpcline/grpcline/internal/memory"
)

// batch is a JSON-RPC batch: several requests in an array, answered in one array
// when all of them are, in the order in which they became ready.
//
// A member leaves its place in the order when it is ready, as others of the batch may
// wait for it. The last one leaves when the array is queued: so the answer of a later
// request, which waited for that place, is written behind the array.
type batch struct {
	taken int // of the account

	mu      sync.Mutex
	unready int     // members without an answer, and the reader while it adds more
	open    int     // those, and members that have not left their places
	calls   []*call // those that are ready
	answers []byte
}

// isBatch tells an array from an object.
func isBatch(text []byte) bool { return text[jsonscan.Space(text, 0)] == '[' }

// mostMembers is how many requests a batch may have.
func (o *Options) mostMembers() int { return o.MaxInflightBytes / memory.PerRequest }

// batch admits the members of an array that scan has read, in order.
func (w *Worker) batch(text []byte, scan *jsonscan.Scan, taken int) {
	refusal := ""
	switch {
	case scan.Items == 0:
		refusal = "a batch must have at least one request"
	case scan.Items > w.options.mostMembers():
		refusal = "the batch has more requests than may be in flight; see --max-inflight-bytes"
	}
	if refusal != "" {
		w.refuse(invalidRequest("%s", refusal), nil, taken)
		return
	}
	b := &batch{taken: taken, unready: 1, open: 1}
	for i, part := range scan.Parts {
		b.mu.Lock()
		b.unready++
		b.open++
		b.mu.Unlock()
		if text[part.Value] != '{' {
			w.refuse(errNotRequest, b, 0)
			continue
		}
		members, inner := scan.PartMembers(i)
		w.request(envelopeOf(text, members, inner), nil, b, 0)
	}
	b.ready(w)
	b.leave(w, true)
}

// add takes the answer of a member, nil for none.
func (b *batch) add(w *Worker, c *call, answer []byte, onReader bool) {
	b.mu.Lock()
	b.calls = append(b.calls, c)
	if answer != nil {
		separator := byte(',')
		if b.answers == nil {
			separator = '['
		}
		before := cap(b.answers)
		b.answers = append(append(b.answers, separator), answer...)
		w.account.Hold(cap(b.answers) - before)
	}
	b.mu.Unlock()
	b.ready(w)
	c.leave()
	b.leave(w, onReader)
}

// ready counts a member as answered, and after the last one queues the array.
func (b *batch) ready(w *Worker) {
	b.mu.Lock()
	b.unready--
	last := b.unready == 0
	b.mu.Unlock()
	if !last {
		return
	}
	held := cap(b.answers)
	if b.answers != nil {
		b.answers = append(b.answers, ']')
	}
	for _, c := range b.calls {
		w.release(c)
	}
	w.queue(b.answers, b.taken)
	w.account.Hold(-held)
}

// leave counts a member as gone, and after the last one the batch is done.
func (b *batch) leave(w *Worker, onReader bool) {
	b.mu.Lock()
	b.open--
	last := b.open == 0
	b.mu.Unlock()
	if !last {
		return
	}
	for _, c := range b.calls {
		c.told()
	}
	w.flush(onReader, w.finished(len(b.calls)))
}
