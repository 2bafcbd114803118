package integration_test

import (
	"fmt"
	"math"
	"math/rand/v2"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"
)

// messageMaker fills messages of any type at random.
type messageMaker struct{ *rand.Rand }

// message returns a message that JSON can carry; depth bounds its nesting.
func (g messageMaker) message(descriptor protoreflect.MessageDescriptor, depth int) *dynamicpb.Message {
	m := dynamicpb.NewMessage(descriptor)
	if g.wellKnown(m, depth) {
		return m
	}
	fields := descriptor.Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		nested := field.Message() != nil && !field.IsMap()
		if field.Cardinality() != protoreflect.Required && (g.IntN(3) == 0 || nested && depth == 0) {
			continue
		}
		switch {
		case field.IsMap():
			entries := m.Mutable(field).Map()
			for range g.IntN(4) {
				if value, ok := g.value(field.MapValue(), depth-1); ok {
					key, _ := g.value(field.MapKey(), 0)
					entries.Set(key.MapKey(), value)
				}
			}
		case field.IsList():
			list := m.Mutable(field).List()
			for range g.IntN(4) {
				if value, ok := g.value(field, depth-1); ok {
					list.Append(value)
				}
			}
		default:
			if value, ok := g.value(field, depth-1); ok {
				m.Set(field, value)
			}
		}
	}
	return m
}

// value returns one value of a field, or none where it would nest too deep.
func (g messageMaker) value(field protoreflect.FieldDescriptor, depth int) (protoreflect.Value, bool) {
	bits := g.Uint64() >> g.IntN(64)
	sign := int64(g.IntN(2)*2 - 1)
	switch field.Kind() {
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(bits%2 == 0), true
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind:
		return protoreflect.ValueOfInt32(int32(bits) * int32(sign)), true
	case protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind:
		return protoreflect.ValueOfInt64(int64(bits) * sign), true
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		return protoreflect.ValueOfUint32(uint32(bits)), true
	case protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		return protoreflect.ValueOfUint64(bits), true
	case protoreflect.FloatKind:
		return protoreflect.ValueOfFloat32(float32(g.float(math.MaxFloat32))), true
	case protoreflect.DoubleKind:
		return protoreflect.ValueOfFloat64(g.float(math.MaxFloat64)), true
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(g.text()), true
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes([]byte(g.text())), true
	case protoreflect.EnumKind:
		values := field.Enum().Values()
		return protoreflect.ValueOfEnum(values.Get(g.IntN(values.Len())).Number()), true
	default:
		if depth < 0 {
			return protoreflect.Value{}, false
		}
		return protoreflect.ValueOfMessage(g.message(field.Message(), depth)), true
	}
}

func (g messageMaker) float(most float64) float64 {
	switch g.IntN(6) {
	case 0:
		return math.Inf(g.IntN(2)*2 - 1)
	case 1:
		return most
	case 2:
		return float64(g.IntN(2000) - 1000)
	default:
		return g.NormFloat64() * math.Pow(10, float64(g.IntN(20)-10))
	}
}

func (g messageMaker) text() string {
	alphabet := []rune("aZ0 \"\\/\x00\n\x1f\x7fЖ€\u2028😀<&")
	runes := make([]rune, g.IntN(8))
	for i := range runes {
		runes[i] = alphabet[g.IntN(len(alphabet))]
	}
	return string(runes)
}

// wellKnown fills the messages whose fields depend on each other.
func (g messageMaker) wellKnown(m *dynamicpb.Message, depth int) bool {
	set := func(name protoreflect.Name, v any) {
		m.Set(m.Descriptor().Fields().ByName(name), protoreflect.ValueOf(v))
	}
	switch m.Descriptor().FullName() {
	case "google.protobuf.Timestamp":
		set("seconds", g.Int64N(253402300800+62135596800)-62135596800)
		set("nanos", int32(g.IntN(4)*250_000_001)%1_000_000_000)
	case "google.protobuf.Duration":
		sign := int64(g.IntN(2)*2 - 1)
		set("seconds", sign*g.Int64N(315576000000))
		set("nanos", int32(sign)*int32(g.IntN(1_000_000_000)))
	case "google.protobuf.FieldMask":
		paths := m.Mutable(m.Descriptor().Fields().ByName("paths")).List()
		for i := range g.IntN(3) {
			paths.Append(protoreflect.ValueOfString(fmt.Sprintf("a_field.part%d", i)))
		}
	case "google.protobuf.Any":
		// The empty one: what it may hold is for tests by hand.
	case "google.protobuf.Value":
		switch kind := g.IntN(4); {
		case kind == 0:
			set("null_value", protoreflect.EnumNumber(0))
		case kind == 1:
			set("number_value", float64(g.IntN(1000))/8)
		case kind == 2 || depth <= 0:
			set("string_value", g.text())
		default:
			field := m.Descriptor().Fields().ByName("struct_value")
			m.Set(field, protoreflect.ValueOfMessage(g.message(field.Message(), depth-1)))
		}
	default:
		return false
	}
	return true
}
