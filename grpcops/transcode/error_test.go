package transcode

import (
	"errors"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"
)

func TestInputErrors(t *testing.T) {
	s := compileSchema(t, testSources)
	for _, test := range []struct {
		message protoreflect.FullName
		json    string
		path    string
		says    string
	}{
		{"three.Item", `[]`, "", "expected an object (three.Item), got an array"},
		{"three.Item", ``, "", "got the end of the text"},
		{"three.Item", `{} {}`, "", "more text after the value"},
		{"three.Item", `{"nam":"x"}`, "nam", `no field "nam" in three.Item; did you mean "name" or "n"?`},
		{"three.Item", `{"next":{"next":{"nn":1}}}`, "next.next.nn", `no field "nn" in three.Item; did you mean "n"`},
		{"three.Scalars", `{"opt_imt":1}`, "opt_imt", `did you mean "opt_int"`},
		{"three.Item", `{"name":5}`, "name", "expected a string, got the number 5"},
		{"three.Item", `{"name":"\ud800"}`, "name", "half of a surrogate pair"},
		{"three.Item", `{"name":"a","name":"b"}`, "name", "given twice"},
		{"three.Scalars", `{"optInt":1,"opt_int":1}`, "opt_int", "given twice (optInt and opt_int are one field)"},
		{"three.Scalars", `{"int32":2147483648}`, "int32", "2147483648 is out of range: int32 is from -2147483648 to 2147483647"},
		{"three.Scalars", `{"uint32":-1}`, "uint32", "-1 is out of range: uint32 is from 0 to 4294967295"},
		{"three.Scalars", `{"uint64":"18446744073709551616"}`, "uint64", "18446744073709551616 is out of range: uint64 is from 0 to 18446744073709551615"},
		{"three.Scalars", `{"int64":1e99999}`, "int64", "1e99999 is out of range"},
		{"three.Scalars", `{"int32":1.5}`, "int32", "1.5 is not a whole number, as int32 needs"},
		{"three.Scalars", `{"int32":"x"}`, "int32", `expected a number (int32), got the string "x"`},
		{"three.Scalars", `{"int32":"\u043f\u0440\u0438"}`, "int32", `got the string "при"`},
		{"three.Scalars", `{"int32":"` + strings.Repeat(`\u0436`, 41) + `"}`, "int32", `got the string "` + strings.Repeat("ж", 40) + `…"`},
		{"three.Scalars", `{"int32":"\ud83d"}`, "int32", "half of a surrogate pair"},
		{"three.Scalars", `{"color":"\u0430\"\n"}`, "color", `no value "а\"\n" in enum three.Color`},
		{"three.Maps", `{"named":{"\u043a":{"n":true}}}`, `named["к"].n`, "got a boolean"},
		{"three.Scalars", `{"int32":true}`, "int32", "expected a number (int32), got a boolean"},
		{"three.Scalars", `{"float":1e39}`, "float", "1e39 is out of range for a float"},
		{"three.Scalars", `{"double":"nan"}`, "double", `expected a number (double), got the string "nan"`},
		{"three.Scalars", `{"bool":"true"}`, "bool", `expected true or false, got the string "true"`},
		{"three.Scalars", `{"bytes":"a*"}`, "bytes", `expected base64, got the string "a*"`},
		{"three.Scalars", `{"color":"GREN"}`, "color", `no value "GREN" in enum three.Color; did you mean "GREEN" or "RED"?`},
		{"three.Scalars", `{"color":null,"color":1}`, "color", "given twice"},
		{"three.Lists", `{"items":[{},{"n":{}}]}`, "items[1].n", "expected a number (int64), got an object"},
		{"three.Lists", `{"packedInts":[1,null]}`, "packedInts[1]", "got null"},
		{"three.Lists", `{"items":{}}`, "items", "expected an array, got an object"},
		{"three.Maps", `{"named":{"k":{"big":1}}}`, `named["k"].big`, `no field "big" in three.Item`},
		{"three.Maps", `{"named":{"a\"b":{"n":true}}}`, `named["a\"b"].n`, "got a boolean"},
		{"three.Maps", `{"named":{"k":null}}`, `named["k"]`, "got null"},
		{"three.Maps", `{"numbered":{"x":"a"}}`, `numbered["x"]`, "the key has to be a whole number (int32)"},
		{"three.Maps", `{"byBool":{"1":"RED"}}`, `byBool["1"]`, "the key has to be true or false"},
		{"three.Maps", `{"numbered":{"1":"a","2":"b","01":"c"}}`, `numbered["01"]`, "this key is given twice"},
		{"three.Maps", `{"named":[]}`, "named", "expected an object (a map), got an array"},
		{"three.Choice", `{"text":"a","number":1}`, "number", "another field of the same oneof is given too"},
		{"three.Known", `{"any":{"a":1}}`, "any", `needs "@type"`},
		{"three.Known", `{"any":{"@type":1}}`, "any.@type", "expected a string"},
		{"three.Known", `{"any":{"@type":""}}`, "any.@type", "the URL is empty"},
		{"three.Known", `{"any":{"@type":"x/nobody.Knows","a":1}}`, "any.@type", `no type "x/nobody.Knows" in the schema`},
		{"three.Known", `{"any":{"@type":"x/nobody.Knows","value":1}}`, "any.@type", `no type "x/nobody.Knows" in the schema`},
		{"three.Known", `{"any":{"@type":"x/nobody.Knows","value":"!"}}`, "any.value", "base64"},
		{"three.Known", `{"any":{"@type":"x/three.Item","naam":1}}`, "any.naam", `did you mean "name"?`},
		{"three.Known", `{"any":{"@type":"x/three.Item","@type":"x/three.Item"}}`, "any.@type", "given twice"},
		{"three.Known", `{"any":{"@type":"x/google.protobuf.Duration"}}`, "any", `an Any of google.protobuf.Duration needs "value"`},
		{"three.Known", `{"any":{"@type":"x/google.protobuf.Duration","value":"1"}}`, "any.value", "expected a duration"},
		{"three.Known", `{"any":{"@type":"x/google.protobuf.Duration","value":"1s","more":1}}`, "any.more", `no members but "@type" and "value"`},
		{"three.Known", `{"duration":1}`, "duration", "expected a duration such as"},
		{"three.Known", `{"timestamp":"yesterday"}`, "timestamp", `expected a time from year 1 to 9999`},
		{"three.Known", `{"mask":"a_b"}`, "mask", `"a_b" is not a path`},
		{"three.Known", `{"empty":{"a":1}}`, "empty.a", `no field "a" in google.protobuf.Empty`},
		{"three.Known", `{"struct":{"a":[1,{"b":1e999}]}}`, `struct["a"][1]["b"]`, "1e999 is out of range for a double"},
		{"two.Strict", `{"s":"a"}`, "k", "required by two.Strict, but missing"},
		{"two.Strict", `{"s":"a","k":1,"item":[{"k":1,"s":""},{"s":""}]}`, "item[1].k", "required by two.Strict, but missing"},
		{"two.Old", `{"[two.nobody]":1}`, "[two.nobody]", `no field "[two.nobody]" in two.Old`},
		{"two.Old", `{"[two.elsewhere]":1}`, "[two.elsewhere]", "two.elsewhere does not extend two.Old but two.Other"},
		{"two.Old", `{"[two.nested]":{"[two.more]":[1,"x"]}}`, "[two.nested].[two.more][1]", `got the string "x"`},
		{"two.Old", `{"[two.note]":"a","[two.note]":"b"}`, "[two.note]", "given twice"},
		{"two.Old", `{"[]":1}`, "[]", `no field "[]"`},
	} {
		wire, err := s.codec.Message(s.message(t, test.message)).AppendWire(nil, []byte(test.json), Options{})
		var fault *Error
		if !errors.As(err, &fault) {
			t.Errorf("%s: wire %x, error %v, want one at %q", test.json, wire, err, test.path)
			continue
		}
		if fault.Path != test.path || !strings.Contains(fault.Message, test.says) {
			t.Errorf("%s:\n got %q %s\nwant %q %s", test.json, fault.Path, fault.Message, test.path, test.says)
		}
	}
}

