package introspect

import (
	"encoding/json"
	"math"
	"strconv"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// dialect is what Schema is written in.
const dialect = "https://json-schema.org/draft/2020-12/schema"

// Schema describes the canonical ProtoJSON form of a message as a JSON Schema
// (2020-12): {"$schema", "$ref", "$defs"}, where $defs has each message and enum
// under its full name. What is accepted beyond the canonical form (a field's
// original name, null for an unset field, a small integer as a string) is not
// described. A property's $comment is the field's declaration.
func Schema(md protoreflect.MessageDescriptor) (json.RawMessage, error) {
	b := &builder{defined: map[protoreflect.FullName]bool{}, defs: &members{}}
	root := b.message(md)
	root.Schema, root.Defs = dialect, b.defs
	return json.Marshal(root)
}

// builder collects the definitions that a schema refers to.
type builder struct {
	defined map[protoreflect.FullName]bool
	defs    *members
}

func ref(d protoreflect.Descriptor) *node {
	return &node{Ref: "#/$defs/" + string(d.FullName())}
}

// message refers to a message, defining it where that is not done yet.
func (b *builder) message(md protoreflect.MessageDescriptor) *node {
	if b.defined[md.FullName()] {
		return ref(md)
	}
	b.defined[md.FullName()] = true
	if def := wellKnown(md); def != nil {
		b.defs.add(string(md.FullName()), def)
		return ref(md)
	}
	def := &node{Description: comment(md), Deprecated: deprecated(md)}
	b.defs.add(string(md.FullName()), def)
	b.object(def, md)
	return ref(md)
}

// object describes the fields of an ordinary message.
func (b *builder) object(def *node, md protoreflect.MessageDescriptor) {
	def.Type = types{"object"}
	def.Properties = &members{}
	def.AdditionalProperties = &schemaOrFalse{}
	if md.ExtensionRanges().Len() > 0 {
		def.PatternProperties = &members{}
		def.PatternProperties.add(`^\[.+\]$`, &node{Description: "An extension, by its full name in brackets."})
	}
	for i := range md.Fields().Len() {
		fd := md.Fields().Get(i)
		if md.Fields().ByJSONName(fd.JSONName()) != fd {
			continue // another field has the name; this one goes by its original name only
		}
		def.Properties.add(fd.JSONName(), b.field(fd))
		if fd.Cardinality() == protoreflect.Required {
			def.Required = append(def.Required, fd.JSONName())
		}
	}
	for i := range md.Oneofs().Len() {
		if o := md.Oneofs().Get(i); o.Fields().Len() > 1 {
			def.AllOf = append(def.AllOf, atMostOne(o))
		}
	}
}

// atMostOne is true where one of a oneof's members is present, or none.
func atMostOne(o protoreflect.OneofDescriptor) *node {
	var each []*node
	for i := range o.Fields().Len() {
		each = append(each, &node{Required: []string{o.Fields().Get(i).JSONName()}})
	}
	return &node{OneOf: append(each, &node{Not: &node{AnyOf: each}})}
}

func (b *builder) field(fd protoreflect.FieldDescriptor) *node {
	var n *node
	switch {
	case fd.IsMap():
		n = &node{
			Type:                 types{"object"},
			PropertyNames:        mapKey(fd.MapKey().Kind()),
			AdditionalProperties: &schemaOrFalse{b.value(fd.MapValue())},
		}
	case fd.IsList():
		n = &node{Type: types{"array"}, Items: b.value(fd)}
	default:
		n = b.value(fd)
	}
	n.Description, n.Deprecated = comment(fd), deprecated(fd)
	n.Comment = declaration(fd)
	return n
}

// declaration is a field as a .proto file declares it, without its label, such as
// "sint32 size_of = 3" or "map<string, pkg.Item> items = 9": what the JSON form
// does not tell.
func declaration(fd protoreflect.FieldDescriptor) string {
	kind := typeName(fd)
	if fd.IsMap() {
		kind = "map<" + typeName(fd.MapKey()) + ", " + typeName(fd.MapValue()) + ">"
	}
	return kind + " " + string(fd.Name()) + " = " + strconv.Itoa(int(fd.Number()))
}

func typeName(fd protoreflect.FieldDescriptor) string {
	switch fd.Kind() {
	case protoreflect.MessageKind, protoreflect.GroupKind:
		return string(fd.Message().FullName())
	case protoreflect.EnumKind:
		return string(fd.Enum().FullName())
	}
	return fd.Kind().String()
}

// value describes a single value of a field.
func (b *builder) value(fd protoreflect.FieldDescriptor) *node {
	switch fd.Kind() {
	case protoreflect.MessageKind, protoreflect.GroupKind:
		return b.message(fd.Message())
	case protoreflect.EnumKind:
		return b.enum(fd.Enum())
	}
	return scalar(fd.Kind())
}

// enum refers to an enum, whose values go by name or by number.
func (b *builder) enum(ed protoreflect.EnumDescriptor) *node {
	if b.defined[ed.FullName()] {
		return ref(ed)
	}
	b.defined[ed.FullName()] = true
	if ed.FullName() == nullValue {
		b.defs.add(string(ed.FullName()), &node{Type: types{"null"}})
		return ref(ed)
	}
	names := &node{}
	for i := range ed.Values().Len() {
		names.Enum = append(names.Enum, string(ed.Values().Get(i).Name()))
	}
	number := &node{Type: types{"integer"}, Minimum: number(math.MinInt32), Maximum: number(math.MaxInt32)}
	def := &node{Description: comment(ed), Deprecated: deprecated(ed), AnyOf: []*node{names, number}}
	b.defs.add(string(ed.FullName()), def)
	return ref(ed)
}

// scalar describes a value that is neither a message nor an enum.
func scalar(kind protoreflect.Kind) *node {
	switch kind {
	case protoreflect.BoolKind:
		return &node{Type: types{"boolean"}}
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind:
		return &node{Type: types{"integer"}, Minimum: number(math.MinInt32), Maximum: number(math.MaxInt32)}
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		return &node{Type: types{"integer"}, Minimum: "0", Maximum: number(math.MaxUint32)}
	case protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind:
		return &node{Type: types{"string", "integer"}, Pattern: "^-?[0-9]+$"}
	case protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		return &node{Type: types{"string", "integer"}, Pattern: "^[0-9]+$", Minimum: "0"}
	case protoreflect.FloatKind, protoreflect.DoubleKind:
		return &node{AnyOf: []*node{{Type: types{"number"}}, {Enum: []string{"NaN", "Infinity", "-Infinity"}}}}
	case protoreflect.BytesKind:
		return &node{Type: types{"string"}, ContentEncoding: "base64"}
	}
	return &node{Type: types{"string"}}
}

// mapKey describes the names of a map's members; nil where any will do.
func mapKey(kind protoreflect.Kind) *node {
	switch kind {
	case protoreflect.StringKind:
		return nil
	case protoreflect.BoolKind:
		return &node{Enum: []string{"true", "false"}}
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind, protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		return &node{Pattern: "^[0-9]+$"}
	}
	return &node{Pattern: "^-?[0-9]+$"}
}

func number(n int64) json.Number { return json.Number(strconv.FormatInt(n, 10)) }
