package cli

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// fill puts parts of a request where texts of a value have {{request.field}}. A text
// that is only that becomes the part itself, of whatever type.
func fill(value, request any) (any, error) {
	switch value := value.(type) {
	case string:
		return fillText(value, request)
	case []any:
		for i, item := range value {
			filled, err := fill(item, request)
			if err != nil {
				return nil, err
			}
			value[i] = filled
		}
	case map[string]any:
		for name, item := range value {
			filled, err := fill(item, request)
			if err != nil {
				return nil, err
			}
			value[name] = filled
		}
	}
	return value, nil
}

func fillText(text string, request any) (any, error) {
	var filled strings.Builder
	for rest := text; ; {
		before, after, found := strings.Cut(rest, "{{")
		filled.WriteString(before)
		if !found {
			return filled.String(), nil
		}
		path, after, closed := strings.Cut(after, "}}")
		if !closed {
			return nil, fmt.Errorf("%q has {{ without }}", text)
		}
		part, err := find(strings.TrimSpace(path), request)
		if err != nil {
			return nil, err
		}
		if before == "" && after == "" && filled.Len() == 0 {
			return part, nil
		}
		filled.WriteString(asText(part))
		rest = after
	}
}

// find looks up request.field, request.items[0].name and the like; a field that is
// not set is the empty text.
func find(path string, request any) (any, error) {
	rest, ok := strings.CutPrefix(path, "request")
	if !ok || rest != "" && rest[0] != '.' && rest[0] != '[' {
		return nil, fmt.Errorf("{{%s}} is not known; write {{request.field}}", path)
	}
	at := request
	for rest != "" {
		if rest[0] == '[' {
			index, after, closed := strings.Cut(rest[1:], "]")
			n, err := strconv.Atoi(index)
			if !closed || err != nil || n < 0 {
				return nil, fmt.Errorf("{{%s}}: an element is written [0]", path)
			}
			list, _ := at.([]any)
			if n >= len(list) {
				return "", nil
			}
			at, rest = list[n], after
			continue
		}
		name := rest[1:]
		if end := strings.IndexAny(name, ".["); end >= 0 {
			name = name[:end]
		}
		object, _ := at.(map[string]any)
		at, ok = object[name]
		if !ok {
			return "", nil
		}
		rest = rest[1+len(name):]
	}
	return at, nil
}

// asText is a part inside a longer text.
func asText(part any) string {
	if text, ok := part.(string); ok {
		return text
	}
	text, err := json.Marshal(part)
	if err != nil {
		return ""
	}
	return string(text)
}
