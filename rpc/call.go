package rpc

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync/atomic"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/grpcline/grpcline/internal/reqctx"
	"github.com/grpcline/grpcline/state"
)

// call is a request that has come and is not answered.
type call struct {
	id     []byte // nil in a notification
	text   []byte // all of it; nil in a batch, whose members share theirs
	key    string // of Worker.inFlight; empty if it is not there
	taken  int    // of the account
	batch  *batch // nil outside one
	alone  bool   // no other was in flight when it came
	method *method
	op     operation // the zero one until it is admitted
	// ctx is set by the reader, which also cancels; nil until op is there. What ends the
	// worker looks at it too.
	ctx atomic.Pointer[reqctx.Context]
}

// request takes what came as an object. text is its own, or nil in a batch.
func (w *Worker) request(e envelope, text []byte, b *batch, taken int) {
	r, fault := e.check()
	w.begin(&call{id: r.id, text: text, batch: b, taken: taken}, r, fault)
}

// refuse answers what came and is no request, with the id null.
func (w *Worker) refuse(fault *Error, b *batch, taken int) {
	w.begin(&call{batch: b, taken: taken}, request{}, fault)
}

// begin lets the operation of a request take its place in the order, and starts it
// on a goroutine of its own. A request that is refused is answered, by the same
// way as all others.
func (w *Worker) begin(c *call, r request, fault *Error) {
	switch err := w.admit(c, r, fault); {
	case err != nil:
		w.reply(c, nil, err, true)
	case c.method.instant:
		w.work(c, true)
	default:
		w.crew.Do(func() { w.work(c, false) })
	}
}

// admit counts a request and gives it its operation, or says why it is refused:
// because of fault, if that is not nil.
func (w *Worker) admit(c *call, r request, fault *Error) error {
	var unknown *Error
	if fault == nil {
		c.method, unknown = w.table.find(r.method)
	} else if c.id == nil {
		c.id = null
	}
	if err := w.accept(c, fault); err != nil {
		if c.method != nil {
			c.method.refuse(w.state, r.params, err)
		}
		return err
	}
	if unknown != nil {
		return unknown
	}
	if w.options.Request != nil {
		w.options.Request(c.alone && w.state.Streams() == 0)
	}
	op, err := w.enter(c.method, r.params)
	if err != nil {
		return err
	}
	c.op = op
	c.ctx.Store(reqctx.New(w.root))
	return nil
}

// work does what was admitted, and answers.
func (w *Worker) work(c *call, onReader bool) {
	ctx := c.ctx.Load()
	result, err := w.run(ctx, c.method, c.op)
	ctx.Cancel(nil)
	w.reply(c, result, err, onReader)
}

// accept counts a request until it is answered and makes its id known, or says why
// it is refused: because of fault, if that is not nil.
func (w *Worker) accept(c *call, fault *Error) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls++
	c.alone = w.calls == 1
	if fault != nil {
		return fault
	}
	if w.closing && (c.method == nil || !c.method.anytime) {
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
	return nil
}

// enter and run keep a defect in one request from ending the others.
func (w *Worker) enter(m *method, given params) (op operation, err error) {
	defer w.recover(m, &err)
	return m.admit(w, given)
}

func (w *Worker) run(ctx context.Context, m *method, op operation) (result any, err error) {
	defer w.recover(m, &err)
	result, err = op.Do(ctx)
	if cause := context.Cause(ctx); cause != nil && errors.Is(err, context.Canceled) {
		err = cause // of something that does not tell causes
	}
	return result, err
}

func (w *Worker) recover(m *method, err *error) {
	if p := recover(); p != nil {
		w.logDefect(p)
		*err = &Error{Code: jsonrpc2.CodeInternalError, Message: fmt.Sprintf("a defect in grpcline: %s failed; the log says more", m.Name)}
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
		w.finish(c, nil, onReader)
		return
	}
	var answer []byte
	if err == nil {
		answer = w.buffers.Make(len(c.id) + answerTail + sizeOf(result))
		answer, err = appendResult(appendHead(answer, c.id, `,"result":`), result)
		answer = append(answer, '}')
	}
	if err != nil {
		answer = appendError(answer[:0], c.id, asError(err))
	}
	w.finish(c, answer, onReader)
}

var null = []byte("null")

// appendHead begins an answer to id, nil being null, with the name of a member.
func appendHead(dst, id []byte, member string) []byte {
	if id == nil {
		id = null
	}
	return append(append(append(dst, `{"jsonrpc":"2.0","id":`...), id...), member...)
}

func appendError(dst, id []byte, err *Error) []byte {
	return append(err.append(appendHead(dst, id, `,"error":`)), '}')
}

// finish queues the answer of a call, nil for none, or gives it to the call's
// batch. Then the call leaves its place in the order.
func (w *Worker) finish(c *call, answer []byte, onReader bool) {
	if c.batch != nil {
		c.batch.add(w, c, answer, onReader)
		return
	}
	w.release(c)
	w.queue(answer, c.taken)
	c.leave()
	c.told()
	if c.method != nil && c.method.forgets {
		w.buffers.Free(c.text)
	}
	w.flush(onReader, w.finished(1))
}

// leave gives up the call's place in the order.
func (c *call) leave() {
	if c.op.Leave != nil {
		c.op.Leave()
	}
}

// told lets what waits for the host to know the result go on.
func (c *call) told() {
	if c.op.Told != nil {
		c.op.Told()
	}
}

// release makes the id of a call free again. It comes before the answer is queued:
// who reads the answer may use the id.
func (w *Worker) release(c *call) {
	if c.key != "" {
		w.mu.Lock()
		delete(w.inFlight, c.key)
		w.mu.Unlock()
	}
}

// queue queues an answer, nil for none, in place of what its request took.
func (w *Worker) queue(answer []byte, taken int) {
	if answer != nil {
		w.out.add(answer, taken)
	} else {
		w.account.Answered(taken, 0)
	}
}

// finished counts calls as answered, and returns how many are left.
func (w *Worker) finished(calls int) (left int) {
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

// cancel ends the request with that key, if it is in flight. It is for the reader.
func (w *Worker) cancel(key string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if c := w.inFlight[key]; c != nil {
		if ctx := c.ctx.Load(); ctx != nil {
			ctx.Cancel(state.ErrCancelled)
		}
	}
}
