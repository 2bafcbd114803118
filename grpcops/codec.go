package grpcops

import (
	"errors"
	"fmt"

	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/mem"

	"github.com/grpcline/grpcline/grpcops/transcode"
	"github.com/grpcline/grpcline/internal/buffers"
)

// outgoing is a message in protobuf's wire format, as gRPC sends it.
type outgoing struct {
	wire []byte
	// lent is wire's memory if that is to be used again: it is freed when neither gRPC
	// nor the call uses it any more. It is nil if the memory is left to the garbage
	// collector.
	lent mem.Buffer
}

// lend makes the memory of wire, if it is not small, one that is freed for others to
// use.
func (out *outgoing) lend(pool *buffers.Pool) {
	if len(out.wire) <= smallWire {
		return
	}
	wire := out.wire
	out.lent = mem.NewBuffer(&wire, lender{pool})
}

// done says that the call needs the message no more.
func (out *outgoing) done() {
	if out.lent != nil {
		out.lent.Free()
	}
	*out = outgoing{}
}

// lender is a pool as gRPC knows it. What is too small for the pool is left to gRPC's
// own, which clears each buffer that it gives out.
type lender struct{ pool *buffers.Pool }

func (l lender) Get(length int) *[]byte {
	if length < buffers.Least {
		return mem.DefaultBufferPool().Get(length)
	}
	buffer := l.pool.Make(length)[:length]
	return &buffer
}

func (l lender) Put(buffer *[]byte) {
	if cap(*buffer) < buffers.Least {
		mem.DefaultBufferPool().Put(buffer)
	} else {
		l.pool.Free(*buffer)
	}
}

// incoming turns a received message into JSON as gRPC hands it over, so that the
// wire bytes are never copied.
type incoming struct {
	plan    *transcode.Message
	options transcode.Options
	room    []byte        // free memory for the text, which may outgrow it
	pool    *buffers.Pool // where there is more
	text    []byte
	unfit   *transcode.Error // why text is only what stands for the message
	tooLong bool             // the text would be longer than options.MostJSON
}

// read makes the text of a message, or of what stands for one that JSON cannot hold;
// without a plan it drops the message.
func (in *incoming) read(wire []byte) {
	if in.plan == nil {
		return
	}
	if need := len(wire)*3/2 + 64; cap(in.room) < need {
		in.room = in.pool.Make(need)
	}
	text, err := in.plan.AppendJSON(in.room[:0], wire, in.options)
	in.text, in.unfit, in.tooLong = text, nil, false
	if err != nil {
		in.failed(err, wire)
	}
}

// failed takes the error of a message that has no JSON of its own.
func (in *incoming) failed(err error, wire []byte) {
	if errors.As(err, &in.unfit) {
		in.text = appendUndecodable(in.room[:0], in.unfit, wire)
	}
	in.tooLong = errors.Is(err, transcode.ErrTooLong)
}

// directCodec lets gRPC carry wire bytes: *outgoing to send, *incoming to
// receive. It has no name, so that the content type is plain application/grpc, as
// with generated code.
type directCodec struct{}

func (directCodec) Name() string { return "" }

func (directCodec) Marshal(v any) (mem.BufferSlice, error) {
	out, ok := v.(*outgoing)
	if !ok {
		return nil, fmt.Errorf("directCodec cannot send a %T", v)
	}
	if out.lent != nil {
		out.lent.Ref()
		return mem.BufferSlice{out.lent}, nil
	}
	return mem.BufferSlice{mem.SliceBuffer(out.wire)}, nil
}

// Unmarshal does not fail where the bytes are no message: gRPC would give that a
// status of its own.
func (directCodec) Unmarshal(data mem.BufferSlice, v any) error {
	in, ok := v.(*incoming)
	if !ok {
		return fmt.Errorf("directCodec cannot receive a %T", v)
	}
	if len(data) == 1 {
		in.read(data[0].ReadOnlyData())
		return nil
	}
	joined := data.MaterializeToBuffer(lender{in.pool})
	defer joined.Free()
	in.read(joined.ReadOnlyData())
	return nil
}

// serverCodec does the same for calls that are handed on, and leaves those that the
// worker answers itself, such as health's, to gRPC's own codec.
type serverCodec struct{ directCodec }

func (c serverCodec) Marshal(v any) (mem.BufferSlice, error) {
	if out, ok := v.(*outgoing); ok {
		return c.directCodec.Marshal(out)
	}
	return encoding.GetCodecV2(proto.Name).Marshal(v)
}

func (c serverCodec) Unmarshal(data mem.BufferSlice, v any) error {
	if in, ok := v.(*incoming); ok {
		return c.directCodec.Unmarshal(data, in)
	}
	return encoding.GetCodecV2(proto.Name).Unmarshal(data, v)
}
