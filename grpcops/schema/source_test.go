package schema

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSourceToldApart(t *testing.T) {
	tests := []struct{ in, text, file, url string }{
		{in: "syntax = \"proto3\";", text: "syntax = \"proto3\";"},
		{in: "message A {}", text: "message A {}"},
		{in: "// nothing\n", text: "// nothing\n"},
		{in: "http://host/a.proto", url: "http://host/a.proto"},
		{in: "https://host/a.proto;v=1", url: "https://host/a.proto;v=1"},
		{in: "protos/a.proto", file: "protos/a.proto"},
		{in: `C:\protos\a.proto`, file: `C:\protos\a.proto`},
		{in: "ftp://host/a.proto", file: "ftp://host/a.proto"},
	}
	for _, tt := range tests {
		s := NewSource(tt.in)
		if got := [3]string{value(s.Text), value(s.File), value(s.URL)}; got != [3]string{tt.text, tt.file, tt.url} {
			t.Errorf("%q: text, file, URL are %q", tt.in, got)
		}
	}
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func TestSchemaParamsRoundTrip(t *testing.T) {
	protos := []string{
		`"a.proto"`,
		`{"text":"message A {}"}`,
		`{"file":"a.proto"}`,
		`{"url":"http://h/a"}`,
		`["a.proto",{"text":"message A {}"},"https://h/b.proto"]`,
		`{"b.proto":"message B {}","a.proto":{"file":"a"},"c.proto":{"url":"https://h"}}`,
		`{"text":{"text":"message A {}"}}`,
		`{"text":"message A {}","a.proto":"a"}`,
	}
	for _, in := range protos {
		var p Protos
		if err := json.Unmarshal([]byte(in), &p); err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if out, err := json.Marshal(p); err != nil || string(out) != in {
			t.Errorf("%s came back as %s, %v", in, out, err)
		}
	}
	for _, in := range []string{`"set.bin"`, `{"file":"set.bin"}`, `{"base64":"CgA="}`} {
		var d DescriptorSet
		if err := json.Unmarshal([]byte(in), &d); err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if out, err := json.Marshal(d); err != nil || string(out) != in {
			t.Errorf("%s came back as %s, %v", in, out, err)
		}
	}
}

func TestProtosRefused(t *testing.T) {
	tests := []struct{ in, want string }{
		{`""`, "must not be empty"},
		{`5`, "must be a schema"},
		{`[]`, "at least one"},
		{`["a",5]`, "must be a schema"},
		{`[["a"]]`, "must be a schema"},
		{`{}`, "at least one"},
		{`{"":"a"}`, "empty file name"},
		{`{"text":"a","file":"b"}`, "exactly one"},
		{`{"text":""}`, "must not be empty"},
		{`{"a.proto":"x","a.proto":"y"}`, `the file "a.proto" twice`},
		{`{"a.proto":null}`, `"a.proto" must be a schema`},
		{`{"a.proto":{"txt":"x"}}`, `did you mean "text"?`},
		{`{"a.proto":{"text":5}}`, `"text" must be a string`},
		{`{"a.proto":{}}`, "exactly one"},
		{`"\ud800"`, "surrogate"},
		{`{"\ud800":"a"}`, "surrogate"},
	}
	for _, tt := range tests {
		var p Protos
		if err := json.Unmarshal([]byte(tt.in), &p); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.in, err, tt.want)
		}
	}
}

func TestDescriptorSetRefused(t *testing.T) {
	tests := []struct{ in, want string }{
		{`""`, "must not be empty"},
		{`true`, "must be a descriptor set"},
		{`{}`, "exactly one"},
		{`{"file":"a","base64":"b"}`, "exactly one"},
		{`{"base46":"a"}`, `did you mean "base64"?`},
		{`"\ud800"`, "surrogate"},
	}
	for _, tt := range tests {
		var d DescriptorSet
		if err := json.Unmarshal([]byte(tt.in), &d); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.in, err, tt.want)
		}
	}
}

// What is accepted must come back as an equal value.
func FuzzProtos(f *testing.F) {
	for _, s := range []string{`"a.proto"`, `{"text":"a;"}`, `{"a":{"url":"http://h"},"b":"c"}`, `{"file":5}`, `[]`, `{"a":"\u0000\ud83d\ude00"}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) { roundTrip(t, in, &Protos{}, &Protos{}) })
}

func FuzzDescriptorSet(f *testing.F) {
	for _, s := range []string{`"CgA="`, `{"file":"a"}`, `{"base64":"a"}`, `{"file":"a","base64":"b"}`, `null`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) { roundTrip(t, in, &DescriptorSet{}, &DescriptorSet{}) })
}

func roundTrip(t *testing.T, in []byte, first, second any) {
	if !utf8.Valid(in) || string(in) == "null" || json.Unmarshal(in, first) != nil {
		return
	}
	out, err := json.Marshal(first)
	if err != nil {
		t.Fatalf("%s: %v", in, err)
	}
	if err := json.Unmarshal(out, second); err != nil {
		t.Fatalf("%s became %s: %v", in, out, err)
	}
	if again, _ := json.Marshal(second); string(again) != string(out) {
		t.Fatalf("%s became %s and then %s", in, out, again)
	}
}
