package integration_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// TestJSONErrors sends what does not fit and reads where it does not.
func TestJSONErrors(t *testing.T) {
	const sink, old = "kitchen.v3.Echo/Sink", "kitchen.v2.Echo/Old"
	cases := []struct{ method, in, path string }{
		{sink, `{"nope":1}`, "request.nope"},
		{sink, `{"node":{"nope":1}}`, "request.node.nope"},
		{sink, `{"node":{"children":[{},{"nope":1}]}}`, "request.node.children[1].nope"},
		{sink, `{"named":{"k":{"big":"x"}}}`, `request.named["k"].big`},
		{sink, `{"an_int32":2147483648}`, "request.an_int32"},
		{sink, `{"anInt32":-2147483649}`, "request.anInt32"},
		{sink, `{"anInt32":1.5}`, "request.anInt32"},
		{sink, `{"anInt32":"1.5"}`, "request.anInt32"},
		{sink, `{"anInt32":""}`, "request.anInt32"},
		{sink, `{"anInt32":" 1"}`, "request.anInt32"},
		{sink, `{"anInt32":true}`, "request.anInt32"},
		{sink, `{"anInt32":{}}`, "request.anInt32"},
		{sink, `{"aUint32":-1}`, "request.aUint32"},
		{sink, `{"aUint64":18446744073709551616}`, "request.aUint64"},
		{sink, `{"anInt64":9223372036854775808}`, "request.anInt64"},
		{sink, `{"anInt64":"9223372036854775808"}`, "request.anInt64"},
		{sink, `{"anInt64":1e400}`, "request.anInt64"},
		{sink, `{"aDouble":1e400}`, "request.aDouble"},
		{sink, `{"aFloat":1e39}`, "request.aFloat"},
		{sink, `{"aDouble":"inf"}`, "request.aDouble"},
		{sink, `{"aBool":"true"}`, "request.aBool"},
		{sink, `{"aBool":1}`, "request.aBool"},
		{sink, `{"aString":5}`, "request.aString"},
		{sink, `{"aString":"\ud800"}`, "request.aString"},
		{sink, `{"aBytes":"!!"}`, "request.aBytes"},
		{sink, `{"aBytes":["AA=="]}`, "request.aBytes"},
		{sink, `{"colour":"RED"}`, "request.colour"},
		{sink, `{"colour":1.5}`, "request.colour"},
		{sink, `{"colour":true}`, "request.colour"},
		{sink, `{"ints":[1,null]}`, "request.ints[1]"},
		{sink, `{"ints":5}`, "request.ints"},
		{sink, `{"ints":{}}`, "request.ints"},
		{sink, `{"strings":["a",5]}`, "request.strings[1]"},
		{sink, `{"byInt32":{"x":"a"}}`, ""},
		{sink, `{"byBool":{"yes":"COLOUR_RED"}}`, ""},
		{sink, `{"byString":{"a":null}}`, ""},
		{sink, `{"byString":[]}`, "request.byString"},
		{sink, `{"byString":{"a":"1","a":"2"}}`, ""},
		{sink, `{"node":[]}`, "request.node"},
		{sink, `{"node":"x"}`, "request.node"},
		{sink, `{"choiceInt64":1,"choiceString":"x"}`, ""},
		{sink, `{"anInt32":1,"anInt32":2}`, "request.anInt32"},
		{sink, `{"anInt32":1,"an_int32":2}`, "request.an_int32"},
		{sink, `{"time":"yesterday"}`, "request.time"},
		{sink, `{"time":"10000-01-01T00:00:00Z"}`, "request.time"},
		{sink, `{"time":5}`, "request.time"},
		{sink, `{"duration":"5"}`, "request.duration"},
		{sink, `{"duration":"400000000000s"}`, "request.duration"},
		{sink, `{"mask":5}`, "request.mask"},
		{sink, `{"struct":[]}`, "request.struct"},
		{sink, `{"list":{}}`, "request.list"},
		{sink, `{"wrappedInt64":"x"}`, "request.wrappedInt64"},
		{sink, `{"empty":{"a":1}}`, ""},
		{sink, `{"any":{"value":1}}`, ""},
		{sink, `{"any":{"@type":"type.googleapis.com/kitchen.v3.Node","nope":1}}`, "request.any.nope"},
		{sink, `{"any":{"@type":"type.googleapis.com/nobody.Knows","a":1}}`, ""},
		{sink, `{"any":{"@type":5}}`, ""},
		{sink, `[]`, "request"},
		{sink, `"x"`, "request"},
		{sink, `5`, "request"},
		{old, `{}`, "request.id"},
		{old, `{"id":"a","child":{}}`, "request.child.k"},
		{old, `{"id":"a","children":[{"k":"x"},{}]}`, "request.children[1].k"},
		{old, `{"id":"a","row":[{}]}`, "request.row[0].cell"},
		{old, `{"id":"a","[kitchen.v2.nope]":1}`, ""},
		{old, `{"[":1}`, "request.["},
		{old, `{"":1}`, ""},
		{old, `{"[]":1}`, "request.[]"},
		{old, `{"id":"a","[kitchen.v2.note]":5}`, "request.[kitchen.v2.note]"},
		{old, `{"id":"a","mood":"MOOD_UGLY"}`, "request.mood"},
		{"kitchen.v3.Echo/Duration", `{}`, "request"},
		{"kitchen.v3.Echo/Duration", `"soon"`, "request"},
		{"kitchen.v3.Echo/Int64", `"x"`, "request"},
	}
	r := newRig(t)
	for _, c := range cases {
		got, err := r.echo("", c.method, c.in)
		switch {
		case err == nil:
			t.Errorf("%s %s was taken and came back as %s", c.method, c.in, got)
		case err.Code != -32602:
			t.Errorf("%s %s: %v", c.method, c.in, err)
		case c.path != "" && err.Data.Path != c.path, !strings.HasPrefix(err.Data.Path, "request"):
			t.Errorf("%s %s: path %q, want %q (%s)", c.method, c.in, err.Data.Path, c.path, err.Message)
		case err.Data.Param != "request":
			t.Errorf("%s %s: param %q", c.method, c.in, err.Data.Param)
		}
	}
	if got, err := r.echo("", sink, `{}`); err != nil || string(got) != "{}" {
		t.Errorf("a good request after them: %s %v", got, err)
	}
}

