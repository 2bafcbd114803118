package grpcops

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/status"
)

// connect waits until the connection can be used and says why it cannot; with wait
// it does not end with an attempt that has failed.
//
// It starts an RPC that is never sent: its credentials fail, which grpc-go asks
// for only once it has a connection. Where it has none, the RPC fails with the
// cause of the last attempt, which grpc-go shows nowhere else.
func (c *Conn) connect(ctx context.Context, wait bool) error {
	ctx = c.link.request(ctx)
	for {
		state := c.cc.GetState()
		probe := &neverSent{}
		_, err := c.cc.NewStream(ctx, &grpc.StreamDesc{}, "/grpcline/connect",
			grpc.PerRPCCredentials(probe), grpc.WaitForReady(wait))
		switch {
		case probe.reached:
			return nil
		case notADeadline(ctx) != nil:
			return context.Cause(ctx)
		case ctx.Err() != nil && (codeOf(err) == codes.DeadlineExceeded || codeOf(err) == codes.Canceled):
			return c.notInTime(ctx, err)
		case codeOf(err) != codes.DeadlineExceeded:
			return c.unreachable(err)
		}
		// A timeout in the service config has ended the probe, not ctx.
		c.cc.WaitForStateChange(ctx, state)
		if c.cc.GetState() == connectivity.Ready {
			return nil
		}
	}
}

// neverSent are credentials that fail when they are asked for.
type neverSent struct{ reached bool }

func (n *neverSent) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	n.reached = true
	return nil, errors.New("this RPC is not to be sent")
}

func (*neverSent) RequireTransportSecurity() bool { return false }

// unreachable makes one sentence of why there is no connection.
func (c *Conn) unreachable(err error) *StatusError {
	message := status.Convert(err).Message()
	if cause, ok := strings.CutPrefix(message, noConnection); ok {
		message = cause
	}
	return clientError(codes.Unavailable, "cannot connect to %s: %s", c.Params.Address, message)
}

// notInTime does the same where the time of ctx was over before there was one.
func (c *Conn) notInTime(ctx context.Context, err error) *StatusError {
	return clientError(codes.DeadlineExceeded, "no connection to %s %s: %s", c.Params.Address, inTime(ctx), c.lateBecause(status.Convert(err).Message()))
}

// inTime is "within" the time that ctx had, as far as that is known.
func inTime(ctx context.Context) string {
	var late lateError
	if errors.As(context.Cause(ctx), &late) {
		return "within " + late.after.Round(time.Millisecond).String()
	}
	return "in time"
}

// lateBecause says what connecting was waiting for. message is grpc-go's, which may
// have the cause of an attempt that has failed.
func (c *Conn) lateBecause(message string) string {
	if _, cause, ok := strings.Cut(message, noConnection); ok {
		return cause
	}
	l := c.link
	switch l.dialer.stage.at.Load() {
	case stageProxy:
		return l.dialer.proxy.name() + " does not answer"
	case stageHandshake:
		return "the server accepted the connection but did not finish the TLS handshake; it may not speak TLS there"
	case stagePreface:
		return "the server accepted the connection but did not answer in HTTP/2; " + l.orTLS("it may not be a gRPC server", "or it wants TLS (https://, or tls: {})")
	}
	return "the address does not answer; a firewall may drop the packets, or host or port may be wrong"
}

// usedUp tells that all the streams that the server allows are in use, for an RPC that
// has waited for one; it is empty where that is not why.
func (c *Conn) usedUp() string {
	if n := c.link.streams(); c.link.ready.Load() && n < unlimited {
		if n == 1 {
			return "the server allows one stream at a time on a connection, and it is in use"
		}
		return fmt.Sprintf("the server allows %d streams at a time on a connection, and all are in use", n)
	}
	return ""
}

// notStarted is the error of a stream that did not begin before start ended.
func (c *Conn) notStarted(start context.Context, err error) error {
	if cause := notADeadline(start); cause != nil {
		return cause
	}
	why := c.usedUp()
	if why == "" {
		why = c.lateBecause(status.Convert(err).Message())
	}
	return clientError(codes.DeadlineExceeded, "the stream did not begin in time (%v) on the connection to %s: %s", context.Cause(start), c.Params.Address, why)
}

// WithTimeout bounds what is done with ctx by d, which becomes the deadline of
// RPCs.
func WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, d, Late(d))
}

// Late is the cause of a context that ends after d.
func Late(d time.Duration) error { return lateError{d} }

// lateError is the cause of a context whose time is over.
type lateError struct{ after time.Duration }

func (e lateError) Error() string { return fmt.Sprintf("not within %s", e.after) }
func (lateError) Unwrap() error   { return context.DeadlineExceeded }
