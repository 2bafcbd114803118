package grpcops

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/grpcline/grpcline/grpcops/transcode"
)

// ServedCall is a call that a client makes of a Server, seen from the server's end.
// One goroutine may send while another receives; Abort may be called at any time.
// Whoever the server has handed it to ends it with Finish or Abort; what is done with
// it after that fails.
type ServedCall struct {
	messages
	Peer     Peer
	Metadata Metadata // what the client sent

	rpc grpc.ServerStream
	out outgoing // the message being sent
	ctx context.Context

	headed atomic.Bool // the headers were sent

	mu    sync.Mutex
	final *status.Status // what the client is told; nil while the call goes on
	ended chan struct{}  // closed when final is set
}

func newServedCall(m *method, options transcode.Options, rpc grpc.ServerStream) *ServedCall {
	ctx := rpc.Context()
	md, _ := metadata.FromIncomingContext(ctx)
	c := &ServedCall{
		messages: newMessages(m, options),
		Peer:     peerOf(ctx, md), Metadata: Metadata(md), rpc: rpc, ctx: ctx, ended: make(chan struct{}),
	}
	delete(c.Metadata, ":authority") // it stands in Peer
	return c
}

// Method is what is called: the service's full name and the method's own.
func (c *ServedCall) Method() (service, name string) {
	service, name, _ = strings.Cut(c.method.name, "/")
	return service, name
}

// Kind is the kind of what is called.
func (c *ServedCall) Kind() Kind { return c.method.kind }

// TakesOne tells whether the call has one request, which the server reads before
// it answers, instead of a stream of them.
func (c *ServedCall) TakesOne() bool { return c.method.kind == Unary || c.method.kind == ServerStream }

// GivesOne tells whether the call has one response.
func (c *ServedCall) GivesOne() bool { return c.method.kind == Unary || c.method.kind == ClientStream }

// Deadline is how long the client waits still. ok is false if it set no bound.
func (c *ServedCall) Deadline() (left time.Duration, ok bool) {
	at, ok := c.ctx.Deadline()
	return time.Until(at), ok
}

// OnOver calls f, on a goroutine of its own, when Done is closed. stop keeps it from
// being called and tells whether it did.
func (c *ServedCall) OnOver(f func()) (stop func() bool) { return context.AfterFunc(c.ctx, f) }

// Done is closed when the call has ended: the client gave it up, its deadline
// passed, the connection broke, or this side ended it.
func (c *ServedCall) Done() <-chan struct{} { return c.ctx.Done() }

// Ended is closed when this side has ended the call.
func (c *ServedCall) Ended() <-chan struct{} { return c.ended }

// Headers are the client's metadata.
func (c *ServedCall) Headers() (headers Metadata, received bool) { return c.Metadata, true }

// Recv waits for a message and returns it as JSON, which it makes in the memory of
// room if that is enough. When the client has sent all it returns io.EOF; when the
// call is over, a *StatusError. A message that does not parse ends the call with
// INTERNAL; one that JSON cannot hold is handed out as what stands for it.
func (c *ServedCall) Recv(room []byte) (json.RawMessage, error) {
	c.in.room, c.in.text = room, nil
	err := c.rpc.RecvMsg(&c.in)
	switch {
	case errors.Is(err, io.EOF):
		return nil, io.EOF
	case err != nil:
		return nil, c.lost(err)
	case c.in.unfit != nil && c.in.unfit.Malformed:
		return nil, c.refuse(codes.Internal, "the request does not fit the type of %s: %v", c.method.name, c.in.unfit)
	case c.in.tooLong:
		return nil, c.refuse(codes.ResourceExhausted, "a request of %s is more than %d bytes as JSON, which is %d for each of maxReceiveBytes", c.method.name, c.method.maxJSON, jsonPerByte)
	}
	return c.in.text, nil
}

// Request reads the request of a call that takes one. Another number of requests ends
// the call with UNIMPLEMENTED (gRPC status codes, "cardinality violation").
func (c *ServedCall) Request() (json.RawMessage, error) {
	request, err := c.Recv(nil)
	if errors.Is(err, io.EOF) {
		return nil, c.refuse(codes.Unimplemented, "%s has one request, and the client sent none", c.method.name)
	}
	if err != nil {
		return nil, err
	}
	switch err := c.rpc.RecvMsg(&incoming{}); {
	case err == nil:
		return nil, c.refuse(codes.Unimplemented, "%s has one request, and the client sent more", c.method.name)
	case !errors.Is(err, io.EOF):
		return nil, c.lost(err)
	}
	return request, nil
}

// refuse ends the call for what the client did.
func (c *ServedCall) refuse(code codes.Code, format string, args ...any) *StatusError {
	c.Abort(clientError(code, format, args...))
	return c.Why()
}

