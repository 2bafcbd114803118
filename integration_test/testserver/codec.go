package testserver

import (
	"fmt"

	"google.golang.org/grpc/encoding"
	_ "google.golang.org/grpc/encoding/gzip" // lets callers compress
	grpcproto "google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
)

// frame is a message as it stands on the wire.
type frame []byte

// rawCodec hands frames through as they are and leaves other messages, those
// of the reflection and health services, to the usual codec.
type rawCodec struct{ usual encoding.CodecV2 }

func newRawCodec() rawCodec {
	return rawCodec{usual: encoding.GetCodecV2(grpcproto.Name)}
}

func (c rawCodec) Marshal(v any) (mem.BufferSlice, error) {
	if f, ok := v.(frame); ok {
		return mem.BufferSlice{mem.SliceBuffer(f)}, nil
	}
	return c.usual.Marshal(v)
}

func (c rawCodec) Unmarshal(data mem.BufferSlice, v any) error {
	if f, ok := v.(*frame); ok {
		*f = data.Materialize()
		return nil
	}
	return c.usual.Unmarshal(data, v)
}

func (c rawCodec) Name() string { return grpcproto.Name }

// item is script.v1.Item.
type item struct {
	number  int64
	payload int // bytes of payload
	text    string
}

func (i item) marshal() frame {
	var f frame
	if i.number != 0 {
		f = protowire.AppendTag(f, 1, protowire.VarintType)
		f = protowire.AppendVarint(f, uint64(i.number))
	}
	if i.payload > 0 {
		f = protowire.AppendTag(f, 2, protowire.BytesType)
		f = protowire.AppendBytes(f, make([]byte, i.payload))
	}
	if i.text != "" {
		f = protowire.AppendTag(f, 3, protowire.BytesType)
		f = protowire.AppendString(f, i.text)
	}
	return f
}

// ItemNumber returns the number of a serialized script.v1.Item.
func ItemNumber(raw []byte) (int64, error) {
	for len(raw) > 0 {
		num, typ, n := protowire.ConsumeTag(raw)
		if n < 0 {
			return 0, protowire.ParseError(n)
		}
		if num == 1 && typ == protowire.VarintType {
			v, m := protowire.ConsumeVarint(raw[n:])
			if m < 0 {
				return 0, protowire.ParseError(m)
			}
			return int64(v), nil
		}
		m := protowire.ConsumeFieldValue(num, typ, raw[n:])
		if m < 0 {
			return 0, fmt.Errorf("field %d: %w", num, protowire.ParseError(m))
		}
		raw = raw[n+m:]
	}
	return 0, nil
}
