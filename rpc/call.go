package rpc

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/grpcline/grpcline/internal/reqctx"
	"github.com/grpcline/grpcline/state"
)

// call is a request that is accepted and not answered.
type call struct {
	id     []byte // nil in a notification
	key    string // of Worker.inFlight; empty where it is not there
	taken  int    // of the budget
	batch  *batch // nil outside one
	alone  bool   // no other was in flight when it came
	method *method
	op     operation
	ctx    *reqctx.Context // set by the reader, which also cancels; nil until op is there
}

// request admits a request: it takes its place in the order here, and is done on
// a goroutine of its own.
func (w *Worker) request(e envelope, b *batch, taken int) {
	r, fault := e.check()
	c := &call{id: r.id, batch: b, taken: taken}
	if fault != nil {
		w.begin()
		if r.id == nil {
			c.id = null
		}
		w.finish(c, appendError(nil, c.id, fault), nil, true)
		return
	}
	m, unknown := w.table.find(r.method)
	if fault = w.accept(c, m); fault != nil {
		if m != nil {
			m.refuse(w.state, r.params, fault)
		}
		w.begin()
		w.reply(c, nil, fault, true)
		return
	}
	if unknown != nil {
		w.reply(c, nil, unknown, true)
		return
	}
	if w.options.Request != nil {
		w.options.Request(c.alone && w.state.Streams() == 0)
	}
	op, err := w.admit(m, r.params)
	if err != nil {
		w.reply(c, nil, err, true)
		return
	}
	c.method, c.op, c.ctx = m, op, reqctx.New(w.root)
	if m.instant {
		w.work(c, true)
		return
	}
	w.crew.Do(func() { w.work(c, false) })
}

// work does what was admitted, and answers.
func (w *Worker) work(c *call, onReader bool) {
	result, err := w.run(c.ctx, c.method, c.op)
	c.ctx.Cancel(nil)
	w.reply(c, result, err, onReader)
}

// accept counts a request of m, nil being unknown, and makes its id known, or says
// why it is refused.
func (w *Worker) accept(c *call, m *method) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closing && (m == nil || !m.anytime) {
		return asError(state.ErrShuttingDown)
	}
	if hasID(c.id) {
		key := idKey(c.id)
		if w.inFlight[key] != nil {
			return invalidRequest("the id is in use by a request that is not answered yet")
		}
		c.key = key
		w.inFlight[key] = c
	}
	w.calls++
	c.alone = w.calls == 1
	return nil
}

// begin counts a request that is refused, until its answer is queued.
func (w *Worker) begin() {
	w.mu.Lock()
	w.calls++
	w.mu.Unlock()
}

// admit and run keep a defect in one request from ending the others.
func (w *Worker) admit(m *method, given params) (op operation, err error) {
	defer w.recover(m, &err)
	return m.admit(w, given)
}

func (w *Worker) run(ctx context.Context, m *method, op operation) (result any, err error) {
	defer w.recover(m, &err)
	result, err = op(ctx)
	if cause := context.Cause(ctx); cause != nil && errors.Is(err, context.Canceled) {
		err = cause // of something that does not tell causes
	}
	return result, err
}

func (w *Worker) recover(m *method, err *error) {
	if p := recover(); p != nil {
		w.logDefect(p)
		*err = &Error{Code: jsonrpc2.CodeInternalError, Message: fmt.Sprintf("a defect in grpcline: %s failed; the log says more", m.name)}
	}
}

// logDefect logs a panic where it was caught.
func (w *Worker) logDefect(panicked any) {
	w.options.Log.Error("a defect in grpcline", "panic", panicked, "stack", string(debug.Stack()))
}

// reply answers a call, unless it is a notification.
func (w *Worker) reply(c *call, result any, err error, onReader bool) {
	if c.id == nil {
		if err != nil {
			w.options.Log.Info("a notification failed", "error", err)
		}
		w.finish(c, nil, afterwards(result, err), onReader)
		return
	}
	var answer []byte
	if err == nil {
		answer, err = appendResult(beginAnswer(c.id, `,"result":`), result)
		answer = append(answer, '}')
	}
	if err != nil {
		answer = appendError(answer[:0], c.id, asError(err))
	}
	w.finish(c, answer, afterwards(result, err), onReader)
}

// afterwards is what is to be done once the host has been told of the result.
func afterwards(result any, err error) func() {
	if opened, ok := result.(streamResult); ok && err == nil {
		return opened.start
	}
	return nil
}

var null = []byte("null")

// beginAnswer begins an answer to id, nil being null, with the name of a member.
func beginAnswer(id []byte, member string) []byte {
	if id == nil {
		id = null
	}
	dst := make([]byte, 0, 2*answerRest)
	return append(append(append(dst, `{"jsonrpc":"2.0","id":`...), id...), member...)
}

func appendError(dst, id []byte, err *Error) []byte {
	return append(err.append(append(dst, beginAnswer(id, `,"error":`)...)), '}')
}

// finish queues the answer of a call, nil for none, or gives it to the call's
// batch. after is done once it is queued.
func (w *Worker) finish(c *call, answer []byte, after func(), onReader bool) {
	if c.batch != nil {
		c.batch.add(w, c, answer, after, onReader)
		return
	}
	w.release(c.key)
	left := w.queue(1, answer, c.taken)
	if after != nil {
		after()
	}
	w.flush(onReader, left)
}

// release makes an id free again.
func (w *Worker) release(key string) {
	if key != "" {
		w.mu.Lock()
		delete(w.inFlight, key)
		w.mu.Unlock()
	}
}

// queue queues an answer, nil for none, and counts its calls as done. It returns how
// many are left.
func (w *Worker) queue(calls int, answer []byte, taken int) (left int) {
	if answer != nil {
		w.out.add(answer, taken)
	} else {
		w.budget.give(taken)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.calls -= calls; w.calls == 0 && w.closing {
		w.closeIdle()
	}
	return w.calls
}

// flush writes what is queued; the reader does not wait for that. left is how many
// calls are in flight.
func (w *Worker) flush(onReader bool, left int) {
	if onReader {
		w.out.flushSoon()
	} else {
		w.out.flush(left > 0)
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

// cancel ends the request with that key, if it is in flight. It is for the reader.
func (w *Worker) cancel(key string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if c := w.inFlight[key]; c != nil && c.ctx != nil {
		c.ctx.Cancel(state.ErrCancelled)
	}
}
