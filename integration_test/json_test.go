package integration_test

import (
	"encoding/json"
	"testing"
)

// echo calls a method that returns its request.
func (r *rig) echo(service, method, request string, more ...obj) (json.RawMessage, *RPCError) {
	r.t.Helper()
	result, err := r.Call("callMethod", with(obj{
		"connection": r.conn, "service": service, "method": method, "request": json.RawMessage(request),
	}, more...))
	if err != nil {
		return nil, err
	}
	return decode[struct{ Message json.RawMessage }](r.Host, result).Message, nil
}

// TestJSONRoundTrips sends JSON and reads its canonical form.
func TestJSONRoundTrips(t *testing.T) {
	const sink, old, ed = "kitchen.v3.Echo/Sink", "kitchen.v2.Echo/Old", "kitchen.ed.Echo/Fresh"
	cases := []struct{ method, in, out string }{
		{sink, `{}`, `{}`},
		{sink, `{"anInt64":"9223372036854775807","aUint64":"18446744073709551615"}`, `{"anInt64":"9223372036854775807","aUint64":"18446744073709551615"}`},
		{sink, `{"anInt64":9223372036854775807,"aUint64":18446744073709551615}`, `{"anInt64":"9223372036854775807","aUint64":"18446744073709551615"}`},
		{sink, `{"anInt64":-9223372036854775808,"anInt32":-2147483648,"aUint32":4294967295}`, `{"anInt64":"-9223372036854775808","anInt32":-2147483648,"aUint32":4294967295}`},
		{sink, `{"an_int64":1,"aSint32":-1,"a_sint64":"-1","aFixed32":1,"aFixed64":"1","aSfixed32":-1,"aSfixed64":-1}`,
			`{"anInt64":"1","aSint32":-1,"aSint64":"-1","aFixed32":1,"aFixed64":"1","aSfixed32":-1,"aSfixed64":"-1"}`},
		{sink, `{"anInt32":1e2,"anInt64":1.0,"aUint32":"7"}`, `{"anInt32":100,"anInt64":"1","aUint32":7}`},
		{sink, `{"aDouble":1.5,"aFloat":-0.25}`, `{"aDouble":1.5,"aFloat":-0.25}`},
		{sink, `{"aDouble":"NaN","aFloat":"-Infinity"}`, `{"aDouble":"NaN","aFloat":"-Infinity"}`},
		{sink, `{"aDouble":"Infinity","doubles":[0.1,1e308,5e-324,"1.5"]}`, `{"aDouble":"Infinity","doubles":[0.1,1e+308,5e-324,1.5]}`},
		{sink, `{"aBool":true,"aString":"Ж\u0000\"\\\ud83d\ude00"}`, `{"aBool":true,"aString":"Ж\u0000\"\\\ud83d\ude00"}`},
		{sink, `{"aBytes":"AP/+"}`, `{"aBytes":"AP/+"}`},
		{sink, `{"aBytes":"AP_-","blobs":["AA","AA==",""]}`, `{"aBytes":"AP/+","blobs":["AA==","AA==",""]}`},
		{sink, `{"colour":"COLOUR_RED","colours":["COLOUR_BLUE",-2,7]}`, `{"colour":"COLOUR_RED","colours":["COLOUR_BLUE","COLOUR_BLUE",7]}`},
		{sink, `{"maybeInt32":0,"maybeString":"","maybeColour":"COLOUR_UNSPECIFIED"}`, `{"maybeInt32":0,"maybeString":"","maybeColour":"COLOUR_UNSPECIFIED"}`},
		{sink, `{"anInt32":0,"aString":"","ints":[],"byString":{}}`, `{}`},
		{sink, `{"anInt32":null,"node":null,"ints":null,"any":null,"wrappedInt64":null}`, `{}`},
		{sink, `{"ints":[1,"2",3.0],"longs":["1",2]}`, `{"ints":[1,2,3],"longs":["1","2"]}`},
		{sink, `{"byString":{"":"e","Ж":"z"},"byInt32":{"-1":"a"},"byInt64":{"9223372036854775807":"1"},"byBool":{"true":"COLOUR_RED"},"byUint64":{"18446744073709551615":{}},"bySfixed32":{"-5":"AA=="}}`,
			`{"byString":{"":"e","Ж":"z"},"byInt32":{"-1":"a"},"byInt64":{"9223372036854775807":"1"},"byBool":{"true":"COLOUR_RED"},"byUint64":{"18446744073709551615":{}},"bySfixed32":{"-5":"AA=="}}`},
		{sink, `{"choiceInt64":"0"}`, `{"choiceInt64":"0"}`},
		{sink, `{"choiceNode":{}}`, `{"choiceNode":{}}`},
		{sink, `{"choiceNull":null}`, `{"choiceNull":null}`},
		{sink, `{"node":{"name":"a","children":[{"name":"b","children":[{}]}],"links":{"x":{"links":{"y":{}}}}}}`,
			`{"node":{"name":"a","children":[{"name":"b","children":[{}]}],"links":{"x":{"links":{"y":{}}}}}}`},
		{sink, `{"Given Name":"a","oddName2x":1}`, `{"Given Name":"a","oddName2x":1}`},
		{sink, `{"renamed":"a","odd__name_2x":1}`, `{"Given Name":"a","oddName2x":1}`},
		{sink, `{"time":"2024-02-29T12:00:00.5+03:00","duration":"1.5s"}`, `{"time":"2024-02-29T09:00:00.500Z","duration":"1.500s"}`},
		{sink, `{"duration":"-0.000000001s","mask":"aBool,node.big"}`, `{"duration":"-0.000000001s","mask":"aBool,node.big"}`},
		{sink, `{"struct":{"a":[1,null,{"b":"c"}],"":true},"value":null,"list":[1.5,[],{}]}`, `{"struct":{"a":[1,null,{"b":"c"}],"":true},"value":null,"list":[1.5,[],{}]}`},
		{sink, `{"value":{"x":[]},"values":[null,1,"s",false,[],{}],"empty":{}}`, `{"value":{"x":[]},"values":[null,1,"s",false,[],{}],"empty":{}}`},
		{sink, `{"wrappedInt64":5,"wrappedString":"","wrappedBytes":"AA==","wrappedBool":false}`, `{"wrappedInt64":"5","wrappedString":"","wrappedBytes":"AA==","wrappedBool":false}`},
		{sink, `{"any":{"@type":"type.googleapis.com/kitchen.v3.Node","big":7}}`, `{"any":{"@type":"type.googleapis.com/kitchen.v3.Node","big":"7"}}`},
		{sink, `{"any":{"big":7,"@type":"type.googleapis.com/kitchen.v3.Node"}}`, `{"any":{"@type":"type.googleapis.com/kitchen.v3.Node","big":"7"}}`},
		{sink, `{"any":{"@type":"type.googleapis.com/google.protobuf.Duration","value":"3s"}}`, `{"any":{"@type":"type.googleapis.com/google.protobuf.Duration","value":"3s"}}`},
		{sink, `{"any":{"@type":"type.googleapis.com/google.protobuf.Any","value":{"@type":"type.googleapis.com/kitchen.v3.Node"}}}`,
			`{"any":{"@type":"type.googleapis.com/google.protobuf.Any","value":{"@type":"type.googleapis.com/kitchen.v3.Node"}}}`},
		{sink, `{"any":{"@type":"type.googleapis.com/nobody.Knows","value":"CAE="}}`, `{"any":{"@type":"type.googleapis.com/nobody.Knows","value":"CAE="}}`},
		{sink, `{"any":{}}`, `{"any":{}}`},
		{old, `{"id":"a"}`, `{"id":"a"}`},
		{old, `{"id":"","level":7,"mood":"MOOD_BAD"}`, `{"id":"","level":7,"mood":"MOOD_BAD"}`},
		{old, `{"id":"a","pair":{"left":"l","right":5},"row":[{"cell":1},{"cell":2}]}`, `{"id":"a","pair":{"left":"l","right":"5"},"row":[{"cell":1},{"cell":2}]}`},
		{old, `{"id":"a","packed":[1,2],"child":{"k":"x","data":"AA=="},"byName":{"n":{"k":"y"}}}`, `{"id":"a","packed":[1,2],"child":{"k":"x","data":"AA=="},"byName":{"n":{"k":"y"}}}`},
		{old, `{"id":"a","[kitchen.v2.note]":"n","[kitchen.v2.marks]":[1,"2"],"[kitchen.v2.Old.nested_note]":"m","[kitchen.v2.extra_child]":{"k":"z"}}`,
			`{"id":"a","[kitchen.v2.note]":"n","[kitchen.v2.marks]":["1","2"],"[kitchen.v2.Old.nested_note]":"m","[kitchen.v2.extra_child]":{"k":"z"}}`},
		{ed, `{"must":"m","explicit":"","implicit":0,"expanded":[1,2],"closed":"CLOSED_B"}`, `{"must":"m","explicit":"","expanded":[1,2],"closed":"CLOSED_B"}`},
		{ed, `{"must":"m","delimited":{"text":"a","inner":{"inner":{}}}}`, `{"must":"m","delimited":{"text":"a","inner":{"inner":{}}}}`},
		{"kitchen.v3.Echo/Duration", `"1.5s"`, `"1.500s"`},
		{"kitchen.v3.Echo/Timestamp", `"1970-01-01T00:00:00Z"`, `"1970-01-01T00:00:00Z"`},
		{"kitchen.v3.Echo/Value", `null`, `null`},
		{"kitchen.v3.Echo/Value", `[1,{"a":null}]`, `[1,{"a":null}]`},
		{"kitchen.v3.Echo/Value", `"s"`, `"s"`},
		{"kitchen.v3.Echo/List", `[1,"a",null]`, `[1,"a",null]`},
		{"kitchen.v3.Echo/Struct", `{"a":1}`, `{"a":1}`},
		{"kitchen.v3.Echo/Any", `{"@type":"type.googleapis.com/kitchen.v3.Node"}`, `{"@type":"type.googleapis.com/kitchen.v3.Node"}`},
		{"kitchen.v3.Echo/Int64", `"-5"`, `"-5"`},
		{"kitchen.v3.Echo/Int64", `7`, `"7"`},
		{"kitchen.v3.Echo/Mask", `"fooBar,baz"`, `"fooBar,baz"`},
		{"kitchen.v3.Echo/Empty", `{}`, `{}`},
	}
	r := newRig(t)
	for _, c := range cases {
		got, err := r.echo("", c.method, c.in)
		if err != nil {
			t.Errorf("%s %s: %v", c.method, c.in, err)
		} else if !sameJSON(t, string(got), c.out) {
			t.Errorf("%s %s came back as %s, want %s", c.method, c.in, got, c.out)
		}
	}
}

// TestValueMessages sends null as google.protobuf.Value in every place.
func TestValueMessages(t *testing.T) {
	r := newRig(t)
	r.Must("initBidiStream", obj{"connection": r.conn, "service": "kitchen.v3.Echo", "method": "ValueStream", "streamId": "v"})
	r.Send(`{"id":"one","method":"sendMessage","params":{"streamId":"v","message":null}}` + "\n" +
		`{"id":"many","method":"sendMessages","params":{"streamId":"v","messages":[null,{"a":null}]}}` + "\n")
	for _, id := range []string{`"one"`, `"many"`} {
		if got := r.Answer(id); got.Error != nil {
			t.Errorf("%s: %v", id, got.Error)
		}
	}
	for _, want := range []string{`null`, `null`, `{"a":null}`} {
		got := decode[struct{ Message json.RawMessage }](r.Host, r.Must("getMessage", obj{"streamId": "v"}))
		if string(got.Message) != want {
			t.Errorf("message %s, want %s", got.Message, want)
		}
	}
}
