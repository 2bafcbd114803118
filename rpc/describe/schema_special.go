package describe

import (
	"reflect"

	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/grpcops/schema"
)

var metadataType = reflect.TypeFor[grpcops.Metadata]()

// special describes a type whose JSON is not that of its fields, as its
// UnmarshalJSON takes it; it returns nil for other types.
func (s *schemas) special(t reflect.Type) *Schema {
	text := &Schema{Type: "string"}
	texts := &Schema{Type: "array", Items: text}
	if own := s.own(t); own != nil {
		for i, one := range own.AnyOf {
			if one.Of != nil {
				own.AnyOf[i] = s.of(one.Of)
			}
		}
		return own
	}
	switch t {
	case reflect.TypeFor[schema.Source](), reflect.TypeFor[schema.DescriptorSet]():
		return AnyOf(text, s.object(t))
	case reflect.TypeFor[schema.Protos]():
		source := s.of(reflect.TypeFor[schema.Source]())
		return AnyOf(source, &Schema{Type: "array", Items: source}, &Schema{Type: "object", Additional: source})
	case reflect.TypeFor[grpcops.Reflection]():
		return AnyOf(&Schema{Type: "string", Enum: []string{"auto"}}, &Schema{Type: "boolean"})
	case reflect.TypeFor[grpcops.Compression]():
		return &Schema{Type: "string", Enum: []string{"gzip", "identity"}}
	case metadataType, reflect.TypeFor[grpcops.ConnectionMetadata]():
		if s.results {
			return &Schema{Type: "object", Additional: texts}
		}
		return &Schema{Type: "object", Additional: AnyOf(text, texts)}
	case reflect.TypeFor[OpenRPC](), reflect.TypeFor[grpcops.ServiceConfig]():
		return &Schema{Type: "object"}
	}
	return nil
}

// AnyOf is what one of the list describes.
func AnyOf(list ...*Schema) *Schema { return &Schema{AnyOf: list} }
