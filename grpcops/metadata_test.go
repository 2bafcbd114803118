package grpcops

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/grpcline/grpcline/internal/strictjson"
)

func TestMetadata(t *testing.T) {
	for _, test := range []struct {
		in, out string
		want    Metadata
	}{
		{`{}`, `{}`, Metadata{}},
		{`{"a":"1"}`, `{"a":["1"]}`, Metadata{"a": {"1"}}},
		{`{"a":["1","2"]}`, `{"a":["1","2"]}`, Metadata{"a": {"1", "2"}}},
		{`{"a":[]}`, `{"a":[]}`, Metadata{"a": {}}},
		{`{"b":"2","a":""}`, `{"a":[""],"b":["2"]}`, Metadata{"a": {""}, "b": {"2"}}},
		{`{"X-Name.b_c-1":"~ !"}`, `{"x-name.b_c-1":["~ !"]}`, Metadata{"x-name.b_c-1": {"~ !"}}},
		{`{"a-bin":"AP8="}`, `{"a-bin":["AP8="]}`, Metadata{"a-bin": {"\x00\xFF"}}},
		{`{"a-bin":"AP8"}`, `{"a-bin":["AP8="]}`, Metadata{"a-bin": {"\x00\xFF"}}},
		{`{"a-bin":["-_8","+/8="]}`, `{"a-bin":["+/8=","+/8="]}`, Metadata{"a-bin": {"\xFB\xFF", "\xFB\xFF"}}},
		{`{"A-BIN":""}`, `{"a-bin":[""]}`, Metadata{"a-bin": {""}}},
		{`{"authorization":"Bearer x"}`, `{"authorization":["Bearer x"]}`, Metadata{"authorization": {"Bearer x"}}},
		{`{"\u0061":"\u0031"}`, `{"a":["1"]}`, Metadata{"a": {"1"}}},
	} {
		var got Metadata
		if err := got.UnmarshalJSON([]byte(test.in)); err != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: got %q, %v", test.in, got, err)
			continue
		}
		if out, err := json.Marshal(got); err != nil || string(out) != test.out {
			t.Errorf("%s: written as %s, %v", test.in, out, err)
		}
	}
}

func TestMetadataErrors(t *testing.T) {
	for _, test := range []struct{ in, path string }{
		{`[]`, ""}, {`"a"`, ""}, {`5`, ""}, {`null`, ""},
		{`{"":"x"}`, ""},
		{`{"a":5}`, "a"}, {`{"a":null}`, "a"}, {`{"a":{}}`, "a"}, {`{"a":[1]}`, "a[0]"}, {`{"a":["x",null]}`, "a[1]"},
		{`{"a":"1","A":"2"}`, "a"},
		{`{"a b":"x"}`, "a b"}, {`{"a:b":"x"}`, "a:b"}, {`{"ы":"x"}`, "ы"}, {`{"a\n":"x"}`, "a\n"},
		{`{":path":"x"}`, ":path"}, {`{"grpc-timeout":"1"}`, "grpc-timeout"}, {`{"GRPC-Status":"1"}`, "grpc-status"},
		{`{"content-type":"x"}`, "content-type"}, {`{"te":"x"}`, "te"}, {`{"Connection":"x"}`, "connection"}, {`{"host":"x"}`, "host"},
		{`{"user-agent":"x"}`, "user-agent"}, {`{"transfer-encoding":"x"}`, "transfer-encoding"}, {`{"keep-alive":"x"}`, "keep-alive"},
		{`{"upgrade":"x"}`, "upgrade"}, {`{"proxy-connection":"x"}`, "proxy-connection"},
		{`{"a":"ы"}`, "a"}, {`{"a":"\n"}`, "a"}, {`{"a":"\u0000"}`, "a"}, {`{"a":"\u007f"}`, "a"}, {`{"a":["x","\t"]}`, "a"},
		{`{"a-bin":"*"}`, "a-bin"}, {`{"a-bin":"A"}`, "a-bin"}, {`{"a-bin":["AAAA","A A"]}`, "a-bin"},
	} {
		var got Metadata
		err := got.UnmarshalJSON([]byte(test.in))
		var wrong *strictjson.Error
		if !errors.As(err, &wrong) || !strings.EqualFold(wrong.Path, test.path) {
			t.Errorf("%s: got %q, %+v, want it at %q", test.in, got, err, test.path)
		}
	}
}

func TestMetadataWith(t *testing.T) {
	base := Metadata{"a": {"1"}, "b": {"2"}}
	for _, test := range []struct{ md, more, want Metadata }{
		{base, nil, base},
		{base, Metadata{"b": {"3", "4"}, "c": {"5"}}, Metadata{"a": {"1"}, "b": {"3", "4"}, "c": {"5"}}},
		{nil, Metadata{"a": {"1"}}, Metadata{"a": {"1"}}},
		{nil, nil, nil},
	} {
		if got := test.md.With(test.more); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%v with %v: %v", test.md, test.more, got)
		}
	}
	if !reflect.DeepEqual(base, Metadata{"a": {"1"}, "b": {"2"}}) {
		t.Errorf("the connection's own was changed: %v", base)
	}
}

// FuzzMetadata writes what it has read so that it reads the same.
func FuzzMetadata(f *testing.F) {
	for _, seed := range []string{`{"a":"1","B-bin":["AP8","-_8"]}`, `{"a":[],"a.b":""}`, `{":a":"x"}`, `{"a":"\u00e9"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		if !json.Valid(in) || in[0] != '{' {
			return
		}
		var md, again Metadata
		if md.UnmarshalJSON(in) != nil {
			return
		}
		for name, values := range md {
			for _, c := range []byte(name) {
				if c <= ' ' || c > '~' || 'A' <= c && c <= 'Z' {
					t.Errorf("the name %q is taken", name)
				}
			}
			for _, value := range values {
				if !strings.HasSuffix(name, "-bin") && strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' }) {
					t.Errorf("the value %q is taken", value)
				}
			}
		}
		out, err := json.Marshal(md)
		if err != nil {
			t.Fatal(err)
		}
		if err := again.UnmarshalJSON(out); err != nil || !reflect.DeepEqual(md, again) {
			t.Errorf("%s is written as %s: %v", in, out, err)
		}
	})
}
