package transcode

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
)

// hostileSource has what a hostile server needs: a field of each kind that can be
// sent again and again, and long names.
var hostileSource = `
syntax = "proto2";
package hostile;
import "google/protobuf/any.proto";
import "google/protobuf/struct.proto";
enum Long { A` + strings.Repeat("_LONG", 40) + ` = 0; }
message M {
  optional int32 a = 1;
  optional string b = 2;
  repeated int32 list = 3;
  repeated string other = 4;
  map<string, int32> map = 5;
  optional M sub = 6;
  oneof choice { M left = 7; int32 right = 8; }
  repeated Long names = 9 [packed = true];
  optional google.protobuf.Any any = 11;
  optional google.protobuf.Value value = 12;
  map<int32, M> subs = 13;
  repeated M many = 14;
  extensions 100 to 200;
}
message Wide { ` + wideFields() + ` }
message Wides { repeated Wide all = 1; }
extend M { repeated int32 x = 100; optional M y = 101; }
`

const groupSource = `
edition = "2023";
package hostile;
message G {
  G group = 10 [features.message_encoding = DELIMITED];
  repeated G groups = 11 [features.message_encoding = DELIMITED];
  int32 n = 12;
}
`

func hostileSchema(t *testing.T) *schema {
	return compileSchema(t, map[string]string{"hostile.proto": hostileSource, "group.proto": groupSource})
}

func wideFields() string {
	var b strings.Builder
	for i := 1; i <= 3000; i++ {
		fmt.Fprintf(&b, "oneof o%d { int32 f%d_%s = %d; }\n", i, i, strings.Repeat("x", 50), i)
	}
	return b.String()
}

// sized is a field whose value has a length.
func sized(number protowire.Number, body []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, number, protowire.BytesType), body)
}

func varint(number protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(nil, number, protowire.VarintType), v)
}

