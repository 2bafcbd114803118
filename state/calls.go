package state

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/grpcline/grpcline/grpcops"
)

// Call is what all calls and streams are started with.
type Call struct {
	Ref       Ref
	Target    grpcops.Target // its Metadata is set from the connection's and the options'
	Request   json.RawMessage
	TimeoutMs *int // nil is the connection's
}

// target is the call's, with the metadata of its connection.
func (c *Call) target(l *lease) *grpcops.Target {
	c.Target.Metadata = l.metadata.With(c.Target.Options.Metadata)
	return &c.Target
}

// work is what is done with a connection.
type work[R any] func(ctx context.Context, conn *grpcops.Conn, l *lease) (R, error)

// leased makes an Op of work on the connection that ref names.
func leased[R any](s *State, ref Ref, w work[R]) (Op[R], error) {
	l, err := s.lease(ref)
	if err != nil {
		return Op[R]{}, err
	}
	return Op[R]{Do: func(ctx context.Context) (R, error) { return w.on(ctx, l) }, Leave: l.leave}, nil
}

// bounded makes an Op of work that is a call by itself, within timeoutMs, which a
// connection that is not open yet counts against.
func bounded[R any](s *State, ref Ref, timeoutMs *int, w work[R]) (Op[R], error) {
	l, err := s.lease(ref)
	if err != nil {
		return Op[R]{}, err
	}
	do := func(ctx context.Context) (R, error) {
		d := l.within(timeoutMs)
		ctx, cancel := s.whole(ctx, d, grpcops.Late(d))
		defer cancel()
		return w.on(ctx, l)
	}
	return Op[R]{Do: do, Leave: l.leave}, nil
}

// on does the work once the connection is there.
func (w work[R]) on(ctx context.Context, l *lease) (R, error) {
	conn, err := l.conn(ctx)
	if err != nil {
		var none R
		return none, err
	}
	if l.held == nil {
		defer conn.Close()
	}
	return w(ctx, conn, l)
}

// within is the bound of an operation on the connection.
func (l *lease) within(timeoutMs *int) time.Duration { return grpcops.Millis(timeoutMs, l.timeout) }

// arriving waits for room for the reply, which has begun to arrive.
func (l *lease) arriving(ctx context.Context) { l.reply.Arrive(ctx, l.state.memory) }

// CallMethod makes a unary call.
func (s *State) CallMethod(c Call) (Op[*grpcops.Reply], error) {
	return bounded(s, c.Ref, c.TimeoutMs, func(ctx context.Context, conn *grpcops.Conn, l *lease) (*grpcops.Reply, error) {
		t := c.target(l)
		if !l.reply.Expect(s.memory) {
			t.Arriving = l.arriving
		}
		reply, err := conn.Call(ctx, t, c.Request)
		var lost *grpcops.ReplyError
		switch {
		case err == nil:
			l.reply.Size, l.text = cap(reply.Message), reply.Message
		case errors.As(err, &lost):
			l.reply.Size = cap(lost.Message)
			err = &Progress{Err: lost.StatusError, Messages: []json.RawMessage{lost.Message}}
		}
		return reply, err
	})
}

// On makes an Op of a question about a connection's server, bounded like a call.
func On[R any](s *State, ref Ref, timeoutMs *int, ask func(ctx context.Context, conn *grpcops.Conn, md grpcops.Metadata) (R, error)) (Op[R], error) {
	return bounded(s, ref, timeoutMs, func(ctx context.Context, conn *grpcops.Conn, l *lease) (R, error) {
		return ask(ctx, conn, l.metadata)
	})
}