// TestBytesAreNeverFiles gives a path where bytes are due.
func TestBytesAreNeverFiles(t *testing.T) {
	r := newRig(t)
	if _, err := r.echo("", "kitchen.v3.Echo/Sink", `{"aBytes":"@/etc/passwd"}`); err == nil {
		t.Error("a path was taken")
	}
	if got, err := r.echo("", "kitchen.v3.Echo/Sink", `{"aBytes":"/etc/passwd+"}`); err != nil || !sameJSON(t, string(got), `{"aBytes":"/etc/passwd+"}`) {
		t.Errorf("%s %v", got, err)
	}
}

// TestDeepMessages nests messages as deep as input may be.
func TestDeepMessages(t *testing.T) {
	r := newRig(t)
	deep := func(n int) string {
		return `{"node":` + strings.Repeat(`{"children":[`, n) + `{}` + strings.Repeat(`]}`, n) + `}`
	}
	got, err := r.echo("", "kitchen.v3.Echo/Sink", deep(400))
	if err != nil || !sameJSON(t, string(got), deep(400)) {
		t.Errorf("400 levels of messages: %v", err)
	}
}

// TestJSONOptions sets options on the connection and on a call.
func TestJSONOptions(t *testing.T) {
	r := newRig(t)
	const sink = "kitchen.v3.Echo/Sink"
	in := `{"anInt64":"5","colour":"COLOUR_RED","oddName2x":1}`
	for _, c := range []struct {
		options obj
		in, out string
	}{
		{obj{"useProtoNames": true}, in, `{"an_int64":"5","colour":"COLOUR_RED","odd__name_2x":1}`},
		{obj{"enumsAsNumbers": true}, in, `{"anInt64":"5","colour":1,"oddName2x":1}`},
		{obj{"int64AsNumbers": true}, in, `{"anInt64":5,"colour":"COLOUR_RED","oddName2x":1}`},
		{obj{"allowUnknownFields": true}, `{"anInt64":"5","nope":{"a":[1]},"node":{"nope":null}}`, `{"anInt64":"5","node":{}}`},
	} {
		if got, err := r.echo("", sink, c.in, obj{"json": c.options}); err != nil || !sameJSON(t, string(got), c.out) {
			t.Errorf("%v: %s %v, want %s", c.options, got, err, c.out)
		}
		conn := obj{"address": r.server.Addr, "proto": testserver.Texts(t), "json": c.options}
		if got, err := r.echo("", sink, c.in, obj{"connection": conn}); err != nil || !sameJSON(t, string(got), c.out) {
			t.Errorf("on the connection, %v: %s %v, want %s", c.options, got, err, c.out)
		}
	}
	got, err := r.echo(scriptService, "Unary", `{}`, obj{"json": obj{"emitDefaults": true}})
	if err != nil || !sameJSON(t, string(got), `{"number":"0","payload":"","text":""}`) {
		t.Errorf("emitDefaults: %s %v", got, err)
	}
	both := obj{"address": r.server.Addr, "proto": testserver.Texts(t), "json": obj{"useProtoNames": true, "enumsAsNumbers": true}}
	got, err = r.echo("", sink, in, obj{"connection": both, "json": obj{"enumsAsNumbers": false, "int64AsNumbers": true}})
	if err != nil || !sameJSON(t, string(got), `{"an_int64":5,"colour":"COLOUR_RED","odd__name_2x":1}`) {
		t.Errorf("option by option: %s %v", got, err)
	}
	s := r.initStream("Bidi", nil, obj{"json": obj{"int64AsNumbers": true}})
	s.send(obj{"number": 5})
	raw := decode[struct{ Message json.RawMessage }](r.Host, r.Must("getMessage", s.params()))
	if !sameJSON(t, string(raw.Message), `{"number":5}`) {
		t.Errorf("on a stream: %s", raw.Message)
	}
}