func TestOutputErrors(t *testing.T) {
	s := compileSchema(t, testSources)
	item := protowire.AppendString([]byte{1<<3 | 2}, "\xff") // three.Item.name
	for _, test := range []struct {
		message protoreflect.FullName
		wire    []byte
		path    string
		says    string
	}{
		{"three.Item", []byte{0xff}, "", "not a protobuf message"},
		{"three.Item", item, "name", "not UTF-8"},
		{"three.Lists", protowire.AppendBytes([]byte{6<<3 | 2, 0, 6<<3 | 2}, item), "items[1].name", "not UTF-8"},
		{"three.Maps", protowire.AppendBytes([]byte{1<<3 | 2}, protowire.AppendBytes([]byte{1<<3 | 2, 1, 'k', 2<<3 | 2}, item)), `named["k"].name`, "not UTF-8"},
		{"two.Strict", []byte{1 << 3, 1}, "s", "required by two.Strict, but missing"},
		{"three.Known", []byte{2<<3 | 2, 4, 1 << 3, 1, 2 << 3, 0}, "", ""},
		{"three.Known", []byte{3<<3 | 2, 11, 2 << 3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}, "timestamp", "0 seconds and -1 nanoseconds are no google.protobuf.Timestamp"},
		{"three.Known", protowire.AppendBytes([]byte{4<<3 | 2}, protowire.AppendString([]byte{1<<3 | 2}, "a__b")), "mask", `"a__b" cannot be a path`},
		{"three.Known", []byte{1<<3 | 2, 3, 2<<3 | 2, 1, 'x'}, "any", "no type URL"},
	} {
		got, err := s.codec.Message(s.message(t, test.message)).AppendJSON(nil, test.wire, Options{})
		if test.says == "" {
			if err != nil {
				t.Errorf("%x: %v", test.wire, err)
			}
			continue
		}
		var fault *Error
		if !errors.As(err, &fault) || fault.Path != test.path || !strings.Contains(fault.Message, test.says) {
			t.Errorf("%s %x: got %s, error %v, want at %q: %s", test.message, test.wire, got, err, test.path, test.says)
		}
	}
}

func TestErrorString(t *testing.T) {
	if got, want := (&Error{Path: "a.b", Message: "wrong"}).Error(), "a.b: wrong"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := (&Error{Path: "", Message: "wrong"}).Error(), "wrong"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestErrorQuotes checks that an error does not repeat a long value.
func TestErrorQuotes(t *testing.T) {
	s := compileSchema(t, testSources)
	long := strings.Repeat("ж", 1000)
	for _, text := range []string{`{"int32":"` + long + `"}`, `{"int32":` + strings.Repeat("1", 1000) + `}`, `{"bytes":"` + long + `"}`, `{"color":"` + long + `"}`} {
		_, err := s.codec.Message(s.message(t, "three.Scalars")).AppendWire(nil, []byte(text), Options{})
		if err == nil || len(err.Error()) > 250 {
			t.Errorf("%.20s: error %v", text, err)
		}
	}
}
