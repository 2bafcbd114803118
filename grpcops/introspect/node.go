package introspect

import (
	"bytes"
	"encoding/json"
)

// node is a JSON Schema: the keywords that are used here.
type node struct {
	Schema               string         `json:"$schema,omitempty"`
	Ref                  string         `json:"$ref,omitempty"`
	Description          string         `json:"description,omitempty"`
	Comment              string         `json:"$comment,omitempty"`
	Deprecated           bool           `json:"deprecated,omitempty"`
	Type                 types          `json:"type,omitzero"`
	Enum                 []string       `json:"enum,omitempty"`
	Format               string         `json:"format,omitempty"`
	Pattern              string         `json:"pattern,omitempty"`
	ContentEncoding      string         `json:"contentEncoding,omitempty"`
	Minimum              json.Number    `json:"minimum,omitempty"`
	Maximum              json.Number    `json:"maximum,omitempty"`
	Items                *node          `json:"items,omitempty"`
	Properties           *members       `json:"properties,omitempty"`
	PatternProperties    *members       `json:"patternProperties,omitempty"`
	PropertyNames        *node          `json:"propertyNames,omitempty"`
	AdditionalProperties *schemaOrFalse `json:"additionalProperties,omitempty"`
	Required             []string       `json:"required,omitempty"`
	AllOf                []*node        `json:"allOf,omitempty"`
	AnyOf                []*node        `json:"anyOf,omitempty"`
	OneOf                []*node        `json:"oneOf,omitempty"`
	Not                  *node          `json:"not,omitempty"`
	Defs                 *members       `json:"$defs,omitempty"`
}

// types is one type or several.
type types []string

func (t types) MarshalJSON() ([]byte, error) {
	if len(t) == 1 {
		return json.Marshal(t[0])
	}
	return json.Marshal([]string(t))
}

// schemaOrFalse is false where schema is nil.
type schemaOrFalse struct{ schema *node }

func (s schemaOrFalse) MarshalJSON() ([]byte, error) {
	if s.schema == nil {
		return []byte("false"), nil
	}
	return json.Marshal(s.schema)
}

// members is an object of schemas that keeps its order.
type members struct {
	names []string
	nodes []*node
}

func (m *members) add(name string, n *node) {
	m.names = append(m.names, name)
	m.nodes = append(m.nodes, n)
}

func (m members) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, name := range m.names {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := json.Marshal(name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(m.nodes[i])
		if err != nil {
			return nil, err
		}
		b.Write(key)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}
