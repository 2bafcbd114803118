package docs_test

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// shapes are the schemas of the worker's rpc.discover, to which everything that
// the documentation shows must keep.
type shapes struct {
	methods map[string]describedMethod
	parts   map[string]*shape
}

type describedMethod struct {
	Name   string
	Alias  string `json:"x-alias"`
	Params []struct {
		Name     string
		Required bool
		Schema   *shape
	}
	Result *struct{ Schema *shape }
}

// shape is a JSON Schema, as much of it as the document uses.
type shape struct {
	Ref        string `json:"$ref"`
	Type       string
	Enum       []string
	AnyOf      []*shape
	Properties map[string]*shape
	Required   []string
	Additional json.RawMessage `json:"additionalProperties"`
	Items      *shape
}

// discover asks the worker for its document.
func discover(t *testing.T) *shapes {
	t.Helper()
	out, err := exec.Command(worker(), "rpc", "rpc.discover").Output()
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Methods       []describedMethod
		Notifications []describedMethod `json:"x-notifications"`
		Components    struct{ Schemas map[string]*shape }
	}
	if err := json.Unmarshal(out, &document); err != nil {
		t.Fatal(err)
	}
	s := &shapes{map[string]describedMethod{}, document.Components.Schemas}
	for _, m := range slices.Concat(document.Methods, document.Notifications) {
		s.methods[m.Name] = m
		if m.Alias != "" {
			s.methods[m.Alias] = m
		}
	}
	return s
}

// check checks an answer's result, the params it was asked with, and those of a
// notification against the document.
func (s *shapes) check(t *testing.T, line int, asked map[string]any, message any) {
	object, ok := message.(map[string]any)
	if !ok {
		return
	}
	if name, ok := object["method"].(string); ok {
		s.checkParams(t, line, name, object["params"])
		return
	}
	request, ok := asked[written(object["id"])].(map[string]any)
	result, answered := object["result"]
	if !ok || !answered {
		return
	}
	name, _ := request["method"].(string)
	s.checkParams(t, line, name, request["params"])
	m := s.methods[name]
	if m.Result == nil {
		t.Errorf("line %d: the document has no result of %s", line, name)
	} else if d := s.misfit("result", m.Result.Schema, result); d != "" {
		t.Errorf("line %d: %s: %s", line, name, d)
	}
}

func (s *shapes) checkParams(t *testing.T, line int, name string, params any) {
	m, known := s.methods[name]
	if !known {
		t.Errorf("line %d: the document does not have %s", line, name)
	}
	given, ok := params.(map[string]any)
	if !ok {
		return // by position, or none
	}
	all := map[string]*shape{}
	for _, p := range m.Params {
		all[p.Name] = p.Schema
		if p.Required && given[p.Name] == nil {
			t.Errorf("line %d: %s is described with the param %s", line, name, p.Name)
		}
	}
	for param, value := range given {
		if all[param] == nil {
			t.Errorf("line %d: %s is described without the param %s", line, name, param)
		} else if d := s.misfit(param, all[param], value); d != "" && value != nil {
			t.Errorf("line %d: %s: %s", line, name, d)
		}
	}
}

// misfit says where a value does not fit a schema.
func (s *shapes) misfit(path string, schema *shape, value any) string {
	if schema.Ref != "" {
		return s.misfit(path, s.parts[schema.Ref[strings.LastIndex(schema.Ref, "/")+1:]], value)
	}
	if schema.AnyOf != nil {
		var why []string
		for _, one := range schema.AnyOf {
			d := s.misfit(path, one, value)
			if d == "" {
				return ""
			}
			why = append(why, d)
		}
		return strings.Join(why, ", ")
	}
	if kind := typeOf(value); schema.Type != "" && kind != schema.Type {
		return fmt.Sprintf("%s is %s, described as %s", path, kind, schema.Type)
	}
	switch value := value.(type) {
	case string:
		if schema.Enum != nil && !slices.Contains(schema.Enum, value) {
			return fmt.Sprintf("%s is %q", path, value)
		}
	case []any:
		for i, item := range value {
			if schema.Items != nil {
				if d := s.misfit(fmt.Sprintf("%s[%d]", path, i), schema.Items, item); d != "" {
					return d
				}
			}
		}
	case map[string]any:
		return s.misfitObject(path, schema, value)
	}
	return ""
}

func (s *shapes) misfitObject(path string, schema *shape, object map[string]any) string {
	for _, name := range schema.Required {
		if _, ok := object[name]; !ok {
			return fmt.Sprintf("%s has no %s", path, name)
		}
	}
	for name, value := range object {
		inner := schema.Properties[name]
		if inner == nil && len(schema.Additional) > 0 && schema.Additional[0] == '{' {
			inner = &shape{}
			if err := json.Unmarshal(schema.Additional, inner); err != nil {
				return err.Error()
			}
		}
		if inner == nil {
			if schema.Type == "object" && (schema.Properties != nil || len(schema.Additional) > 0) {
				return fmt.Sprintf("%s.%s is not described", path, name)
			}
			continue
		}
		if d := s.misfit(path+"."+name, inner, value); d != "" {
			return d
		}
	}
	return ""
}

func typeOf(value any) string {
	switch value := value.(type) {
	case string:
		return "string"
	case bool:
		return "boolean"
	case json.Number:
		if !strings.ContainsAny(value.String(), ".eE") {
			return "integer"
		}
		return "number"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	}
	return "null"
}
