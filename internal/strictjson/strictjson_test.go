package strictjson

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"
)

type choice struct {
	Text string
	File string
}

func (c *choice) UnmarshalJSON(b []byte) error {
	if b[0] == '"' {
		return json.Unmarshal(b, &c.Text)
	}
	var object struct {
		File string `json:"file"`
	}
	err := Decode(b, &object)
	c.File = object.File
	return err
}

type inner struct {
	Name  string `json:"name,omitempty"`
	Limit *int   `json:"limit,omitempty"`
}

type embedded struct {
	Flag *bool `json:"flag,omitempty"`
}

type sample struct {
	Address string              `json:"address"`
	Count   int                 `json:"count,omitempty"`
	Raw     json.RawMessage     `json:"raw,omitempty"`
	TLS     *inner              `json:"tls,omitempty"`
	Meta    map[string][]string `json:"meta,omitempty"`
	Choice  *choice             `json:"choice,omitempty"`
	embedded
}

func TestDecode(t *testing.T) {
	one, yes := 1, true
	for _, test := range []struct {
		in   string
		want sample
	}{
		{`{"address":"a"}`, sample{Address: "a"}},
		{` {"address" : "\u0430", "count": 5.0 , "flag":true}`[1:], sample{Address: "а", Count: 5, embedded: embedded{&yes}}},
		{`{"address":"a","count":1e3,"raw":null}`, sample{Address: "a", Count: 1000, Raw: json.RawMessage("null")}},
		{`{"address":"a","count":null,"tls":null,"raw":{"x": 1}}`, sample{Address: "a", Raw: json.RawMessage(`{"x": 1}`)}},
		{`{"address":"a","tls":{"limit":1}}`, sample{Address: "a", TLS: &inner{Limit: &one}}},
		{`{"address":"a","meta":{"k":["v","w"]}}`, sample{Address: "a", Meta: map[string][]string{"k": {"v", "w"}}}},
		{`{"address":"a","choice":"t"}`, sample{Address: "a", Choice: &choice{Text: "t"}}},
		{`{"address":"a","choice":{"file":"f"}}`, sample{Address: "a", Choice: &choice{File: "f"}}},
	} {
		var got sample
		if err := Decode([]byte(test.in), &got); err != nil {
			t.Errorf("%s: %v", test.in, err)
		} else if !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: got %+v, want %+v", test.in, got, test.want)
		}
	}
}

func TestDecodeErrors(t *testing.T) {
	for _, test := range []struct{ in, path, message string }{
		{`{}`, "address", `"address" is required`},
		{`{"address":null}`, "address", `"address" is required`},
		{`{"adress":"a"}`, "adress", `unknown name "adress"; did you mean "address"?`},
		{`{"address":"a","address":"b"}`, "address", `"address" is given twice`},
		{`{"address":5}`, "address", `"address" must be a string, not 5`},
		{`{"address":"a","count":-1}`, "count", `"count" must be a whole number of 0 or more, not -1`},
		{`{"address":"a","count":1.5}`, "count", `"count" must be a whole number of 0 or more, not 1.5`},
		{`{"address":"a","count":"1"}`, "count", `"count" must be a whole number of 0 or more, not a string`},
		{`{"address":"a","count":1e400}`, "count", `"count" must be at most 9223372036854775807, not 1e400`},
		{`{"address":"a","count":9223372036854775808}`, "count", `"count" must be at most 9223372036854775807, not 9223372036854775808`},
		{`{"address":"a","flag":1}`, "flag", `"flag" must be true or false, not 1`},
		{`{"address":"a","tls":[]}`, "tls", `"tls" must be an object, not an array`},
		{`{"address":"a","tls":{"nam":"x"}}`, "tls.nam", `unknown name "nam" in "tls"; did you mean "name"?`},
		{`{"address":"a","meta":{"k":["v",1]}}`, "meta.k[1]", `"meta.k[1]" must be a string, not 1`},
		{`{"address":"a","meta":{"k":[],"k":[]}}`, "meta.k", `"k" is given twice in "meta"`},
		{`{"address":"a","choice":{"fil":"f"}}`, "choice.fil", `in "choice": unknown name "fil"; did you mean "file"?`},
		{`{"address":"a","choice":[]}`, "choice", `"choice" must be an object, not an array`},
		{`{"address":"\ud800"}`, "address", `"address" has half of a surrogate pair, which is no text`},
		{`{"\ud800":1}`, "", `a name has half of a surrogate pair, which is no text`},
		{`[]`, "", `must be an object, not an array`},
	} {
		var got sample
		err := Decode([]byte(test.in), &got)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%s: got %v, want an Error", test.in, err)
		} else if e.Path != test.path || e.Message != test.message {
			t.Errorf("%s: got %q at %q, want %q at %q", test.in, e.Message, e.Path, test.message, test.path)
		}
	}
}

func TestDecodePositional(t *testing.T) {
	order := []string{"address", "count"}
	var got sample
	if err := DecodePositional([]byte(`["a", 7]`), order, &got); err != nil || got.Address != "a" || got.Count != 7 {
		t.Errorf("got %+v, %v", got, err)
	}
	for in, message := range map[string]string{
		`[]`:          `"address" is required`,
		`[null, 1]`:   `"address" is required`,
		`["a", "b"]`:  `"count" must be a whole number of 0 or more, not a string`,
		`["a", 1, 2]`: `must have at most 2 values by position (address, count); others go by name`,
	} {
		if err := DecodePositional([]byte(in), order, &sample{}); err == nil || err.Error() != message {
			t.Errorf("%s: got %v, want %s", in, err, message)
		}
	}
}

func TestParam(t *testing.T) {
	for path, want := range map[string]string{"a": "a", "tls.certFile": "tls", "list[2].x": "list", "": ""} {
		if got := (&Error{Path: path}).Param(); got != want {
			t.Errorf("Param of %q = %q, want %q", path, got, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"address":"a","tls":{"name":"x"},"meta":{"k":["v"]},"choice":"t"}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		if !json.Valid(in) {
			return
		}
		in = json.RawMessage(in)
		for len(in) > 0 && (in[0] == ' ' || in[0] == '\n' || in[0] == '\t' || in[0] == '\r') {
			in = in[1:]
		}
		var got, again sample
		if Decode(in, &got) != nil {
			return
		}
		if err := json.Unmarshal(in, &again); err != nil {
			t.Fatalf("%s: accepted, but encoding/json says %v", in, err)
		}
	})
}
