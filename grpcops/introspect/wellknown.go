package introspect

import (
	"encoding/json"

	"github.com/google/jsonschema-go/jsonschema"
	"google.golang.org/protobuf/reflect/protoreflect"
)

const nullValue = "google.protobuf.NullValue"

// wellKnown describes a message whose JSON form is special, and is nil for the
// others (https://protobuf.dev/programming-guides/json/).
func wellKnown(md protoreflect.MessageDescriptor) *jsonschema.Schema {
	switch md.FullName() {
	case "google.protobuf.Any":
		return &jsonschema.Schema{
			Description: "A message of any type: its URL as @type beside its fields, or beside its value if its form is not an object.",
			Type:        "object",
			Properties:  map[string]*jsonschema.Schema{"@type": {Type: "string"}},
		}
	case "google.protobuf.Timestamp":
		return &jsonschema.Schema{Description: "A time by RFC 3339, such as 1972-01-01T10:00:20.021Z.", Type: "string", Format: "date-time"}
	case "google.protobuf.Duration":
		return &jsonschema.Schema{Description: "Seconds with up to nine digits behind the point, such as 1.5s.", Type: "string", Pattern: `^-?[0-9]+(\.[0-9]{1,9})?s$`}
	case "google.protobuf.FieldMask":
		return &jsonschema.Schema{Description: "Paths of fields in lowerCamelCase, separated by commas, such as user.displayName,photo.", Type: "string"}
	case "google.protobuf.Struct":
		return &jsonschema.Schema{Description: "Any JSON object.", Type: "object"}
	case "google.protobuf.ListValue":
		return &jsonschema.Schema{Description: "Any JSON array.", Type: "array"}
	case "google.protobuf.Value":
		return &jsonschema.Schema{Description: "Any JSON value."}
	case "google.protobuf.DoubleValue", "google.protobuf.FloatValue", "google.protobuf.Int64Value", "google.protobuf.UInt64Value",
		"google.protobuf.Int32Value", "google.protobuf.UInt32Value", "google.protobuf.BoolValue", "google.protobuf.StringValue", "google.protobuf.BytesValue":
		if fd := wrapped(md); fd != nil {
			n := scalar(fd.Kind())
			n.Description = "A " + fd.Kind().String() + " that may be left out."
			return n
		}
	}
	return nil
}

// wrapped is the field of a wrapper message.
func wrapped(md protoreflect.MessageDescriptor) protoreflect.FieldDescriptor {
	return md.Fields().ByName("value")
}

// wellKnownExample is a value that is accepted for a message whose JSON form is
// special, and nil for the others.
func wellKnownExample(md protoreflect.MessageDescriptor) json.RawMessage {
	switch md.FullName() {
	case "google.protobuf.Any":
		return json.RawMessage(`{"@type":"type.googleapis.com/google.protobuf.Duration","value":"0s"}`)
	case "google.protobuf.Timestamp":
		return json.RawMessage(`"1970-01-01T00:00:00Z"`)
	case "google.protobuf.Duration":
		return json.RawMessage(`"0s"`)
	case "google.protobuf.FieldMask":
		return json.RawMessage(`"fieldName"`)
	case "google.protobuf.Struct":
		return json.RawMessage(`{"key":"text"}`)
	case "google.protobuf.ListValue":
		return json.RawMessage(`["text"]`)
	case "google.protobuf.Value":
		return json.RawMessage(`"text"`)
	}
	if wellKnown(md) != nil {
		return example(wrapped(md).Kind())
	}
	return nil
}

// example is a value of a scalar kind.
func example(kind protoreflect.Kind) json.RawMessage {
	switch kind {
	case protoreflect.BoolKind:
		return json.RawMessage(`true`)
	case protoreflect.StringKind:
		return json.RawMessage(`"text"`)
	case protoreflect.BytesKind:
		return json.RawMessage(`"AAEC"`)
	case protoreflect.FloatKind, protoreflect.DoubleKind:
		return json.RawMessage(`1.5`)
	case protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind, protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		return json.RawMessage(`"1"`)
	}
	return json.RawMessage(`1`)
}
