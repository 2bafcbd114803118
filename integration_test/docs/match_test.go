package docs_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
)

const ellipsis = "…"

// parse reads JSON, numbers as they are written.
func parse(text string) (any, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		return nil, err
	}
	if d.More() {
		return nil, fmt.Errorf("something follows the value")
	}
	return value, nil
}

// difference says where got is not what want shows, "" where it is.
func difference(path string, want, got any) string {
	switch want := want.(type) {
	case string:
		text, ok := got.(string)
		if want == ellipsis || ok && matches(want, text) {
			return ""
		}
	case map[string]any:
		object, ok := got.(map[string]any)
		if !ok {
			break
		}
		for name := range object {
			if _, ok := want[name]; !ok && want[ellipsis] == nil {
				return fmt.Sprintf("%s.%s is not expected", path, name)
			}
		}
		for name, value := range want {
			if _, ok := object[name]; !ok && name != ellipsis {
				return fmt.Sprintf("%s.%s is missing", path, name)
			} else if d := difference(path+"."+name, value, object[name]); ok && d != "" {
				return d
			}
		}
		return ""
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(want) {
			break
		}
		for i := range want {
			if d := difference(fmt.Sprintf("%s[%d]", path, i), want[i], list[i]); d != "" {
				return d
			}
		}
		return ""
	default:
		if want == got {
			return ""
		}
	}
	return fmt.Sprintf("%s is %s, expected is %s", path, written(got), written(want))
}

// matches tells whether text is what the pattern shows.
func matches(pattern, text string) bool {
	parts := strings.Split(pattern, ellipsis)
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return regexp.MustCompile(`(?s)^` + strings.Join(parts, `.*`) + `$`).MatchString(text)
}

func written(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func TestDifference(t *testing.T) {
	for _, test := range []struct {
		want, got string
		same      bool
	}{
		{`{"a":1,"b":[true,null]}`, `{"b":[true,null],"a":1}`, true},
		{`{"a":1}`, `{"a":1.0}`, false},
		{`{"a":1}`, `{"a":1,"b":2}`, false},
		{`{"a":1,"…":"…"}`, `{"a":1,"b":2}`, true},
		{`{"a":1,"…":"…"}`, `{"b":2}`, false},
		{`{"a":"…"}`, `{"a":{"b":1}}`, true},
		{`{"a":"…"}`, `{}`, false},
		{`"no … here"`, `"no dogs here"`, true},
		{`"no … here"`, `"no dogs there"`, false},
		{`[1,2]`, `[1]`, false},
		{`{}`, `[]`, false},
	} {
		want, err := parse(test.want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := parse(test.got)
		if err != nil {
			t.Fatal(err)
		}
		if d := difference("", want, got); (d == "") != test.same {
			t.Errorf("%s and %s: %q", test.want, test.got, d)
		}
	}
}
