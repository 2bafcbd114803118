package transcode

import (
	"math"
	"math/rand/v2"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// wireMaker makes random wire bytes of messages: valid ones, and with wild above
// zero, in that share of places, what only a strange sender writes.
type wireMaker struct {
	*rand.Rand
	schema *schema
	wild   float64
	anys   []protoreflect.FullName // types to put into an Any
}

func (r *wireMaker) chance(p float64) bool { return r.Float64() < p }

// message returns the wire of a message; small ones below depth 0.
func (r *wireMaker) message(md protoreflect.MessageDescriptor, depth int) []byte {
	switch md.FullName() {
	case "google.protobuf.Timestamp":
		return r.time(-62135596800, 253402300799, 0)
	case "google.protobuf.Duration":
		return r.time(-1000, 1000, -1)
	case "google.protobuf.FieldMask":
		return r.mask()
	case "google.protobuf.Any":
		return r.any(depth)
	}
	var parts [][]byte
	oneofs := make(map[protoreflect.OneofDescriptor]bool)
	for i := range md.Fields().Len() {
		fd := md.Fields().Get(i)
		od := fd.ContainingOneof()
		isRequired := fd.Cardinality() == protoreflect.Required
		skip := !isRequired && (depth <= 0 && fd.Message() != nil || r.chance(0.4)) ||
			od != nil && oneofs[od] && !r.chance(r.wild)
		if skip && !(isKind(md) && i == md.Fields().Len()-1 && len(parts) == 0) || isRequired && r.chance(r.wild/10) {
			continue
		}
		oneofs[od] = true
		parts = append(parts, r.field(fd, depth))
		if r.chance(r.wild / 2) {
			parts = append(parts, r.field(fd, depth))
		}
	}
	if md.ExtensionRanges().Len() > 0 && depth > 0 {
		for _, n := range []protoreflect.FieldNumber{100, 101, 102, 103, 104, 1000, 1001} {
			if xt, err := r.schema.types.FindExtensionByNumber(md.FullName(), n); err == nil && r.chance(0.3) {
				parts = append(parts, r.field(xt.TypeDescriptor(), depth))
			}
		}
	}
	if r.chance(r.wild) {
		parts = append(parts, r.unknown())
	}
	if r.chance(r.wild + 0.2) {
		r.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	}
	var wire []byte
	for _, p := range parts {
		wire = append(wire, p...)
	}
	if r.chance(r.wild/20) && len(wire) > 0 {
		wire = wire[:r.IntN(len(wire))]
	}
	return wire
}

func isKind(md protoreflect.MessageDescriptor) bool { return md.FullName() == "google.protobuf.Value" }

// field returns the wire of all that a message has of a field.
func (r *wireMaker) field(fd protoreflect.FieldDescriptor, depth int) []byte {
	if !fd.IsList() && !fd.IsMap() {
		return r.single(nil, fd, depth)
	}
	n := r.IntN(4)
	if r.chance(0.05) {
		n = 20
	}
	var wire []byte
	if fd.IsMap() {
		for range n {
			var entry []byte
			if !r.chance(r.wild / 4) {
				entry = r.single(entry, fd.MapKey(), 0)
			}
			if !r.chance(r.wild / 4) {
				entry = r.single(entry, fd.MapValue(), depth-1)
			}
			if r.chance(r.wild / 4) {
				entry = r.single(entry, fd.MapValue(), depth-1)
			}
			if r.chance(r.wild / 4) {
				entry = append(entry, r.unknown()...)
			}
			wire = protowire.AppendTag(wire, fd.Number(), protowire.BytesType)
			wire = protowire.AppendBytes(wire, entry)
		}
		return wire
	}
	packable := fd.Message() == nil && fd.Kind() != protoreflect.StringKind && fd.Kind() != protoreflect.BytesKind
	if !packable || fd.IsPacked() == r.chance(r.wild/2) {
		for range n {
			wire = r.single(wire, fd, depth)
		}
		return wire
	}
	var body []byte
	for range n {
		body = r.scalar(body, fd)
	}
	return protowire.AppendBytes(protowire.AppendTag(wire, fd.Number(), protowire.BytesType), body)
}

// single appends one value with its tag.
func (r *wireMaker) single(wire []byte, fd protoreflect.FieldDescriptor, depth int) []byte {
	if r.chance(r.wild / 20) {
		return append(wire, r.unknownAs(fd.Number())...)
	}
	switch fd.Kind() {
	case protoreflect.MessageKind:
		wire = protowire.AppendTag(wire, fd.Number(), protowire.BytesType)
		return protowire.AppendBytes(wire, r.message(fd.Message(), depth-1))
	case protoreflect.GroupKind:
		wire = protowire.AppendTag(wire, fd.Number(), protowire.StartGroupType)
		return protowire.AppendGroup(wire, fd.Number(), r.message(fd.Message(), depth-1))
	}
	return r.scalar(protowire.AppendTag(wire, fd.Number(), wireTypes[fd.Kind()]), fd)
}

var someIntegers = []uint64{0, 0, 1, 2, 127, 128, 300, 1 << 31, 1<<31 - 1, 1<<32 - 1, 1 << 53, 1<<63 - 1, 1 << 63, math.MaxUint64}

var someStrings = []string{"", "a", "plain text", "ünïcödé ☃ 𝄞", "q\"b\\s/\b\f\n\r\t\x00\x1f\x7f", "<&>\u2028", "0123456789abcdef\n", "1", "true"}

// scalar appends one value without its tag.
func (r *wireMaker) scalar(wire []byte, fd protoreflect.FieldDescriptor) []byte {
	n := someIntegers[r.IntN(len(someIntegers))]
	if r.chance(0.4) {
		n = r.Uint64() >> r.IntN(64)
	}
	switch fd.Kind() {
	case protoreflect.StringKind, protoreflect.BytesKind:
		s := someStrings[r.IntN(len(someStrings))]
		if r.chance(r.wild/10) || fd.Kind() == protoreflect.BytesKind && r.chance(0.5) {
			s += string(binaryString(r, r.IntN(100)))
		}
		return protowire.AppendString(wire, s)
	case protoreflect.FloatKind:
		f := float32(r.NormFloat64() * math.Pow10(r.IntN(50)-25))
		if r.chance(0.3) {
			f = float32(r.IntN(100))
		}
		if r.chance(0.1) {
			return protowire.AppendFixed32(wire, uint32(n))
		}
		return protowire.AppendFixed32(wire, math.Float32bits(f))
	case protoreflect.DoubleKind:
		f := r.NormFloat64() * math.Pow10(r.IntN(50)-25)
		if r.chance(0.3) {
			f = float64(r.IntN(100)) - 50
		}
		if r.chance(r.wild / 4) {
			f = []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.Copysign(0, -1), math.MaxFloat64}[r.IntN(5)]
		}
		return protowire.AppendFixed64(wire, math.Float64bits(f))
	case protoreflect.EnumKind:
		if values := fd.Enum().Values(); !r.chance(0.1) {
			n = uint64(values.Get(r.IntN(values.Len())).Number())
		}
	}
	switch wireTypes[fd.Kind()] {
	case protowire.Fixed32Type:
		return protowire.AppendFixed32(wire, uint32(n))
	case protowire.Fixed64Type:
		return protowire.AppendFixed64(wire, n)
	}
	return protowire.AppendVarint(wire, n)
}

