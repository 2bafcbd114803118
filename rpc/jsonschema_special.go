package rpc

import (
	"reflect"

	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/grpcops/schema"
)

var metadataType = reflect.TypeFor[grpcops.Metadata]()

// special describes a type whose JSON is not that of its fields, as its
// UnmarshalJSON takes it; it returns nil for other types.
func (s *schemas) special(t reflect.Type) *jsonSchema {
	text := &jsonSchema{Type: "string"}
	texts := &jsonSchema{Type: "array", Items: text}
	switch t {
	case reflect.TypeFor[connectionRef]():
		return anyOf(text, s.of(reflect.TypeFor[grpcops.ConnectionParams]()))
	case reflect.TypeFor[push]():
		one := 1
		return anyOf(&jsonSchema{Type: "boolean"}, &jsonSchema{
			Type: "object", Properties: properties{{"window", &jsonSchema{Type: "integer", Minimum: &one}}},
			Required: []string{"window"}, Additional: &jsonSchema{never: true},
		})
	case reflect.TypeFor[schema.Source](), reflect.TypeFor[schema.DescriptorSet]():
		return anyOf(text, s.object(t))
	case reflect.TypeFor[schema.Protos]():
		source := s.of(reflect.TypeFor[schema.Source]())
		return anyOf(source, &jsonSchema{Type: "array", Items: source}, &jsonSchema{Type: "object", Additional: source})
	case reflect.TypeFor[grpcops.Reflection]():
		return anyOf(&jsonSchema{Type: "string", Enum: []string{"auto"}}, &jsonSchema{Type: "boolean"})
	case reflect.TypeFor[grpcops.Compression]():
		return &jsonSchema{Type: "string", Enum: []string{"gzip", "identity"}}
	case metadataType, reflect.TypeFor[grpcops.ConnectionMetadata]():
		if s.results {
			return &jsonSchema{Type: "object", Additional: texts}
		}
		return &jsonSchema{Type: "object", Additional: anyOf(text, texts)}
	case reflect.TypeFor[openRPC](), reflect.TypeFor[grpcops.ServiceConfig]():
		return &jsonSchema{Type: "object"}
	}
	return nil
}

func anyOf(list ...*jsonSchema) *jsonSchema { return &jsonSchema{AnyOf: list} }
