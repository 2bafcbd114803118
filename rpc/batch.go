package rpc

import (
	"sync"

	"github.com/grpcline/grpcline/internal/jsonscan"
)

// batch is a JSON-RPC batch: several requests in an array, answered in one array
// when all of them are, in the order in which they became ready.
type batch struct {
	taken int // of the budget

	mu      sync.Mutex
	open    int // members that are not done, and the reader while it adds more
	calls   []*call
	answers []byte
	after   []func()
}

// isBatch tells an array from an object.
func isBatch(text []byte) bool { return text[jsonscan.Space(text, 0)] == '[' }

// batch admits the members of an array, in order.
func (w *Worker) batch(text []byte, taken int) {
	b := &batch{taken: taken, open: 1}
	i := jsonscan.Space(text, jsonscan.Space(text, 0)+1)
	if text[i] == ']' {
		w.out.add(appendError(nil, nil, invalidRequest("a batch must have at least one request")), taken)
		w.out.flushSoon()
		return
	}
	for text[i] != ']' {
		end, _ := jsonscan.Value(text, i)
		w.member(text[i:end], b)
		if i = jsonscan.Space(text, end); text[i] == ',' {
			i = jsonscan.Space(text, i+1)
		}
	}
	b.leave(w, true)
}

// member admits one member of a batch.
func (w *Worker) member(text []byte, b *batch) {
	w.budget.add(overhead)
	b.mu.Lock()
	b.open++
	b.taken += overhead
	b.mu.Unlock()
	var scan jsonscan.Scan
	scan.Read(text)
	if text[0] != '{' {
		c := &call{id: null, batch: b}
		w.begin(c)
		w.finish(c, appendError(nil, nil, errNotRequest), nil, true)
		return
	}
	w.request(envelopeOf(text, scan.Members), b, 0)
}

// add takes the answer of a member, nil for none.
func (b *batch) add(w *Worker, c *call, answer []byte, after func(), onReader bool) {
	b.mu.Lock()
	b.calls = append(b.calls, c)
	if answer != nil {
		separator := byte(',')
		if b.answers == nil {
			separator = '['
		}
		b.answers = append(append(b.answers, separator), answer...)
	}
	if after != nil {
		b.after = append(b.after, after)
	}
	b.mu.Unlock()
	b.leave(w, onReader)
}

// leave counts a member as done, and after the last one answers the batch.
func (b *batch) leave(w *Worker, onReader bool) {
	b.mu.Lock()
	b.open--
	done := b.open == 0
	b.mu.Unlock()
	if !done {
		return
	}
	if b.answers != nil {
		b.answers = append(b.answers, ']')
	}
	w.queue(b.calls, b.answers, b.taken, onReader)
	for _, after := range b.after {
		after()
	}
}
