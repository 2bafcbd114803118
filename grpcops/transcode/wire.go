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

// part is a stretch of the wire bytes that are being read: the body of a message, or
// of a message that is given more than once one of its bodies, or fields of one rank
// that follow one another.
type part struct{ start, end, rank uint32 }

// readTag reads the tag at b[pos], which exists, and finds the end of its value.
// b are the wire bytes up to the end of the message.
func (j *toJSON) readTag(b []byte, pos int) (tag, *fault) {
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
	return j.readAnyTag(b, pos)
}

// readAnyTag is readTag for all numbers and values.
func (j *toJSON) readAnyTag(b []byte, pos int) (t tag, _ *fault) {
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
		if j.groups -= n; j.groups < 0 {
			return t, bytesf("the groups are nested too deeply to be read")
		}
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

func malformed() *fault { return bytesf("the bytes are not a protobuf message") }

// body returns the contents of the message or group that is the value of t, and
// what t has of all others.
func (f *field) body(wire []byte, t tag) part {
	if f.wireType == protowire.StartGroupType {
		t.end = f.groupEnd(wire, t)
	}
	return part{start: uint32(t.start), end: uint32(t.end)}
}

// groupEnd returns where in the value of t its end tag begins, which may be longer
// than it has to be.
func (f *field) groupEnd(wire []byte, t tag) int {
	end := t.end
	for end > t.start && wire[end-1]&0x7f == 0 {
		end--
	}
	return end - protowire.SizeTag(f.number)
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

// lastValue returns the last value of a scalar field among the fields in body, and
// an empty part if there is none. A string that is not the last is checked here, the
// last one when it is written.
func (j *toJSON) lastValue(f *field, body []part) (last part, _ *fault) {
	for _, p := range body {
		wire := j.wire[:p.end]
		for pos := int(p.start); pos < len(wire); {
			t, err := j.readTag(wire, pos)
			if err != nil {
				return last, err
			}
			if t.number == f.number && t.wireType == f.wireType {
				if f.utf8 && !utf8.Valid(wire[last.start:last.end]) {
					return last, notUTF8()
				}
				last = part{start: uint32(t.start), end: uint32(t.end)}
			}
			pos = t.end
		}
	}
	return last, nil
}

// bits returns the number whose wire form is b, which was found by readTag, and
// the default if b is empty. Signed ones are sign-extended, floats are their
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

func notUTF8() *fault { return bytesf("the string is not UTF-8") }
