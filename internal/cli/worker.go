package cli

import (
	"context"
	"errors"
	"io"
	"log"
	"sync/atomic"
	"time"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/internal/version"
	"github.com/grpcline/grpcline/rpc"
)

// worker is a worker inside this process and a client on its pipes. close ends both.
type worker struct {
	conn   *jsonrpc2.Conn
	ids    atomic.Uint64
	served chan struct{} // closed when the worker has ended
}

// pipes are the client's ends.
type pipes struct {
	io.Reader
	io.WriteCloser
}

func startWorker(env *grpcops.Env, o rpc.Options) *worker {
	o.Framing, o.UTF8, o.Version = rpc.FramingLines, true, version.Number
	o.MaxMessageBytes, o.MaxInflightBytes = largestCount, largestCount // they are this process' own
	o.DrainTimeout = 0                                                 // at its end nobody waits for an answer
	requests, toWorker := io.Pipe()
	answers, fromWorker := io.Pipe()
	w := &worker{served: make(chan struct{})}
	go func() {
		defer close(w.served)
		err := rpc.New(requests, fromWorker, env, o).Serve(context.Background())
		fromWorker.CloseWithError(err) // nil is the end
	}()
	stream := jsonrpc2.NewPlainObjectStream(pipes{answers, toWorker})
	w.conn = jsonrpc2.NewConn(context.Background(), stream, unasked{}, jsonrpc2.SetLogger(log.New(io.Discard, "", 0)))
	return w
}

// unasked takes notifications, of which none is asked for.
type unasked struct{}

func (unasked) Handle(context.Context, *jsonrpc2.Conn, *jsonrpc2.Request) {}

// request makes a request and waits for its answer. Its error is a *jsonrpc2.Error if
// the worker answered with one. The request is cancelled when ctx ends, and the error
// is the cause.
func (w *worker) request(ctx context.Context, method string, params, result any) error {
	id := jsonrpc2.ID{Num: w.ids.Add(1)}
	sent, err := w.conn.DispatchCall(ctx, method, params, jsonrpc2.PickID(id))
	if err != nil {
		return err
	}
	err = sent.Wait(ctx, result)
	if err != nil && ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		_ = w.conn.Notify(context.Background(), "$/cancelRequest", struct {
			ID jsonrpc2.ID `json:"id"`
		}{id}) // fails only after close
		return context.Cause(ctx)
	}
	return err
}

// closeTime is how long a worker may take to close what is open.
const closeTime = 500 * time.Millisecond

// close ends the worker: RPCs that still run are cancelled.
func (w *worker) close() {
	w.conn.Close()
	late := time.NewTimer(closeTime)
	defer late.Stop()
	select {
	case <-w.served:
	case <-late.C: // the process ends, and its connections with it
	}
}