// OKEnd is how the receiving side ended after Recv returned io.EOF.
func (c *ServedCall) OKEnd() End { return End{OK(), c.Metadata, Metadata{}, OriginClient} }

// Send hands a message to the transport. It blocks while flow control holds the
// one before back. It returns ErrEnded if the call is over.
func (c *ServedCall) Send(packed []byte) error {
	if c.Cancelled() {
		return ErrEnded
	}
	c.headed.Store(true)
	c.out.wire = packed
	err := c.rpc.SendMsg(&c.out)
	c.out.wire = nil
	if err != nil {
		return ErrEnded
	}
	return nil
}

// ErrHeadersSent is returned by SendHeaders if headers were sent before, as they
// are with the first message.
var ErrHeadersSent = errors.New("the headers were sent already")

// SendHeaders sends the headers. It returns ErrEnded if the call is over.
func (c *ServedCall) SendHeaders(md Metadata) error {
	switch {
	case c.Cancelled():
		return ErrEnded
	case c.headed.Swap(true):
		return ErrHeadersSent
	}
	if err := c.rpc.SendHeader(metadata.MD(md)); err != nil {
		return ErrEnded
	}
	return nil
}

// Final is how a host ends a call: a status that has been checked, and trailers.
type Final struct {
	status   *status.Status
	trailers Metadata
}

// Final checks how a host wants to end the call; given may be nil, which is OK. Its
// error is a *ParamError.
func (c *ServedCall) Final(given *GivenStatus, trailers Metadata) (Final, error) {
	s, err := given.status(c.method.codec, c.options)
	return Final{s, trailers}, err
}

// Finish ends the call, after its last message. It returns ErrEnded if the call is
// over; Why then tells how. It must not be called while a message is being sent.
func (c *ServedCall) Finish(final Final) error {
	if c.Cancelled() {
		return ErrEnded
	}
	c.rpc.SetTrailer(metadata.MD(final.trailers))
	if !c.end(final.status) {
		return ErrEnded
	}
	return nil
}

// Abort ends the call with a status of this side's own. It does nothing if the call
// has ended.
func (c *ServedCall) Abort(reason *StatusError) {
	c.end(status.New(codes.Code(reason.Status.Code), reason.Status.Message))
}

// end sets how the call ends for the client, and tells whether it was the first to.
func (c *ServedCall) end(s *status.Status) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.final != nil {
		return false
	}
	c.final = s
	close(c.ended)
	return true
}

// result is what the handler returns to grpc-go. The call must have ended, or its
// client be gone.
func (c *ServedCall) result() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.final == nil {
		return status.FromContextError(c.ctx.Err()).Err()
	}
	return c.final.Err()
}

// CloseSend does nothing: a server's side ends with Finish.
func (c *ServedCall) CloseSend() {}

// Cancelled tells whether the call is over.
func (c *ServedCall) Cancelled() bool {
	select {
	case <-c.ended:
		return true
	default:
		return c.ctx.Err() != nil
	}
}

// Why is how a call ended that is over: CANCELLED by the client, DEADLINE_EXCEEDED,
// UNAVAILABLE for a connection that broke, or what this side ended it with.
func (c *ServedCall) Why() *StatusError {
	c.mu.Lock()
	final := c.final
	c.mu.Unlock()
	if final != nil {
		return c.failed(final.Code(), final.Message())
	}
	switch {
	case broken(c.ctx):
		return c.failed(codes.Unavailable, "the client's connection broke")
	case errors.Is(c.ctx.Err(), context.DeadlineExceeded) || c.nearDeadline():
		return c.failed(codes.DeadlineExceeded, "the client's deadline has passed")
	}
	return c.failed(codes.Canceled, "the client cancelled the call")
}

// clockLead is how much earlier than the server's a client's clock may reach the
// deadline, as its headers took that long to come.
const clockLead = 100 * time.Millisecond

// nearDeadline tells whether the deadline is about to pass: what a client sends when
// its own clock has reached it looks like a cancellation.
func (c *ServedCall) nearDeadline() bool {
	left, ok := c.Deadline()
	return ok && left <= clockLead
}

// lost is the error of receiving that failed with err.
func (c *ServedCall) lost(err error) *StatusError {
	if c.ctx.Err() != nil {
		return c.Why()
	}
	s := status.Convert(err)
	message := s.Message()
	if s.Code() == codes.ResourceExhausted {
		message += "; see maxReceiveBytes"
	}
	c.end(status.New(s.Code(), message)) // grpc-go has told the client
	return c.failed(s.Code(), message)
}

func (c *ServedCall) failed(code codes.Code, message string) *StatusError {
	e := clientError(code, "%s", message)
	e.Headers = c.Metadata
	return e
}
