package grpcops

import (
	"fmt"

	"google.golang.org/grpc/mem"
)

// wire is a message in protobuf's wire format, as gRPC sends and receives it.
type wire struct{ bytes []byte }

// rawCodec lets gRPC carry wire bytes as they are: *wire in both directions. It
// has no name, so that the content type is plain application/grpc, as with
// generated code.
type rawCodec struct{}

func (rawCodec) Name() string { return "" }

func (rawCodec) Marshal(v any) (mem.BufferSlice, error) {
	w, ok := v.(*wire)
	if !ok {
		return nil, fmt.Errorf("rawCodec cannot send a %T", v)
	}
	return mem.BufferSlice{mem.SliceBuffer(w.bytes)}, nil
}

func (rawCodec) Unmarshal(data mem.BufferSlice, v any) error {
	w, ok := v.(*wire)
	if !ok {
		return fmt.Errorf("rawCodec cannot receive a %T", v)
	}
	w.bytes = append(w.bytes[:0], make([]byte, data.Len())...)
	data.CopyTo(w.bytes)
	return nil
}