func joined(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func again(n int, parts ...[]byte) []byte { return bytes.Repeat(joined(parts...), n) }

// mapOf is M.subs with n entries of one value.
func mapOf(n int, value []byte) []byte {
	var all []byte
	for i := range n {
		all = append(all, sized(13, joined(varint(1, uint64(i)), sized(2, value)))...)
	}
	return all
}

// deepValue is a google.protobuf.Value, levels deep, each of whose lists is given
// twice: once with what is deeper, once with what fill says.
func deepValue(levels int, fill []byte) []byte {
	value := fill
	for range levels {
		value = joined(sized(6, sized(1, value)), sized(6, sized(1, nil)))
	}
	return value
}

// deepGroups is G.group, or with number 11 G.groups, levels deep.
func deepGroups(number protowire.Number, levels int, inside []byte) []byte {
	open, end := protowire.AppendTag(nil, number, protowire.StartGroupType), protowire.AppendTag(nil, number, protowire.EndGroupType)
	return joined(bytes.Repeat(open, levels), inside, bytes.Repeat(end, levels))
}

// deepAny is an Any in the value of an Any, levels deep.
func deepAny(levels int) []byte {
	const url = "/google.protobuf.Any"
	content := sized(1, []byte(url))
	for range levels {
		content = joined(sized(1, []byte(url)), sized(2, content))
	}
	return sized(11, content)
}

// TestHostileMessages reads what no good server sends: memory is linear in what was
// sent and what is written, and the result is protobuf-go's.
func TestHostileMessages(t *testing.T) {
	s := hostileSchema(t)
	const n = 100_000
	text := []byte("text")
	for name, wire := range map[string][]byte{
		"two fields alternate":          again(n, varint(1, 7), sized(2, text)),
		"two lists alternate":           again(n, varint(3, 7), sized(4, text)),
		"a list and a field":            again(n, varint(3, 7), varint(1, 1)),
		"a list and an extension":       again(n, varint(3, 7), varint(100, 1), sized(101, varint(1, 1))),
		"unknown fields between":        again(n, varint(3, 7), varint(99, 1), sized(98, text)),
		"unknown groups":                joined(again(n, protowire.AppendTag(nil, 99, protowire.StartGroupType), protowire.AppendTag(nil, 99, protowire.EndGroupType)), varint(1, 1)),
		"the members of a oneof":        again(n, sized(7, varint(1, 1)), varint(8, 1)),
		"and the other one is last":     joined(again(n, sized(7, varint(1, 1)), varint(8, 1)), sized(7, varint(3, 1)), varint(1, 1), sized(7, varint(3, 2))),
		"one map entry":                 again(n, sized(5, joined(sized(1, text), varint(2, 1)))),
		"two map entries":               again(n, sized(5, joined(sized(1, text), varint(2, 1))), sized(5, nil)),
		"map entries with many values":  sized(13, joined(varint(1, 1), again(n, sized(2, varint(3, 1))))),
		"map entries with many keys":    sized(5, again(n, sized(1, text))),
		"one message in pieces":         again(n, sized(6, varint(3, 1))),
		"one message in empty pieces":   again(n, sized(6, nil)),
		"pieces of pieces":              again(n/10, sized(6, again(5, sized(6, varint(3, 1)), sized(6, varint(4, 1))))),
		"a deep value in pieces":        sized(12, deepValue(2000, sized(3, bytes.Repeat([]byte("x"), 200_000)))),
		"a deep value with many kinds":  sized(12, joined(deepValue(500, nil), varint(1, 0), deepValue(500, varint(4, 1)))),
		"unknown deep groups":           again(20, deepGroups(10, 5000, varint(12, 1))),
		"Any in Any":                    deepAny(3000),
		"packed and not":                again(n, varint(3, 7), sized(3, []byte{1, 2, 3}), varint(1, 1)),
		"strings that are replaced":     again(n/10, sized(2, bytes.Repeat([]byte("x"), 100)), varint(1, 1)),
		"messages that are replaced":    again(n/10, sized(7, again(10, sized(7, varint(1, 1)))), varint(8, 1)),
		"empty messages":                again(n, sized(14, nil)),
		"a message of another form":     again(n, sized(12, sized(3, text)), varint(1, 1)),
		"a value that is several kinds": sized(12, again(n, sized(3, text), varint(4, 1), sized(5, nil))),
	} {
		t.Run(name, func(t *testing.T) {
			md := s.message(t, "hostile.M")
			var text []byte
			var err error
			used := allocated(func() { text, err = s.codec.Message(md).AppendJSON(nil, wire, Options{}) })
			if err != nil {
				t.Fatal(err)
			}
			s.compareJSON(t, md, wire, Options{})
			// What grows by a quarter is allocated five times over.
			if most := 1<<20 + 64*len(wire) + 8*len(text); used > uint64(most) {
				t.Errorf("%d bytes for %d of wire and %d of JSON", used, len(wire), len(text))
			}
		})
	}
}

// TestHostileGroups does the same with groups, whose end is found by looking through
// them.
func TestHostileGroups(t *testing.T) {
	s := hostileSchema(t)
	md := s.message(t, "hostile.G")
	for name, wire := range map[string][]byte{
		"deep":             deepGroups(10, 100, varint(12, 1)),
		"beside":           again(2000, deepGroups(11, 10, varint(12, 1))),
		"in pieces":        again(2000, deepGroups(10, 10, varint(12, 1)), deepGroups(11, 10, varint(12, 1))),
		"overlong ends":    joined(protowire.AppendTag(nil, 10, protowire.StartGroupType), []byte{10<<3 | 4 | 0x80, 0x80, 0x80, 0}),
		"a lone end":       deepGroups(10, 1, protowire.AppendTag(nil, 11, protowire.EndGroupType)),
		"without an end":   protowire.AppendTag(nil, 10, protowire.StartGroupType),
		"another's inside": deepGroups(10, 2, deepGroups(99, 2, varint(12, 1))),
	} {
		t.Run(name, func(t *testing.T) { s.compareJSON(t, md, wire, Options{}) })
	}
	for number := range protowire.Number(2) {
		wire := deepGroups(10+number, 5000, again(1<<18, varint(12, 1)))
		_, err := s.codec.Message(md).AppendJSON(nil, wire, Options{})
		if err == nil || !strings.Contains(err.Error(), "the groups are nested too deeply") {
			t.Errorf("%v", err)
		}
	}
}

// allocated returns how many bytes do allocates.
func allocated(do func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestTooMuchJSON reads small messages that become large: they are given up at the
// bound.
func TestTooMuchJSON(t *testing.T) {
	s := hostileSchema(t)
	for name, tt := range map[string]struct {
		message string
		wire    []byte
		o       Options
	}{
		"names of enum values":       {"M", sized(9, make([]byte, 1<<20)), Options{}},
		"the same in pieces":         {"M", again(100_000, sized(9, []byte{0})), Options{}},
		"names of fields":            {"Wides", again(100_000, sized(1, varint(1, 1))), Options{}},
		"defaults":                   {"Wides", again(100_000, sized(1, nil)), Options{EmitDefaults: true}},
		"in a map":                   {"M", sized(6, mapOf(20_000, sized(9, make([]byte, 10)))), Options{}},
		"in an Any in another order": {"M", joined(sized(11, joined(sized(1, []byte("/hostile.M")), sized(2, sized(9, make([]byte, 1<<20))))), varint(1, 1)), Options{}},
		"defaults in another order":  {"M", again(100_000, sized(14, nil), varint(1, 1)), Options{EmitDefaults: true}},
	} {
		plan := s.codec.Message(s.message(t, protoreflect.FullName("hostile."+tt.message)))
		whole, err := plan.AppendJSON(nil, tt.wire, tt.o)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		o := tt.o
		o.MostJSON = len(whole)
		if _, err := plan.AppendJSON([]byte("before"), tt.wire, o); err != nil {
			t.Errorf("%s: %v at the bound itself", name, err)
		}
		o.MostJSON = min(len(whole)-1, 100_000)
		used := allocated(func() {
			if text, err := plan.AppendJSON([]byte("before"), tt.wire, o); !errors.Is(err, ErrTooLong) || string(text) != "before" {
				t.Errorf("%s: %d bytes, %v", name, len(text), err)
			}
		})
		if most := uint64(1<<20 + 64*len(tt.wire)); used > most {
			t.Errorf("%s: %d bytes were allocated", name, used)
		}
	}
}

// TestChainOfTypes reads a message whose type leads to very many others: no more of
// them are looked at than the message has.
func TestChainOfTypes(t *testing.T) {
	const types = 50_000
	file := &descriptorpb.FileDescriptorProto{Name: proto.String("chain.proto"), Package: proto.String("chain"), Syntax: proto.String("proto3")}
	for i := range types {
		file.MessageType = append(file.MessageType, &descriptorpb.DescriptorProto{
			Name: proto.String(fmt.Sprintf("T%d", i)),
			Field: []*descriptorpb.FieldDescriptorProto{{
				Name: proto.String("next"), Number: proto.Int32(1), JsonName: proto.String("next"),
				Type: descriptorpb.FieldDescriptorProto_TYPE_MESSAGE.Enum(), Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum(),
				TypeName: proto.String(fmt.Sprintf(".chain.T%d", (i+1)%types)),
			}},
		})
	}
	linked, err := protodesc.NewFile(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	files := &protoregistry.Files{}
	if err := files.RegisterFile(linked); err != nil {
		t.Fatal(err)
	}
	codec := NewCodec(files)
	plan := codec.Message(linked.Messages().Get(0))
	wire, err := plan.AppendWire(nil, []byte(`{"next":{"next":{}}}`), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if text, err := plan.AppendJSON(nil, wire, Options{EmitDefaults: true}); err != nil || string(text) != `{"next":{"next":{}}}` {
		t.Errorf("%s, %v", text, err)
	}
	if n := len(codec.messages); n > 4 {
		t.Errorf("%d plans", n)
	}
}

// TestHostileJSON writes what takes long to read: it is refused, or read in one go.
func TestHostileJSON(t *testing.T) {
	s := hostileSchema(t)
	plan := s.codec.Message(s.message(t, "hostile.M"))
	any := `{"@type":"/hostile.M","list":[` + strings.Repeat("1,", 1<<20) + `1]}`
	for range 400 {
		any = `{"value":` + any + `,"@type":"/google.protobuf.Any"}`
	}
	if _, err := plan.AppendWire(nil, []byte(`{"any":`+any+`}`), Options{}); err == nil || !strings.Contains(err.Error(), "has to come first") {
		t.Errorf("%v", err)
	}
	for text, says := range map[string]string{
		`{"[hostile.x]":[1],"a":1,"[hostile.x]":[2]}`: "[hostile.x]: given twice",
		`{"[hostile.x]":[1],"[hostile.y]":{}}`:        "",
		`{"any":{"value":{"value":{"a":1,"@type":"/hostile.M"},"@type":"/google.protobuf.Any"},"@type":"/google.protobuf.Any"}}`: "",
		`{"` + strings.Repeat("a", 1<<20) + `":1}`: "no field",
	} {
		if _, err := plan.AppendWire(nil, []byte(text), Options{}); (err == nil) != (says == "") || err != nil && !strings.Contains(err.Error(), says) {
			t.Errorf("%.80s: %.100v", text, err)
		}
	}
}

// TestHintsAreTheSame asks for an enum's value in the wrong words again and again.
func TestHintsAreTheSame(t *testing.T) {
	s := compileSchema(t, map[string]string{"e.proto": `syntax = "proto3"; enum E { COLD = 0; COLA = 1; COLT = 2; COLE = 3; COLI = 4; } message M { E e = 1; }`})
	for range 50 {
		_, err := NewCodec(s.files).Message(s.message(t, "M")).AppendWire(nil, []byte(`{"e":"COLX"}`), Options{})
		if want := `e: no value "COLX" in enum E; did you mean "COLA" or "COLD" or "COLE"?`; err == nil || err.Error() != want {
			t.Fatalf("%v, want %s", err, want)
		}
	}
}
