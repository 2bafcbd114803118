package introspect

import (
	"encoding/json"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// checker validates values against a schema by the rules of JSON Schema 2020-12
// for the keywords that are used here; an unknown keyword is an error.
type checker struct{ defs map[string]any }

func validate(t *testing.T, schema, value []byte) error {
	t.Helper()
	var root map[string]any
	if err := decode(schema, &root); err != nil {
		t.Fatal(err)
	}
	var v any
	if err := decode(value, &v); err != nil {
		return err
	}
	if root["$schema"] != dialect {
		return fmt.Errorf("$schema is %v", root["$schema"])
	}
	defs, _ := root["$defs"].(map[string]any)
	return checker{defs}.check(root, v, "$")
}

func decode(text []byte, v any) error {
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	return d.Decode(v)
}

func (c checker) check(schema any, v any, at string) error {
	if schema == false {
		return fmt.Errorf("%s: not allowed", at)
	}
	s := schema.(map[string]any)
	for keyword, rule := range s {
		if err := c.keyword(s, keyword, rule, v, at); err != nil {
			return err
		}
	}
	return nil
}

func (c checker) keyword(s map[string]any, keyword string, rule, v any, at string) error {
	object, isObject := v.(map[string]any)
	text, isText := v.(string)
	number, isNumber := v.(json.Number)
	switch keyword {
	case "$schema", "$defs", "description", "$comment", "deprecated", "format", "contentEncoding", "patternProperties":
		return nil
	case "$ref":
		name := strings.TrimPrefix(rule.(string), "#/$defs/")
		if c.defs[name] == nil {
			return fmt.Errorf("%s: no definition %s", at, name)
		}
		return c.check(c.defs[name], v, at)
	case "type":
		allowed, ok := rule.([]any)
		if !ok {
			allowed = []any{rule}
		}
		kind := kindOf(v)
		if !slices.Contains(allowed, any(kind)) && !(kind == "integer" && slices.Contains(allowed, any("number"))) {
			return fmt.Errorf("%s: %s is not of type %v", at, kind, rule)
		}
	case "enum":
		if !slices.Contains(rule.([]any), v) {
			return fmt.Errorf("%s: %v is not one of %v", at, v, rule)
		}
	case "pattern":
		if isText && !regexp.MustCompile(rule.(string)).MatchString(text) {
			return fmt.Errorf("%s: %q does not match %s", at, text, rule)
		}
	case "minimum", "maximum":
		if isNumber {
			got, _ := new(big.Float).SetString(number.String())
			bound, _ := new(big.Float).SetString(rule.(json.Number).String())
			if d := got.Cmp(bound); keyword == "minimum" && d < 0 || keyword == "maximum" && d > 0 {
				return fmt.Errorf("%s: %s is past the %s %s", at, number, keyword, rule)
			}
		}
	case "items":
		list, _ := v.([]any)
		for i, item := range list {
			if err := c.check(rule, item, fmt.Sprintf("%s[%d]", at, i)); err != nil {
				return err
			}
		}
	case "properties", "propertyNames", "additionalProperties":
		for name, value := range object {
			if err := c.member(s, keyword, rule, name, value, at+"."+name); err != nil {
				return err
			}
		}
	case "required":
		for _, name := range rule.([]any) {
			if _, ok := object[name.(string)]; isObject && !ok {
				return fmt.Errorf("%s: %s is required", at, name)
			}
		}
	case "allOf", "anyOf", "oneOf", "not":
		return c.combine(keyword, rule, v, at)
	default:
		return fmt.Errorf("%s: unknown keyword %s", at, keyword)
	}
	return nil
}

func (c checker) member(s map[string]any, keyword string, rule any, name string, value any, at string) error {
	properties, _ := s["properties"].(map[string]any)
	patterns, _ := s["patternProperties"].(map[string]any)
	switch {
	case keyword == "propertyNames":
		return c.check(rule, name, at)
	case keyword == "properties" && properties[name] != nil:
		return c.check(properties[name], value, at)
	case keyword == "additionalProperties" && properties[name] == nil:
		for pattern := range patterns {
			if regexp.MustCompile(pattern).MatchString(name) {
				return nil
			}
		}
		return c.check(rule, value, at)
	}
	return nil
}

func (c checker) combine(keyword string, rule, v any, at string) error {
	if keyword == "not" {
		if c.check(rule, v, at) == nil {
			return fmt.Errorf("%s: fits what it must not", at)
		}
		return nil
	}
	fits := 0
	var last error
	for _, option := range rule.([]any) {
		if err := c.check(option, v, at); err == nil {
			fits++
		} else {
			last = err
		}
	}
	all := len(rule.([]any))
	if keyword == "allOf" && fits < all || keyword == "anyOf" && fits == 0 || keyword == "oneOf" && fits != 1 {
		return fmt.Errorf("%s: %d of %d in %s fit: %v", at, fits, all, keyword, last)
	}
	return nil
}

func kindOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case []any:
		return "array"
	case json.Number:
		if strings.ContainsAny(v.String(), ".eE") {
			return "number"
		}
		return "integer"
	}
	return "object"
}
