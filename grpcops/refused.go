package grpcops

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// unseen are the words of grpc-go for a request that the server has refused
// without looking at it (RFC 9113, sections 6.8 and 8.7) or that was never written:
// a GOAWAY for streams before it, REFUSED_STREAM, a connection that closed first.
var unseen = []string{
	"the connection is draining",
	"the stream is rejected because server is draining the connection",
	"stream terminated by RST_STREAM with error code: REFUSED_STREAM",
	"transport is closing",
}

// refused tells whether the server is known not to have seen an RPC that ended with
// err. A server that says the same words itself has sent trailers.
func refused(err error, headers, trailers metadata.MD) bool {
	if err == nil || len(headers) > 0 || len(trailers) > 0 {
		return false
	}
	s, ok := status.FromError(err)
	return ok && s.Code() == codes.Unavailable && slices.Contains(unseen, s.Message())
}

// invoke makes a unary RPC. grpc-go begins one that was refused again once; invoke
// does it until ctx ends, and meanwhile waits for a connection too, as a server that
// refuses is often one that is being replaced.
func (c *Conn) invoke(ctx context.Context, path string, in, out any, headers, trailers *metadata.MD, options []grpc.CallOption, arriving func(context.Context)) error {
	ctx = c.link.request(ctx)
	options = append(options, grpc.Trailer(trailers))
	err := c.attempt(ctx, path, in, out, headers, options, arriving)
	if !refused(err, *headers, *trailers) {
		return err
	}
	var tries patience
	options = append(options, grpc.WaitForReady(true))
	for {
		if late := tries.wait(ctx, err); late != nil {
			return late
		}
		err = c.attempt(ctx, path, in, out, headers, options, arriving)
		switch {
		case refused(err, *headers, *trailers):
		case err != nil && ctx.Err() != nil && len(*headers) == 0 && len(*trailers) == 0:
			return tries.late(ctx, err)
		default:
			return err
		}
	}
}

// unaryStream describes a unary RPC to grpc-go.
var unaryStream = &grpc.StreamDesc{}

// attempt makes a unary RPC, and calls arriving, unless it is nil, when the reply begins
// to arrive.
func (c *Conn) attempt(ctx context.Context, path string, in, out any, headers *metadata.MD, options []grpc.CallOption, arriving func(context.Context)) error {
	if arriving == nil {
		return c.cc.Invoke(ctx, path, in, out, append(options, grpc.Header(headers))...)
	}
	rpc, err := c.cc.NewStream(ctx, unaryStream, path, options...)
	if err != nil {
		return err
	}
	if err := rpc.SendMsg(in); err != nil {
		return err
	}
	if *headers, _ = rpc.Header(); *headers != nil { // without headers there is no reply, and RecvMsg tells why
		arriving(ctx)
	}
	return rpc.RecvMsg(out)
}

// patience is that of a request which is refused again and again.
type patience struct{ refusals int }

// Pauses between two attempts grow from the least to the most.
const (
	leastPause = time.Millisecond
	mostPause  = 100 * time.Millisecond
)

// wait waits before the next attempt. It returns an error where ctx ends first;
// refusal is that of the last attempt.
func (p *patience) wait(ctx context.Context, refusal error) error {
	p.refusals++
	pause := min(leastPause<<min(p.refusals, 10), mostPause)
	timer := time.NewTimer(pause/2 + rand.N(pause/2)) // not all at the same moment
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return p.late(ctx, refusal)
	}
}

// late is the error of a request whose time is over before the server took it.
func (p *patience) late(ctx context.Context, last error) error {
	if !errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
		return status.FromContextError(ctx.Err()).Err()
	}
	often := "once"
	if p.refusals > 1 {
		often = fmt.Sprintf("%d times", p.refusals)
	}
	return status.Error(codes.Unavailable, fmt.Sprintf("the server refused the call %s without having looked at it, until its time was over: %s",
		often, status.Convert(last).Message()))
}
