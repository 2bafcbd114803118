package grpcops

import (
	"context"
	"encoding/json"
	"errors"
	"io"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
)

// Stream is an open RPC of a streaming kind. One goroutine may send while
// another receives. Its owner ends it: by receiving until the end, or by
// cancelling the context that it was opened with.
type Stream struct {
	messages
	conn  *Conn
	asker asker
	ctx   context.Context
	rpc   *renewable
	lone  bool // it is a client stream: there must be one response
	count int  // messages received
}

// OpenStream starts an RPC of the given kind, and on a server stream sends the
// request. It waits for a usable connection, until start ends, and never for the
// server's answer. The RPC lives until ctx ends; cancel must end ctx.
func (c *Conn) OpenStream(start, ctx context.Context, cancel context.CancelCauseFunc, t *Target, kind Kind, request json.RawMessage) (*Stream, error) {
	m, err := c.method(start, t, kind)
	if err != nil {
		return nil, err
	}
	s := &Stream{conn: c, lone: kind == ClientStream}
	s.messages = newMessages(m, c.asking(t.Options.JSON.over(c.Params.JSON), &s.asker, t.Metadata.outgoing(ctx)))
	var packed []byte
	if kind == ServerStream {
		if packed, err = m.encode(wireRoom(request), "request", request, s.options); err != nil {
			return nil, err
		}
	}
	tooLate := context.AfterFunc(start, func() { cancel(context.Cause(start)) })
	s.ctx = c.link.request(t.Metadata.outgoing(ctx))
	// The kind of the response is not told to grpc-go: it would hold back a lone
	// response until the status that follows it.
	desc := &grpc.StreamDesc{ClientStreams: kind != ServerStream, ServerStreams: true}
	options := c.callOptions(&t.Options)
	limit := mostHeldRequest
	if kind != ServerStream {
		limit = mostHeldStream
		if c.Params.ServiceConfig == nil { // which may want retries
			options = append(options, grpc.MaxRetryRPCBufferSize(limit))
		}
	}
	s.rpc, err = newRenewable(s.ctx, limit, func(more ...grpc.CallOption) (grpc.ClientStream, error) {
		return c.cc.NewStream(s.ctx, desc, m.path, append(options, more...)...)
	})
	if !tooLate() && start.Err() != nil {
		return nil, c.notStarted(start, err)
	}
	if err == nil && kind == ServerStream {
		if err = s.rpc.send(packed); errors.Is(err, io.EOF) {
			err = nil // the stream has ended, and receiving tells how
		}
	}
	if err != nil {
		err = c.ended(ctx, err, m.codec, s.options, nil, nil)
		cancel(nil)
		return nil, err
	}
	return s, nil
}

// ErrEnded is returned by Send where the RPC has ended; receiving tells how.
var ErrEnded = errors.New("the stream has ended")

// Send hands a message to the transport. It blocks while flow control holds the
// one before back.
func (s *Stream) Send(packed []byte) error {
	if s.rpc.send(packed) != nil {
		return ErrEnded
	}
	return nil
}

// Cancelled tells whether this side has given the RPC up.
func (s *Stream) Cancelled() bool { return s.ctx.Err() != nil }

// CloseSend says that no more messages will be sent.
func (s *Stream) CloseSend() { s.rpc.closeSend() }

// Headers waits for the server's headers. They are empty where the RPC ended
// without any.
func (s *Stream) Headers() (headers Metadata, received bool) {
	md := s.rpc.header()
	return fromGRPC(md), md != nil
}

// Recv waits for a message and returns it as JSON, which it makes in the memory of
// room where that is enough. At the end it returns a *StatusError, or io.EOF where
// the status is OK; OKEnd then tells the rest.
func (s *Stream) Recv(room []byte) (json.RawMessage, error) {
	s.in.room, s.in.text = room, nil
	err := s.rpc.receive(&s.in)
	switch {
	case errors.Is(err, io.EOF) && s.lone && s.count != 1:
		return nil, s.wrong("the server ended %s with OK and no response; a client stream has one", s.method.name)
	case errors.Is(err, io.EOF):
		return nil, io.EOF
	case err != nil:
		return nil, s.conn.ended(s.ctx, err, s.method.codec, s.options, s.rpc.header(), s.rpc.trailer())
	}
	if s.count++; s.lone && s.count > 1 {
		return nil, s.wrong("the server sent more than one response to %s; a client stream has one", s.method.name)
	}
	if s.in.tooLong {
		return nil, s.withHeaders(s.method.tooLong())
	}
	return s.in.text, nil
}

// wrong is the end of an RPC whose server broke its promise.
func (s *Stream) wrong(format string, args ...any) *StatusError {
	return s.withHeaders(clientError(codes.Internal, format, args...))
}

// withHeaders adds the headers that the server has sent to an error of this side.
func (s *Stream) withHeaders(e *StatusError) *StatusError {
	e.Headers = fromGRPC(s.rpc.header())
	return e
}

// OKEnd is how an RPC ended whose Recv returned io.EOF.
func (s *Stream) OKEnd() End {
	return End{OK(), fromGRPC(s.rpc.header()), fromGRPC(s.rpc.trailer()), OriginServer}
}
