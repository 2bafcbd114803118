package describe

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Schema is as much of a JSON Schema (draft 7, which OpenRPC 1.3 builds on)
// as is needed to describe params and results. The zero value takes anything.
type Schema struct {
	Ref         string     `json:"$ref,omitempty"`
	Description string     `json:"description,omitempty"`
	Type        string     `json:"type,omitempty"`
	Enum        []string   `json:"enum,omitempty"`
	AnyOf       []*Schema  `json:"anyOf,omitempty"`
	Properties  Properties `json:"properties,omitempty"`
	Required    []string   `json:"required,omitempty"`
	Additional  *Schema    `json:"additionalProperties,omitempty"`
	Items       *Schema    `json:"items,omitempty"`
	Minimum     *int       `json:"minimum,omitempty"`

	Never bool         `json:"-"` // takes nothing
	Of    reflect.Type `json:"-"` // a type whose schema is meant, within an AnyOf of API.Special
}

// MarshalJSON writes the schema that takes nothing as false.
func (s *Schema) MarshalJSON() ([]byte, error) {
	if s.Never {
		return []byte("false"), nil
	}
	type plain Schema
	return json.Marshal((*plain)(s))
}

// Properties are the members of an object, in the order of their declaration.
type Properties []Property

// Property is a member of an object.
type Property struct {
	Name   string
	Schema *Schema
}

// MarshalJSON writes an object.
func (p Properties) MarshalJSON() ([]byte, error) {
	text := []byte("{")
	for i, one := range p {
		schema, err := json.Marshal(one.Schema)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			text = append(text, ',')
		}
		text = append(fmt.Appendf(text, "%q:", one.Name), schema...)
	}
	return append(text, '}'), nil
}

const componentPath = "#/components/schemas/"

// schemas makes the schemas of types. Those of named types become components,
// which the others refer to.
type schemas struct {
	components map[string]*Schema
	types      map[string]reflect.Type // of the components
	results    bool                    // what is described is written, not read
	own        func(reflect.Type) *Schema
}

func (a *API) schemas() *schemas {
	return &schemas{components: map[string]*Schema{}, types: map[string]reflect.Type{}, own: a.Special}
}

// of describes the JSON of a type.
func (s *schemas) of(t reflect.Type) *Schema {
	t = direct(t)
	if special := s.special(t); special != nil {
		return s.component(t, special)
	}
	switch t.Kind() {
	case reflect.String:
		return &Schema{Type: "string"}
	case reflect.Bool:
		return &Schema{Type: "boolean"}
	case reflect.Int64:
		return &Schema{Type: "integer"}
	case reflect.Int, reflect.Uint32: // counts
		return &Schema{Type: "integer", Minimum: new(int)}
	case reflect.Interface:
		return &Schema{}
	case reflect.Slice:
		if t == rawMessage {
			return &Schema{}
		}
		return &Schema{Type: "array", Items: s.of(t.Elem())}
	case reflect.Map:
		return &Schema{Type: "object", Additional: s.of(t.Elem())}
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
func (s *schemas) object(t reflect.Type) *Schema {
	o := &Schema{Type: "object"}
	for _, m := range membersOf(t) {
		o.Properties = append(o.Properties, Property{m.name, s.member(m)})
		if m.required {
			o.Required = append(o.Required, m.name)
		}
	}
	if !s.results {
		o.Additional = &Schema{Never: true}
	}
	return o
}

// member describes a member together with what it means.
func (s *schemas) member(m member) *Schema {
	described := *s.of(m.typ)
	described.Description = m.doc
	if m.shape != "" {
		described.Type = m.shape
	}
	return &described
}

// component makes the schema of t a component and refers to it.
func (s *schemas) component(t reflect.Type, schema *Schema) *Schema {
	name := s.nameOf(t)
	if known, ok := s.types[name]; ok && known != t {
		panic(fmt.Sprintf("%v and %v are both called %s", known, t, name))
	}
	if s.components[name] == nil {
		s.types[name], s.components[name] = t, schema
	}
	return &Schema{Ref: componentPath + name}
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
func (s *schemas) word(schema *Schema) string {
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