func binaryString(r *wireMaker, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// unknown returns a field that no schema here has.
func (r *wireMaker) unknown() []byte { return r.unknownAs(protowire.Number(15000 + r.IntN(1000))) }

// unknownAs returns a field of a random wire type.
func (r *wireMaker) unknownAs(n protowire.Number) []byte {
	switch r.IntN(5) {
	case 0:
		return protowire.AppendVarint(protowire.AppendTag(nil, n, protowire.VarintType), r.Uint64())
	case 1:
		return protowire.AppendFixed32(protowire.AppendTag(nil, n, protowire.Fixed32Type), r.Uint32())
	case 2:
		return protowire.AppendFixed64(protowire.AppendTag(nil, n, protowire.Fixed64Type), r.Uint64())
	case 3:
		return protowire.AppendBytes(protowire.AppendTag(nil, n, protowire.BytesType), binaryString(r, r.IntN(8)))
	}
	return protowire.AppendGroup(protowire.AppendTag(nil, n, protowire.StartGroupType), n, nil)
}

// time returns a Timestamp or Duration with seconds in a range.
func (r *wireMaker) time(low, high, sign int64) []byte {
	seconds, nanos := low+r.Int64N(high-low+1), int64(someNanos[r.IntN(len(someNanos))])
	if sign < 0 && seconds < 0 {
		nanos = -nanos
	}
	if r.chance(r.wild / 4) {
		seconds, nanos = seconds*4, -nanos
	}
	wire := protowire.AppendVarint([]byte{1 << 3}, uint64(seconds))
	return protowire.AppendVarint(append(wire, 2<<3), uint64(nanos))
}

var someNanos = []int{0, 0, 1, 1000, 120_000_000, 999_999_999, 1_000_000}

func (r *wireMaker) mask() []byte {
	var wire []byte
	for range r.IntN(3) {
		path := []string{"a", "user.display_name", "a_b.c"}[r.IntN(3)]
		if r.chance(r.wild / 4) {
			path = []string{"", "A", "a__b", "a.", "é", "_a", "a_1"}[r.IntN(7)]
		}
		wire = protowire.AppendString(append(wire, 1<<3|2), path)
	}
	return wire
}

func (r *wireMaker) any(depth int) []byte {
	if r.chance(0.1) {
		return nil
	}
	name := r.anys[r.IntN(len(r.anys))]
	wire := protowire.AppendString([]byte{1<<3 | 2}, "type.googleapis.com/"+string(name))
	d, err := r.schema.files.FindDescriptorByName(name)
	if err != nil {
		return protowire.AppendBytes(append(wire, 2<<3|2), binaryString(r, 5))
	}
	return protowire.AppendBytes(append(wire, 2<<3|2), r.message(d.(protoreflect.MessageDescriptor), depth-1))
}
