package cli

import (
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// readAll reads values to the end.
func readAll(in io.Reader) (values []string, err error) {
	r := newValueReader(in, "text")
	for {
		v, err := r.next()
		if errors.Is(err, io.EOF) {
			return values, nil
		}
		if err != nil {
			return values, err
		}
		values = append(values, string(v))
	}
}

func TestValues(t *testing.T) {
	for _, test := range []struct {
		in   string
		want []string
		says string
	}{
		{"", nil, ""},
		{" \r\n", nil, ""},
		{"\ufeff{}", []string{"{}"}, ""},
		{"{}[1] \"a\" 5 null", []string{"{}", "[1]", `"a"`, "5", "null"}, ""},
		{"\xff\xfe{\x00}\x00\n\x00", []string{"{}"}, ""},
		{"\xfe\xff\x00{\x00}", []string{"{}"}, ""},
		{"{\n\n\"a\": [1,\n 2", nil, `text, line 4, column 3: the JSON is cut: "]" is missing`},
		{`{"a":"b`, nil, "text, column 8: the JSON is cut: the quote that ends a string is missing"},
		{`{"a":"b\"`, nil, "text, column 10: the JSON is cut: the quote that ends a string is missing"},
		{`{"a":`, nil, `text, column 6: the JSON is cut: "}" is missing`},
		{"{}\n{}}", []string{"{}", "{}"}, "text, line 2, column 3: "},
		{"{}\n  x", []string{"{}"}, "text, line 2, column 3: "},
		{"\n{\"имя\": x}", nil, "text, line 2, column 9: "},
		{"{\"a\":\"" + strings.Repeat("ж", 1<<17) + "\" x", nil, "column 262153: "},
		{"{'a':1}", nil, "text, column 2: "},
		{"{\"a\":\"\xff\"}", nil, "text, column 7: this is not UTF-8"},
		{strings.Repeat("[", 1001) + strings.Repeat("]", 1001), nil, "more than 1000 levels"},
	} {
		for way, in := range map[string]io.Reader{
			"whole": strings.NewReader(test.in), "by bytes": iotest.OneByteReader(strings.NewReader(test.in)),
		} {
			got, err := readAll(in)
			if !slices.Equal(got, test.want) || (err == nil) != (test.says == "") || err != nil && !strings.Contains(err.Error(), test.says) {
				t.Errorf("%.40q, %s: got %q, %v", test.in, way, got, err)
			}
		}
	}
}

// TestValuesAreLive hands out a value before more of the text is there.
func TestValuesAreLive(t *testing.T) {
	in, out := io.Pipe()
	defer out.Close()
	r := newValueReader(in, "text")
	for _, text := range []string{"{}", ` {"a":[1]}`, "\n[]", "5 "} {
		go func() { _, _ = io.WriteString(out, text) }()
		if v, err := r.next(); err != nil || string(v) != strings.TrimSpace(text) {
			t.Errorf("%q: got %q, %v", text, v, err)
		}
	}
}

// TestSkip goes on after a line that was mistyped.
func TestSkip(t *testing.T) {
	in, out := io.Pipe()
	r := newValueReader(in, "text")
	go func() {
		for _, line := range []string{"{a} {}\n", "{\"b\":1}\n", "{c}\n"} {
			_, _ = io.WriteString(out, line)
		}
		out.Close()
	}()
	if _, err := r.next(); err == nil || !strings.Contains(err.Error(), "column 2") {
		t.Errorf("the first line: %v", err)
	}
	r.skip()
	if v, err := r.next(); err != nil || string(v) != `{"b":1}` {
		t.Errorf("the second line: %s, %v", v, err)
	}
	if _, err := r.next(); err == nil || !strings.Contains(err.Error(), "line 3, column 2") {
		t.Errorf("the third line: %v", err)
	}
}

func TestOnlyValue(t *testing.T) {
	for _, test := range []struct {
		args []string
		want string
		err  error
	}{
		{[]string{"{}"}, "{}", nil},
		{[]string{" "}, "", io.EOF},
		{[]string{"{} {}"}, "", errTwoValues},
		{[]string{"{}", "{}"}, "", errTwoValues},
		{[]string{"{}", " "}, "{}", nil},
	} {
		got, err := (&values{what: "MESSAGE", args: test.args}).onlyBefore(t.Context())
		if string(got) != test.want || !errors.Is(err, test.err) {
			t.Errorf("%q: got %q, %v", test.args, got, err)
		}
	}
	in := &values{what: "MESSAGE", args: []string{"{}", "{x}"}}
	if _, err := in.onlyBefore(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "MESSAGE 2, column 2: ") {
		t.Errorf("a wrong second: %v", err)
	}
}

// FuzzValues finds the values that encoding/json finds.
func FuzzValues(f *testing.F) {
	f.Add("{} [] 5\n\"x\"")
	f.Add("{\"a\":")
	f.Add("\xff\xfe{\x00}\x00")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := readAll(strings.NewReader(text))
		for _, v := range got {
			if !json.Valid([]byte(v)) {
				t.Errorf("%q is no value", v)
			}
		}
		if err != nil && !strings.HasPrefix(err.Error(), "text, ") {
			t.Errorf("the error does not say where: %v", err)
		}
	})
}
