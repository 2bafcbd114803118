package transcode

import (
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// form is how a message type looks in JSON.
type form uint8

const (
	formObject    form = iota // an object with a member for each field
	formAny                   // an object with "@type"
	formTimestamp             // an RFC 3339 string
	formDuration              // a string such as "1.5s"
	formFieldMask             // a string of paths with commas between
	formWrapper               // the value
	formStruct                // any object
	formList                  // any array
	formValue                 // any value
	formEmpty                 // an object without members
)

// wellKnown are the types that have a form of their own, and the kinds of their
// fields in the order of their declaration, which is that of their numbers.
var wellKnown = map[protoreflect.FullName]struct {
	form  form
	kinds []protoreflect.Kind
}{
	"google.protobuf.Any":         {formAny, []protoreflect.Kind{protoreflect.StringKind, protoreflect.BytesKind}},
	"google.protobuf.Timestamp":   {formTimestamp, []protoreflect.Kind{protoreflect.Int64Kind, protoreflect.Int32Kind}},
	"google.protobuf.Duration":    {formDuration, []protoreflect.Kind{protoreflect.Int64Kind, protoreflect.Int32Kind}},
	"google.protobuf.FieldMask":   {formFieldMask, []protoreflect.Kind{protoreflect.StringKind}},
	"google.protobuf.BoolValue":   {formWrapper, []protoreflect.Kind{protoreflect.BoolKind}},
	"google.protobuf.Int32Value":  {formWrapper, []protoreflect.Kind{protoreflect.Int32Kind}},
	"google.protobuf.Int64Value":  {formWrapper, []protoreflect.Kind{protoreflect.Int64Kind}},
	"google.protobuf.UInt32Value": {formWrapper, []protoreflect.Kind{protoreflect.Uint32Kind}},
	"google.protobuf.UInt64Value": {formWrapper, []protoreflect.Kind{protoreflect.Uint64Kind}},
	"google.protobuf.FloatValue":  {formWrapper, []protoreflect.Kind{protoreflect.FloatKind}},
	"google.protobuf.DoubleValue": {formWrapper, []protoreflect.Kind{protoreflect.DoubleKind}},
	"google.protobuf.StringValue": {formWrapper, []protoreflect.Kind{protoreflect.StringKind}},
	"google.protobuf.BytesValue":  {formWrapper, []protoreflect.Kind{protoreflect.BytesKind}},
	"google.protobuf.Struct":      {formStruct, []protoreflect.Kind{protoreflect.MessageKind}},
	"google.protobuf.ListValue":   {formList, []protoreflect.Kind{protoreflect.MessageKind}},
	"google.protobuf.Value": {formValue, []protoreflect.Kind{
		protoreflect.EnumKind, protoreflect.DoubleKind, protoreflect.StringKind,
		protoreflect.BoolKind, protoreflect.MessageKind, protoreflect.MessageKind,
	}},
	"google.protobuf.Empty": {formEmpty, nil},
}

// formOf returns the form of a type. A type that only has the name of a
// well-known one, not its fields, is an object.
func formOf(m *Message) form {
	known, ok := wellKnown[m.name]
	if !ok || len(known.kinds) != len(m.fields) {
		return formObject
	}
	for i, f := range m.fields {
		if f.kind != known.kinds[i] || f.number != protowire.Number(i+1) {
			return formObject
		}
		if isMap := known.form == formStruct; isMap != (f.key != nil) {
			return formObject
		}
		if isList := known.form == formList || known.form == formFieldMask; isList != f.list {
			return formObject
		}
	}
	return known.form
}
