package rpc

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// jsonSchema is as much of a JSON Schema (draft 7, which OpenRPC 1.3 builds on)
// as is needed to describe params and results. The zero value takes anything.
type jsonSchema struct {
	Ref         string        `json:"$ref,omitempty"`
	Description string        `json:"description,omitempty"`
	Type        string        `json:"type,omitempty"`
	Enum        []string      `json:"enum,omitempty"`
	AnyOf       []*jsonSchema `json:"anyOf,omitempty"`
	Properties  properties    `json:"properties,omitempty"`
	Required    []string      `json:"required,omitempty"`
	Additional  *jsonSchema   `json:"additionalProperties,omitempty"`
	Items       *jsonSchema   `json:"items,omitempty"`
	Minimum     *int          `json:"minimum,omitempty"`

	never bool // takes nothing
}

// MarshalJSON writes the schema that takes nothing as false.
func (s *jsonSchema) MarshalJSON() ([]byte, error) {
	if s.never {
		return []byte("false"), nil
	}
	type plain jsonSchema
	return json.Marshal((*plain)(s))
}

// properties are the members of an object, in the order of their declaration.
type properties []property

type property struct {
	name   string
	schema *jsonSchema
}

// MarshalJSON writes an object.
func (p properties) MarshalJSON() ([]byte, error) {
	text := []byte("{")
	for i, one := range p {
		schema, err := json.Marshal(one.schema)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			text = append(text, ',')
		}
		text = append(fmt.Appendf(text, "%q:", one.name), schema...)
	}
	return append(text, '}'), nil
}

const componentPath = "#/components/schemas/"

// schemas makes the schemas of types. Those of named types become components,
// which the others refer to.
type schemas struct {
	components map[string]*jsonSchema
	types      map[string]reflect.Type // of the components
	results    bool                    // what is described is written, not read
}

func newSchemas() *schemas {
	return &schemas{components: map[string]*jsonSchema{}, types: map[string]reflect.Type{}}
}

// of describes the JSON of a type.
func (s *schemas) of(t reflect.Type) *jsonSchema {
	t = direct(t)
	if special := s.special(t); special != nil {
		return s.component(t, special)
	}
	switch t.Kind() {
	case reflect.String:
		return &jsonSchema{Type: "string"}
	case reflect.Bool:
		return &jsonSchema{Type: "boolean"}
	case reflect.Int64:
		return &jsonSchema{Type: "integer"}
	case reflect.Int, reflect.Uint32: // counts
		return &jsonSchema{Type: "integer", Minimum: new(int)}
	case reflect.Interface:
		return &jsonSchema{}
	case reflect.Slice:
		if t == rawMessage {
			return &jsonSchema{}
		}
		return &jsonSchema{Type: "array", Items: s.of(t.Elem())}
	case reflect.Map:
		return &jsonSchema{Type: "object", Additional: s.of(t.Elem())}
	case reflect.Struct:
		if t.Name() == "" || t.NumField() == 0 {
			return s.object(t)
		}
		return s.component(t, s.object(t))
	}
	panic(fmt.Sprintf("no JSON Schema is known for %v", t))
}

var rawMessage = reflect.TypeFor[json.RawMessage]()

// object describes a struct.
func (s *schemas) object(t reflect.Type) *jsonSchema {
	o := &jsonSchema{Type: "object"}
	for _, m := range membersOf(t) {
		o.Properties = append(o.Properties, property{m.name, s.member(m)})
		if m.required {
			o.Required = append(o.Required, m.name)
		}
	}
	if !s.results {
		o.Additional = &jsonSchema{never: true}
	}
	return o
}

// member describes a member together with what it means.
func (s *schemas) member(m member) *jsonSchema {
	described := *s.of(m.typ)
	described.Description = m.doc
	if m.shape != "" {
		described.Type = m.shape
	}
	return &described
}

// component makes the schema of t a component and refers to it.
func (s *schemas) component(t reflect.Type, schema *jsonSchema) *jsonSchema {
	name := s.nameOf(t)
	if known, ok := s.types[name]; ok && known != t {
		panic(fmt.Sprintf("%v and %v are both called %s", known, t, name))
	}
	if s.components[name] == nil {
		s.types[name], s.components[name] = t, schema
	}
	return &jsonSchema{Ref: componentPath + name}
}

// nameOf is the name of a component: that of its type.
func (s *schemas) nameOf(t reflect.Type) string {
	name := strings.ToUpper(t.Name()[:1]) + t.Name()[1:]
	if s.results && t == metadataType {
		return "Received" + name
	}
	return name
}

// word is what a reader calls the type of a schema.
func (s *schemas) word(schema *jsonSchema) string {
	switch {
	case schema.Ref != "":
		return s.word(s.components[strings.TrimPrefix(schema.Ref, componentPath)])
	case schema.AnyOf != nil:
		var words []string
		for _, one := range schema.AnyOf {
			for word := range strings.SplitSeq(s.word(one), " or ") {
				if !slices.Contains(words, word) {
					words = append(words, word)
				}
			}
		}
		return strings.Join(words, " or ")
	case schema.Type == "array" && schema.Items != nil && s.word(schema.Items) != anyWord:
		return "array of " + s.word(schema.Items) + "s"
	case schema.Type == "":
		return anyWord
	}
	return schema.Type
}

const anyWord = "any JSON"
