package state

import (
	"context"
	"time"

	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/internal/memory"
)

// side is one of the two sides of a stream.
type side func(*stream) *lane

func sending(st *stream) *lane   { return &st.sending }
func receiving(st *stream) *lane { return &st.receiving }

// turn is a request on one side of a stream.
type turn struct {
	*stream
	place *place
	bound time.Duration // how long it may wait; 0 is no bound
	reply memory.Reply  // of a request for messages
}

// onSide makes an Op of a request on one side of a stream: do says how it waits
// for its turn and what it does then. timeoutMs bounds it, nil being the stream's
// own bound.
func onSide[R any](s *State, id, connectionID string, of side, timeoutMs *int, do func(ctx context.Context, t *turn) (R, error)) (Op[R], error) {
	st, err := s.useStream(id, connectionID)
	if err != nil {
		return Op[R]{}, err
	}
	t := &turn{stream: st, bound: grpcops.Millis(timeoutMs, st.timeout)}
	t.place = of(st).join()
	return Op[R]{Do: func(ctx context.Context) (R, error) { return do(ctx, t) }, Leave: t.leave}, nil
}

// wait returns nil when it is this request's turn, or the cause that ended ctx.
func (t *turn) wait(ctx context.Context) error { return t.place.wait(ctx) }

// fail makes the error of a request that can fail before its turn. It waits for
// the turn all the same, as answers keep their order.
func (t *turn) fail(ctx context.Context, err error) error {
	_ = t.wait(ctx) // err is what is told, also when ctx has ended
	return t.progress(err, nil)
}

func (t *turn) leave() {
	t.reply.Release()
	t.place.leave()
	t.done()
}
