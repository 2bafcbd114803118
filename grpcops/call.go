package grpcops

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/grpcline/grpcline/grpcops/transcode"
)

// Target is what a call or stream goes to, and how.
type Target struct {
	Service  string // full name; may be empty where Method is pkg.Service/Method
	Method   string
	Metadata Metadata // all that is to be sent
	Options  CallOptions

	// Arriving is called when the reply to a unary call begins to arrive, and may
	// wait until ctx ends: flow control holds the reply back meanwhile. nil is
	// nothing.
	Arriving func(ctx context.Context)
}

// Reply is what a unary call returned, its status being OK.
type Reply struct {
	Message  json.RawMessage // in memory that may be given to Env.Buffers
	Headers  Metadata
	Trailers Metadata
}

// Call makes a unary call; ctx bounds it and is its deadline. Its error is a
// *ParamError, a *KindError, a *StatusError, or the cause that ended ctx where
// that is no deadline.
func (c *Conn) Call(ctx context.Context, t *Target, request json.RawMessage) (*Reply, error) {
	m, err := c.method(ctx, t, Unary)
	if err != nil {
		return nil, err
	}
	u := &unary{}
	sent := t.Metadata.outgoing(ctx)
	options := c.asking(t.Options.JSON.over(c.Params.JSON), &u.asker, sent)
	if u.out.wire, err = m.encode(c.wireRoom(request), "request", request, options); err != nil {
		return nil, err
	}
	u.out.lend(c.buffers)
	u.in = incoming{plan: m.out, options: m.reading(options), pool: c.buffers}
	err = c.invoke(sent, m.path, &u.out, &u.in, &u.headers, &u.trailers, c.callOptions(&t.Options), t.Arriving)
	u.out.done()
	if err != nil {
		return nil, withReply(c.ended(ctx, err, m.codec, options, u.headers, u.trailers), u.in.text)
	}
	if u.in.tooLong {
		e := m.tooLong()
		e.Headers, e.Trailers = fromGRPC(u.headers), fromGRPC(u.trailers)
		return nil, e
	}
	u.reply = Reply{u.in.text, fromGRPC(u.headers), fromGRPC(u.trailers)}
	return &u.reply, nil
}

// withReply keeps the response of a call whose trailers cannot be read.
func withReply(err error, reply json.RawMessage) error {
	var failed *StatusError
	if reply == nil || !errors.As(err, &failed) {
		return err
	}
	name, ok := unreadableTrailers(&failed.Status)
	if !ok {
		return err
	}
	failed.Status.Message = "the response has come (data.messages has it), but not whether the call was a success: the server's trailer " + name + " is no base64, and all its trailers are lost with it"
	return &ReplyError{failed, reply}
}

// unary is the memory of one call.
type unary struct {
	out               outgoing
	in                incoming
	asker             asker
	headers, trailers metadata.MD
	reply             Reply
}

// callOptions are a call's options as grpc-go takes them, over the connection's,
// with room for more.
func (c *Conn) callOptions(o *CallOptions) []grpc.CallOption {
	options := make([]grpc.CallOption, 0, 6)
	options = append(options, codecOption, grpc.WaitForReady(given(o.WaitForReady, c.Params.WaitForReady)))
	compression := o.Compression
	if compression == nil {
		compression = c.Params.Compression
	}
	if compression != nil {
		options = append(options, grpc.UseCompressor(string(*compression)))
	}
	return options
}

// codecOption is made once for all calls.
var codecOption = grpc.ForceCodecV2(directCodec{})

// fromGRPC is what grpc-go returned as Metadata, never nil.
func fromGRPC(md metadata.MD) Metadata {
	if md == nil {
		return Metadata{}
	}
	return Metadata(md)
}

// ended makes the error of an RPC that did not end with OK.
func (c *Conn) ended(ctx context.Context, err error, codec *transcode.Codec, options transcode.Options, headers, trailers metadata.MD) error {
	s := statusOf(err, codec, options)
	end := End{s, fromGRPC(headers), fromGRPC(trailers), origin(ctx, &s, headers, trailers)}
	if ctx.Err() == nil && end.Status.mend(trailers) {
		end.Origin = OriginClient
		return &StatusError{end}
	}
	if end.Origin == OriginClient {
		if at, ok := ctx.Deadline(); ok && codeOf(err) == codes.DeadlineExceeded && !time.Now().Before(at) {
			<-ctx.Done() // is due: the server was a moment ahead
		}
		if codeOf(err) == codes.Canceled && errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
			end.Status.Code, end.Status.Name = uint32(codes.DeadlineExceeded), codeName(codes.DeadlineExceeded)
		}
		var cancelled *StatusError
		switch cause := notADeadline(ctx); {
		case errors.As(cause, &cancelled):
			end.Status = cancelled.Status
			return &StatusError{end}
		case cause != nil:
			return cause
		}
		if codes.Code(end.Status.Code) == codes.DeadlineExceeded && len(headers) == 0 && len(trailers) == 0 {
			c.silent(ctx)
		}
		end.Status.Message = c.explain(ctx, &end.Status, trailers == nil)
	}
	return &StatusError{end}
}

// notADeadline is why ctx ended, nil where it did not, or by its deadline, or
// without a cause of its own.
func notADeadline(ctx context.Context) error {
	cause := context.Cause(ctx)
	if cause == nil || errors.Is(cause, context.DeadlineExceeded) || errors.Is(cause, context.Canceled) {
		return nil
	}
	return cause
}

// late is the error of something that ctx ended before the server gave it.
func (c *Conn) late(ctx context.Context, what string) error {
	if cause := notADeadline(ctx); cause != nil {
		return cause
	}
	c.silent(ctx)
	return clientError(codes.DeadlineExceeded, "%s did not come in time from %s", what, c.Params.Address)
}

// CheckHealth asks grpc.health.v1 for the state of a service, "" being the
// server as a whole. It returns the state's name, such as SERVING.
func (c *Conn) CheckHealth(ctx context.Context, md Metadata, service string) (string, error) {
	var headers, trailers metadata.MD
	answer := &healthpb.HealthCheckResponse{}
	err := c.invoke(md.outgoing(ctx), healthpb.Health_Check_FullMethodName, &healthpb.HealthCheckRequest{Service: service}, answer,
		&headers, &trailers, nil, nil)
	if err != nil {
		return "", c.ended(ctx, err, transcode.NewCodec(nil), transcode.Options{}, headers, trailers)
	}
	return answer.GetStatus().String(), nil
}

// codeOf is the status code of what grpc-go returned.
func codeOf(err error) codes.Code { return status.Code(err) }

// Name is pkg.Service/Method as far as the caller gave it.
func (t *Target) Name() string {
	if t.Service == "" {
		return t.Method
	}
	return t.Service + "/" + t.Method
}
