package grpcops

import (
	"context"
	"strings"
	"sync/atomic"

	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"
)

// received notes what the server has sent of the last attempt of an RPC.
type received struct{ headers, trailers atomic.Bool }

type receivedKey struct{}

// watch returns a context for one RPC and where what arrives is noted.
func watch(ctx context.Context) (context.Context, *received) {
	r := &received{}
	return context.WithValue(ctx, receivedKey{}, r), r
}

// origin tells who made the status err.
//
// Trailers can have arrived and the status still be ours: a message that is too
// large is refused while the rest has been received, and OK without a response is
// none. grpc-go's own sentences begin with "grpc: "; a server can use them as
// well, but then without a message before, and so without headers.
func (r *received) origin(ctx context.Context, err error) string {
	if !r.trailers.Load() || ctx.Err() != nil {
		return OriginClient
	}
	message := status.Convert(err).Message()
	if r.headers.Load() && strings.HasPrefix(message, "grpc: ") || strings.HasPrefix(message, "cardinality violation") {
		return OriginClient
	}
	return OriginServer
}

// originHandler is the stats.Handler that fills received.
type originHandler struct{}

func (originHandler) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context { return ctx }

func (originHandler) HandleRPC(ctx context.Context, event stats.RPCStats) {
	switch event.(type) {
	case *stats.Begin, *stats.InHeader, *stats.InTrailer:
	default:
		return // there is one for each message, and finding r takes its time
	}
	r, ok := ctx.Value(receivedKey{}).(*received)
	if !ok {
		return
	}
	switch event.(type) {
	case *stats.Begin:
		r.headers.Store(false)
		r.trailers.Store(false)
	case *stats.InHeader:
		r.headers.Store(true)
	case *stats.InTrailer:
		r.trailers.Store(true)
	}
}

func (originHandler) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }
func (originHandler) HandleConn(context.Context, stats.ConnStats)                       {}
