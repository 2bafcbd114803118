package grpcops

import (
	"context"
	"sync"
	"sync/atomic"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

// renewable is an RPC of a streaming kind that is begun again while the server
// refuses it unseen and all that was sent on it is still held.
//
// One goroutine may send while another receives. The one that finds the end of an
// attempt begins the next; for that it holds recv, which the receiver holds while it
// waits for the first answer. After that answer the attempt stays, and both sides
// use it without a lock.
type renewable struct {
	ctx     context.Context
	open    func(...grpc.CallOption) (grpc.ClientStream, error) // begins an attempt
	settled atomic.Bool                                         // whether rpc stays the attempt that it is
	out     outgoing                                            // the message being sent on a settled attempt
	recv    sync.Mutex
	tries   patience // guarded by recv
	end     error    // how the RPC ended, where that was found while not receiving; guarded by recv

	mu        sync.Mutex // of what follows; rpc is changed only by one that holds recv too
	rpc       grpc.ClientStream
	attempt   int
	held      []*outgoing // what was sent; nil once that is too much
	heldBytes int
	limit     int // of heldBytes
	completed bool
}

// How many bytes of messages are held: of a stream that the client sends, in whose
// 256 KiB there would be room for tens of thousands of small messages, each with much
// that is not counted; and of a single request.
const (
	mostHeldStream  = 32 << 10
	mostHeldRequest = 256 << 10
)

func newRenewable(ctx context.Context, limit int, open func(...grpc.CallOption) (grpc.ClientStream, error)) (*renewable, error) {
	rpc, err := open()
	if err != nil {
		return nil, err
	}
	return &renewable{ctx: ctx, open: open, rpc: rpc, held: []*outgoing{}, limit: limit}, nil
}

// send hands a message to the transport. An error tells that the RPC has ended.
func (r *renewable) send(packed []byte) error {
	if r.settled.Load() {
		r.out.wire = packed
		err := r.rpc.SendMsg(&r.out)
		r.out.wire = nil
		return err
	}
	out := &outgoing{wire: packed}
	r.mu.Lock()
	if r.heldBytes += len(packed); r.held != nil && r.heldBytes <= r.limit {
		r.held = append(r.held, out)
	} else {
		r.held = nil
	}
	rpc, attempt := r.rpc, r.attempt
	r.mu.Unlock()
	err := rpc.SendMsg(out)
	if err == nil || r.renewedSince(attempt) {
		return nil
	}
	return err
}

// renewedSince tells whether a later attempt has taken over from the one that a
// sender has seen to end, and begins one where that may be done.
func (r *renewable) renewedSince(attempt int) bool {
	r.recv.Lock()
	defer r.recv.Unlock()
	if r.attempt == attempt && !r.settled.Load() && r.end == nil {
		r.await()
	}
	return r.attempt != attempt
}

// closeSend says that no more messages will be sent.
func (r *renewable) closeSend() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.completed = true
	_ = r.rpc.CloseSend() // always nil
}

// header waits for the server's headers, nil where the RPC ends without any.
func (r *renewable) header() metadata.MD {
	if !r.settled.Load() {
		r.recv.Lock()
		defer r.recv.Unlock()
		for r.end == nil && !r.settled.Load() {
			r.await()
		}
	}
	md, _ := r.rpc.Header()
	return md
}

// receive waits for a message.
func (r *renewable) receive(in *incoming) error {
	if !r.settled.Load() {
		r.header()
		r.recv.Lock()
		end := r.end
		r.recv.Unlock()
		if end != nil {
			return end
		}
	}
	return r.rpc.RecvMsg(in)
}

// await waits for the answer to an attempt: headers settle it, else it is renewed or
// it is the end. r.recv must be held.
func (r *renewable) await() {
	md, _ := r.rpc.Header()
	if md == nil {
		var none incoming
		if err := r.rpc.RecvMsg(&none); err != nil {
			r.end = r.renew(err)
			return
		}
	}
	r.settle()
}

// trailer returns the server's trailers, once the RPC has ended.
func (r *renewable) trailer() metadata.MD { return r.rpc.Trailer() }

// settle keeps the attempt, as the server has answered it.
func (r *renewable) settle() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.held = nil
	r.settled.Store(true)
}

// renew begins the next attempt, where the server has not seen the one that ended
// with err and all that was sent is held; else it returns how the RPC has ended.
// r.recv must be held.
func (r *renewable) renew(err error) error {
	rpc := r.rpc
	for refused(err, nil, rpc.Trailer()) && r.holds() {
		if late := r.tries.wait(r.ctx, err); late != nil {
			return late
		}
		begun, failed := r.open(grpc.WaitForReady(true))
		if failed != nil {
			return failed
		}
		if r.replay(begun) == nil {
			return nil
		}
		rpc, err = begun, begun.RecvMsg(&incoming{})
	}
	return err
}

func (r *renewable) holds() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.held != nil
}

// replay makes rpc the attempt, after all that is held was sent on it.
func (r *renewable) replay(rpc grpc.ClientStream) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, out := range r.held {
		if err := rpc.SendMsg(out); err != nil {
			return err
		}
	}
	if r.completed {
		_ = rpc.CloseSend() // always nil
	}
	r.rpc = rpc
	r.attempt++
	return nil
}
