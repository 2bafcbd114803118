package transcode

import (
	"encoding/binary"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// tag is the tag of a field on the wire and the place of its value. The value of
// a group has its end tag with it.
type tag struct {
	number     protowire.Number
	wireType   protowire.Type
	start, end int
}

// readTag reads the tag at b[pos], which exists, and finds the end of its value.
func readTag(b []byte, pos int) (tag, *fault) {
	// Most fields have a small number, and a small value or length.
	if pos+1 < len(b) && 8 <= b[pos] && b[pos] < 0x80 && b[pos+1] < 0x80 {
		number, end := protowire.Number(b[pos]>>3), pos+2+int(b[pos+1])
		switch wireType := protowire.Type(b[pos] & 7); {
		case wireType == protowire.VarintType:
			return tag{number, wireType, pos + 1, pos + 2}, nil
		case wireType == protowire.BytesType && end <= len(b):
			return tag{number, wireType, pos + 2, end}, nil
		}
	}
	return readAnyTag(b, pos)
}

// readAnyTag is readTag for all numbers and values.
func readAnyTag(b []byte, pos int) (t tag, _ *fault) {
	v, n := readVarint(b[pos:])
	if n < 0 || v>>3 < uint64(protowire.MinValidNumber) || v>>3 > uint64(protowire.MaxValidNumber) {
		return t, malformed()
	}
	t = tag{number: protowire.Number(v >> 3), wireType: protowire.Type(v & 7), start: pos + n}
	rest := b[t.start:]
	switch t.wireType {
	case protowire.VarintType:
		_, n = readVarint(rest)
	case protowire.Fixed32Type:
		n = 4
	case protowire.Fixed64Type:
		n = 8
	case protowire.BytesType:
		var size uint64
		if size, n = readVarint(rest); n >= 0 {
			if size > uint64(len(rest)-n) {
				return t, malformed()
			}
			t.start += n
			n = int(size)
		}
	default:
		n = protowire.ConsumeFieldValue(t.number, t.wireType, rest)
	}
	if n < 0 || n > len(b)-t.start {
		return t, malformed()
	}
	t.end = t.start + n
	return t, nil
}

// readVarint is protowire.ConsumeVarint with its most usual case in line.
func readVarint(b []byte) (v uint64, n int) {
	if len(b) > 0 && b[0] < 0x80 {
		return uint64(b[0]), 1
	}
	return protowire.ConsumeVarint(b)
}

func malformed() *fault { return faultf("the bytes are not a protobuf message") }

// bodyOf returns the contents of a message or a group whose value is b.
func (f *field) bodyOf(b []byte) []byte {
	if f.wireType == protowire.StartGroupType {
		b, _ = protowire.ConsumeGroup(f.number, b)
	}
	return b
}

// accepts reports whether a value of a wire type can be one of the field. Other
// values are as good as an unknown field.
func (f *field) accepts(t protowire.Type) bool {
	return t == f.wireType || t == protowire.BytesType && f.isPackable()
}

// isPackable reports whether the field is a list that may be packed, whatever its
// declaration says.
func (f *field) isPackable() bool {
	return f.list && f.wireType != protowire.BytesType && f.wireType != protowire.StartGroupType
}

// lastValue returns the last value of a scalar field in the wire of its message,
// where other fields may be too, and the index at which it begins: none and -1
// where the field is not there. A string that is not the last is checked here, the
// last one when it is written.
func lastValue(f *field, wire []byte) (b []byte, at int, _ *fault) {
	at = -1
	for pos := 0; pos < len(wire); {
		t, err := readTag(wire, pos)
		if err != nil {
			return nil, at, err
		}
		if t.number == f.number && t.wireType == f.wireType {
			if f.utf8 && !utf8.Valid(b) {
				return nil, at, notUTF8()
			}
			b, at = wire[t.start:t.end], t.start
		}
		pos = t.end
	}
	return b, at, nil
}

// bits returns the number whose wire form is b, which was found by readTag, and
// the default where b is empty. Signed ones are sign-extended, floats are their
// IEEE 754 bits.
func (f *field) bits(b []byte) uint64 {
	if len(b) == 0 {
		if f.enum != nil {
			return uint64(int64(f.enum.first))
		}
		return 0
	}
	switch f.wireType {
	case protowire.Fixed32Type:
		v := binary.LittleEndian.Uint32(b)
		if f.kind == protoreflect.Sfixed32Kind {
			return uint64(int64(int32(v)))
		}
		return uint64(v)
	case protowire.Fixed64Type:
		return binary.LittleEndian.Uint64(b)
	}
	v, _ := readVarint(b)
	switch f.kind {
	case protoreflect.Int32Kind, protoreflect.EnumKind:
		return uint64(int64(int32(v)))
	case protoreflect.Uint32Kind:
		return uint64(uint32(v))
	case protoreflect.Sint32Kind:
		return uint64(int64(int32(protowire.DecodeZigZag(v & 0xffffffff))))
	case protoreflect.Sint64Kind:
		return uint64(protowire.DecodeZigZag(v))
	}
	return v
}

// isZero reports whether b is the wire form of the zero value, or of none.
func (f *field) isZero(b []byte) bool {
	return len(b) == 0 || f.wireType != protowire.BytesType && f.bits(b) == 0
}

func notUTF8() *fault { return faultf("the string is not UTF-8") }
