package state

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"sync"

	"github.com/grpcline/grpcline/grpcops"
)

// rpc is a running RPC seen from either end: a *grpcops.Stream of the client's, or a
// *grpcops.ServedCall of the server's.
type rpc interface {
	Headers() (headers grpcops.Metadata, received bool)
	Recv(room []byte) (json.RawMessage, error)
	OKEnd() grpcops.End
	Encode(prefix string, message json.RawMessage) ([]byte, error)
	EncodeAll(prefix string, messages json.RawMessage) ([][]byte, error)
	Send(packed []byte) error
	CloseSend()
	Cancelled() bool
}

// flow is a running RPC of a streaming kind: what it has received, what it sends,
// and the goroutines that do both. Its owner ends it with stop.
type flow struct {
	rpc    rpc
	served *grpcops.ServedCall // the rpc, at the server's end; nil at the client's
	ctx    context.Context     // of the RPC
	cancel context.CancelCauseFunc
	wanted context.Context // ends when nobody wants the messages any more
	drop   context.CancelFunc
	in     *inbox
	slab   slab // of the messages of in
	out    *outbox
	work   sync.WaitGroup // the receiver, and what hands messages over
	start  sync.Once      // of the receiver

	deliver   *pushed     // nil if messages are asked for
	delivered func() bool // is told that deliver has got all; may be nil
	defect    func(any)   // is told of a panic
}

// newFlow makes a flow of an RPC whose context is ctx. deliver gets each message
// on the receiver's goroutine; nil puts them into the inbox.
func newFlow(ctx context.Context, cancel context.CancelCauseFunc, rpc rpc, s *State, deliver *pushed) *flow {
	f := &flow{rpc: rpc, ctx: ctx, cancel: cancel, in: newInbox(s.limits, s.memory), deliver: deliver, defect: s.defect}
	f.wanted, f.drop = context.WithCancel(context.Background())
	f.out = newOutbox(f, s.crew)
	f.served, _ = rpc.(*grpcops.ServedCall)
	if deliver != nil {
		if f.served == nil {
			s.pushes.add()
			f.delivered = s.pushes.done
		}
		f.receiving()
	}
	return f
}

// receiving starts the receiver if it does not run: a stream that nobody reads
// needs none, and flow control holds its server back.
func (f *flow) receiving() {
	f.start.Do(func() { f.work.Go(f.receive) })
}

// stop cancels the RPC if it still runs, and waits until nothing of it is
// left. Nothing is pushed after it, not even the end.
func (f *flow) stop(cause error) {
	f.drop()
	f.cancel(cause)
	f.work.Wait()
}

// receive takes in what the server sends, to the end.
func (f *flow) receive() {
	f.in.begin(f.rpc.Headers())
	put := f.keep
	if f.deliver != nil {
		f.deliver.begin(f.wanted)
		put = f.push
	}
	var end grpcops.End
	if f.deliver != nil && f.served != nil && f.served.TakesOne() {
		<-f.served.Done() // its request came with the call
		end = f.served.Why().End
	} else {
		end = f.messages(put)
	}
	f.in.finish(&end)
	if f.deliver != nil {
		f.deliver.end(f.wanted, &end)
		if f.delivered != nil {
			f.delivered()
		}
	}
	if f.served == nil { // at a server's end only one side has ended
		f.cancel(nil) // frees what the RPC still holds
	}
}

// keep puts a message into the inbox and returns memory for the next one.
func (f *flow) keep(message json.RawMessage) (free []byte) {
	f.in.put(f.ctx, f.slab.keep(message))
	return f.slab.free
}

// push delivers a message and returns memory for the next one.
func (f *flow) push(message json.RawMessage) (free []byte) {
	if !f.deliver.message(f.wanted, message) {
		f.cancel(errUnacknowledged)
	}
	if cap(message) > largestSlab {
		return nil
	}
	return message[:0]
}

// messages receives to the end, and tells how the RPC ended. put takes a message
// and returns memory for the next one. A defect ends the RPC and nothing else.
func (f *flow) messages(put func(json.RawMessage) []byte) (end grpcops.End) {
	defer func() {
		if p := recover(); p != nil {
			f.defect(p)
			end = grpcops.Internal(errDefect.Error()).End
		}
	}()
	var free []byte
	for {
		if f.in.gathers != nil {
			f.in.gathers.Wait(f.ctx)
		}
		message, err := f.rpc.Recv(free)
		if err == nil {
			free = put(message)
			continue
		}
		var failed *grpcops.StatusError
		var own *Error
		switch {
		case errors.Is(err, io.EOF):
			return f.rpc.OKEnd()
		case errors.As(err, &failed):
			return failed.End
		case errors.As(err, &own): // the stream is closed, and nobody will ask
			return grpcops.Canceled(own.Message).End
		}
		return grpcops.Canceled(err.Error()).End
	}
}

// send hands messages over, at most until ctx ends. Where the stream has ended,
// the error is a *Progress with its status, or with StreamEnded if that is OK.
func (f *flow) send(ctx context.Context, messages [][]byte) error {
	if f.ended() {
		return f.endedError(ctx)
	}
	err := f.out.send(ctx, messages)
	if errors.Is(err, grpcops.ErrEnded) {
		return f.endedError(ctx)
	}
	return err
}

// ended tells whether the RPC has ended, as far as was received.
func (f *flow) ended() bool {
	if f.served != nil {
		return f.served.Cancelled()
	}
	select {
	case <-f.in.ended:
		return true
	default:
		return f.rpc.Cancelled()
	}
}

// endedError waits for the end, taking in what still comes before it: at most
// what flow control had let the server send.
func (f *flow) endedError(ctx context.Context) error {
	if f.served != nil {
		return &Progress{Err: f.served.Why(), Reason: StreamEnded}
	}
	f.receiving()
	f.in.takeUpTo(math.MaxInt)
	end, err := f.in.wait(ctx)
	switch {
	case err != nil:
		return err
	case end.Status.Code != 0:
		return &Progress{Err: &grpcops.StatusError{End: *end}, Reason: StreamEnded}
	}
	return errorf(StreamEnded, "the server has ended the stream with status OK; get the rest with getMessage")
}
