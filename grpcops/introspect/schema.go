package introspect

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/google/jsonschema-go/jsonschema"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// dialect is what Schema is written in.
const dialect = "https://json-schema.org/draft/2020-12/schema"

// mostDescribed bounds the fields and enum values of one schema: the types of a
// message may lead to a million others.
const mostDescribed = 50_000

// Schema describes the canonical ProtoJSON form of a message as a JSON Schema
// (2020-12): {"$schema", "$ref", "$defs"}, where $defs has each message and enum
// under its full name. What is accepted beyond the canonical form (a field's
// original name, null for an unset field, a small integer as a string) is not
// described. A property's $comment is the field's declaration.
func Schema(md protoreflect.MessageDescriptor) (json.RawMessage, error) {
	b := &builder{defs: map[string]*jsonschema.Schema{}}
	root := b.message(md)
	for len(b.left) > 0 {
		next := b.left[len(b.left)-1]
		b.left = b.left[:len(b.left)-1]
		b.object(b.defs[string(next.FullName())], next)
		if b.described > mostDescribed {
			return nil, fmt.Errorf("the JSON Schema of %s would have more than %d fields and enum values", md.FullName(), mostDescribed)
		}
	}
	root.Schema, root.Defs = dialect, b.defs
	return json.Marshal(root)
}

// builder collects the definitions that a schema refers to.
type builder struct {
	defs      map[string]*jsonschema.Schema
	left      []protoreflect.MessageDescriptor // whose definitions are to be filled in
	described int                              // fields and enum values so far
}

func ref(d protoreflect.Descriptor) *jsonschema.Schema {
	return &jsonschema.Schema{Ref: "#/$defs/" + string(d.FullName())}
}

// message refers to a message, whose definition it begins if there is none.
func (b *builder) message(md protoreflect.MessageDescriptor) *jsonschema.Schema {
	name := string(md.FullName())
	if b.defs[name] == nil {
		def := wellKnown(md)
		if def == nil {
			def = &jsonschema.Schema{Description: comment(md), Deprecated: deprecated(md)}
			b.left = append(b.left, md)
		}
		b.defs[name] = def
	}
	return ref(md)
}

// object describes the fields of an ordinary message.
func (b *builder) object(def *jsonschema.Schema, md protoreflect.MessageDescriptor) {
	def.Type = "object"
	def.Properties = map[string]*jsonschema.Schema{}
	def.AdditionalProperties = &jsonschema.Schema{Not: &jsonschema.Schema{}} // false
	if md.ExtensionRanges().Len() > 0 {
		def.PatternProperties = map[string]*jsonschema.Schema{
			`^\[.+\]$`: {Description: "An extension, by its full name in brackets."},
		}
	}
	for i := range md.Fields().Len() {
		fd := md.Fields().Get(i)
		if md.Fields().ByJSONName(fd.JSONName()) != fd {
			continue // another field has the name; this one goes by its original name only
		}
		if b.described++; b.described > mostDescribed {
			return
		}
		def.PropertyOrder = append(def.PropertyOrder, fd.JSONName())
		def.Properties[fd.JSONName()] = b.field(fd)
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

// atMostOne holds if one of a oneof's members is present, or none.
func atMostOne(o protoreflect.OneofDescriptor) *jsonschema.Schema {
	var each []*jsonschema.Schema
	for i := range o.Fields().Len() {
		each = append(each, &jsonschema.Schema{Required: []string{o.Fields().Get(i).JSONName()}})
	}
	none := &jsonschema.Schema{Not: &jsonschema.Schema{AnyOf: each}}
	return &jsonschema.Schema{OneOf: append(each, none)}
}

func (b *builder) field(fd protoreflect.FieldDescriptor) *jsonschema.Schema {
	var n *jsonschema.Schema
	switch {
	case fd.IsMap():
		n = &jsonschema.Schema{
			Type:                 "object",
			PropertyNames:        mapKey(fd.MapKey().Kind()),
			AdditionalProperties: b.value(fd.MapValue()),
		}
	case fd.IsList():
		n = &jsonschema.Schema{Type: "array", Items: b.value(fd)}
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
func (b *builder) value(fd protoreflect.FieldDescriptor) *jsonschema.Schema {
	switch fd.Kind() {
	case protoreflect.MessageKind, protoreflect.GroupKind:
		return b.message(fd.Message())
	case protoreflect.EnumKind:
		return b.enum(fd.Enum())
	}
	return scalar(fd.Kind())
}

// enum refers to an enum, whose values go by name or by number.
func (b *builder) enum(ed protoreflect.EnumDescriptor) *jsonschema.Schema {
	name := string(ed.FullName())
	switch {
	case b.defs[name] != nil:
	case name == nullValue:
		b.defs[name] = &jsonschema.Schema{Type: "null"}
	default:
		names := &jsonschema.Schema{}
		b.described += ed.Values().Len()
		for i := range min(ed.Values().Len(), mostDescribed) {
			names.Enum = append(names.Enum, string(ed.Values().Get(i).Name()))
		}
		b.defs[name] = &jsonschema.Schema{
			Description: comment(ed), Deprecated: deprecated(ed), AnyOf: []*jsonschema.Schema{names, integer(math.MinInt32, math.MaxInt32)},
		}
	}
	return ref(ed)
}

// scalar describes a value that is neither a message nor an enum.
func scalar(kind protoreflect.Kind) *jsonschema.Schema {
	switch kind {
	case protoreflect.BoolKind:
		return &jsonschema.Schema{Type: "boolean"}
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind:
		return integer(math.MinInt32, math.MaxInt32)
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		return integer(0, math.MaxUint32)
	case protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind:
		return &jsonschema.Schema{Types: []string{"string", "integer"}, Pattern: "^-?[0-9]+$"}
	case protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		return &jsonschema.Schema{Types: []string{"string", "integer"}, Pattern: "^[0-9]+$", Minimum: new(float64)}
	case protoreflect.FloatKind, protoreflect.DoubleKind:
		return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Type: "number"}, {Enum: []any{"NaN", "Infinity", "-Infinity"}}}}
	case protoreflect.BytesKind:
		return &jsonschema.Schema{Type: "string", ContentEncoding: "base64"}
	}
	return &jsonschema.Schema{Type: "string"}
}

func integer(least, most float64) *jsonschema.Schema {
	return &jsonschema.Schema{Type: "integer", Minimum: &least, Maximum: &most}
}

// mapKey describes the names of a map's members; nil if any will do.
func mapKey(kind protoreflect.Kind) *jsonschema.Schema {
	switch kind {
	case protoreflect.StringKind:
		return nil
	case protoreflect.BoolKind:
		return &jsonschema.Schema{Enum: []any{"true", "false"}}
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind, protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		return &jsonschema.Schema{Pattern: "^[0-9]+$"}
	}
	return &jsonschema.Schema{Pattern: "^-?[0-9]+$"}
}
