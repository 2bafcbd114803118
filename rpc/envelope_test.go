package rpc

import (
	"testing"

	"github.com/grpcline/grpcline/internal/jsonscan"
)

func envelopeFrom(t *testing.T, text string) envelope {
	t.Helper()
	var scan jsonscan.Scan
	if scan.Read([]byte(text)) != jsonscan.Whole {
		t.Fatalf("%s is not JSON", text)
	}
	return envelopeOf([]byte(text), scan.Members, scan.Inner)
}

func TestEnvelope(t *testing.T) {
	for _, test := range []struct{ in, id, method, params string }{
		{`{"id":1,"method":"m"}`, `1`, "m", ""},
		{`{"jsonrpc":"2.0","id":1,"method":"m","params":[1]}`, `1`, "m", "[1]"},
		{`{ "params" : {"a" : 1} , "method" : "m" , "id" : "x" }`, `"x"`, "m", `{"a" : 1}`},
		{`{"id":-5,"method":"m"}`, `-5`, "m", ""},
		{`{"jsonrpc":"2\u002e0","id":1,"method":"m"}`, `1`, "m", ""},
		{`{"id":1.0,"method":"m"}`, `1.0`, "m", ""},
		{`{"id":1E+400,"method":"m"}`, `1E+400`, "m", ""},
		{`{"id":18446744073709551616,"method":"m"}`, `18446744073709551616`, "m", ""},
		{`{"id":"\u044B\n","method":"m"}`, `"\u044B\n"`, "m", ""},
		{`{"id":null,"method":"m"}`, `null`, "m", ""},
		{`{"method":"m"}`, ``, "m", ""},
		{`{"id":1,"method":"m","params":null}`, `1`, "m", ""},
		{`{"id":1,"method":"m","params":5}`, `1`, "m", "5"},
		{`{"id":1,"method":"\u0041ы"}`, `1`, "Aы", ""},
		{`{"\u0069d":1,"m\u0065thod":"m"}`, `1`, "m", ""},
		{`{"id":1,"method":"m","other":{"id":2},"Method":"x"}`, `1`, "m", ""},
		{`{"id":1,"method":""}`, `1`, "", ""},
	} {
		e := envelopeFrom(t, test.in)
		r, fault := e.check()
		if fault != nil {
			t.Errorf("%s: %v", test.in, fault)
			continue
		}
		if string(r.id) != test.id || string(r.method) != test.method || string(r.params.text) != test.params {
			t.Errorf("%s: got id %s, method %q, params %s", test.in, r.id, r.method, r.params.text)
		}
		if (r.id == nil) != (test.id == "") {
			t.Errorf("%s: a notification is one without an id", test.in)
		}
	}
}

// TestParamsMembers are those of params alone, wherever it stands.
func TestParamsMembers(t *testing.T) {
	for _, text := range []string{
		`{"method":"m","params":{"a":1,"b":{"c":2}}}`,
		` { "x": {"y": 3}, "params" : {"a":1,"b":{"c":2}} , "method" : "m", "z": {"y": 4}}`,
	} {
		e := envelopeFrom(t, text)
		r, fault := e.check()
		if fault != nil {
			t.Fatal(fault)
		}
		got := ""
		for _, m := range r.params.members {
			got += string(r.params.text[m.Name:m.NameEnd]) + "=" + string(r.params.text[m.Value:m.ValueEnd]) + " "
		}
		if got != `"a"=1 "b"={"c":2} ` {
			t.Errorf("%s: %s", text, got)
		}
	}
}

func TestEnvelopeFaults(t *testing.T) {
	for _, test := range []struct{ in, id string }{ // the id to answer, empty for null
		{`{}`, ""},
		{`{"id":1}`, "1"},
		{`{"id":"a","params":[]}`, `"a"`},
		{`{"id":1,"method":5}`, "1"},
		{`{"id":1,"method":null}`, "1"},
		{`{"id":1,"method":"\ud800"}`, "1"},
		{`{"id":1,"method":"m","jsonrpc":"1.0"}`, "1"},
		{`{"id":1,"method":"m","jsonrpc":2.0}`, "1"},
		{`{"id":1,"method":"m","jsonrpc":null}`, "1"},
		{`{"id":{},"method":"m"}`, ""},
		{`{"id":[1],"method":"m"}`, ""},
		{`{"id":true,"method":"m"}`, ""},
		{`{"id":false}`, ""},
		{`{"id":1,"id":2,"method":"m"}`, ""},
		{`{"id":1,"method":"m","method":"n"}`, "1"},
		{`{"id":1,"method":"m","params":[],"p\u0061rams":[]}`, "1"},
	} {
		e := envelopeFrom(t, test.in)
		r, fault := e.check()
		if fault == nil || fault.Code != -32600 {
			t.Errorf("%s: got %v, want -32600", test.in, fault)
		}
		if string(r.id) != test.id {
			t.Errorf("%s: is answered to id %s, want %q", test.in, r.id, test.id)
		}
	}
}

func TestIDKey(t *testing.T) {
	for _, test := range []struct {
		a, b string
		same bool
	}{
		{`1`, `1`, true},
		{`1`, `1.0`, false},
		{`1`, `"1"`, false},
		{`"a"`, `"\u0061"`, true},
		{`"\/"`, `"/"`, true},
		{`"a"`, `"b"`, false},
		{`"\ud800"`, `"\ud801"`, false},
	} {
		if same := idKey([]byte(test.a)) == idKey([]byte(test.b)); same != test.same {
			t.Errorf("%s and %s: same is %v", test.a, test.b, same)
		}
	}
}
