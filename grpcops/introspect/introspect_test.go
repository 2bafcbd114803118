package introspect

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/grpcline/grpcline/grpcops/schema"
)

const zoo = `syntax = "proto3";
package zoo;
import "google/protobuf/any.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/empty.proto";
import "google/protobuf/field_mask.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";

// Keeper keeps.
//   It is indented.
service Keeper {
  // One does.
  rpc One(Kinds) returns (Empty);
  rpc Watch(google.protobuf.Duration) returns (stream Node) { option deprecated = true; }
  rpc Feed(stream Node) returns (Empty); // behind
  rpc Talk(stream Choice) returns (stream google.protobuf.Value);
}
message Empty {}
// Kinds has all kinds.
message Kinds {
  double a = 1; float b = 2; int32 c = 3; int64 d = 4; uint32 e = 5; uint64 f = 6; sint32 g = 7; sint64 h = 8;
  fixed32 i = 9; fixed64 j = 10; sfixed32 k = 11; sfixed64 l = 12; bool m = 13; string n = 14; bytes o = 15;
  Colour p = 16; optional int32 q = 17; repeated string r = 18;
  // The given name is used.
  string snake_case = 19 [deprecated = true];
  string renamed = 20 [json_name = "Given \"name\""];
  map<string, Node> s = 21; map<bool, Colour> t = 22; map<int32, bytes> u = 23; map<uint64, string> v = 24;
}
enum Colour { RED = 0; BLUE = -1; }
message Node { string name = 1; Node next = 2; repeated Node children = 3; map<string, Node> links = 4; }
message Choice {
  oneof first { Choice self = 1; string text = 2; google.protobuf.NullValue null = 3; }
  oneof second { int64 left_side = 4; int64 right_side = 5; }
}
message Known {
  google.protobuf.Any a = 1; google.protobuf.Duration b = 2; google.protobuf.Empty c = 3; google.protobuf.FieldMask d = 4;
  google.protobuf.Struct e = 5; google.protobuf.Value f = 6; google.protobuf.ListValue g = 7; google.protobuf.NullValue h = 8;
  google.protobuf.Timestamp i = 9; google.protobuf.DoubleValue j = 10; google.protobuf.FloatValue k = 11;
  google.protobuf.Int64Value l = 12; google.protobuf.UInt64Value m = 13; google.protobuf.Int32Value n = 14;
  google.protobuf.UInt32Value o = 15; google.protobuf.BoolValue p = 16; google.protobuf.StringValue q = 17; google.protobuf.BytesValue r = 18;
  repeated google.protobuf.Value s = 19; map<string, google.protobuf.NullValue> t = 20;
}`

const old = `syntax = "proto2";
package old;
message Required {
  required string id = 1;
  optional Required again = 2;
  repeated Required list = 3;
  optional group Pair = 4 { required int32 left = 1; }
  required Inner inner = 5;
  optional string foo_bar = 6 [json_name = "x"];
  extensions 100 to 200;
}
message Inner { required bytes data = 1; optional Required up = 2; }
message Clash { option deprecated_legacy_json_field_conflicts = true; optional int32 a_b = 1; optional string aB = 2; }
extend Required { optional string note = 100; }`

// load compiles the test schemas.
func load(t *testing.T, name, text string) *schema.Files {
	t.Helper()
	f, err := schema.NewCache(schema.DefaultCacheBytes).Load(t.Context(), schema.Given{Proto: schema.Lone(schema.NewSource(text))})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return f
}

func messageOf(t *testing.T, f *schema.Files, name string) protoreflect.MessageDescriptor {
	t.Helper()
	d, err := f.Registry().FindDescriptorByName(protoreflect.FullName(name))
	if err != nil {
		t.Fatal(err)
	}
	return d.(protoreflect.MessageDescriptor)
}

func TestMethods(t *testing.T) {
	keeper, _ := load(t, "zoo", zoo).FindService("zoo.Keeper")
	want := []MethodInfo{
		{"One", "unary", "zoo.Kinds", "zoo.Empty"},
		{"Watch", "serverStream", "google.protobuf.Duration", "zoo.Node"},
		{"Feed", "clientStream", "zoo.Node", "zoo.Empty"},
		{"Talk", "bidiStream", "zoo.Choice", "google.protobuf.Value"},
	}
	if got := Methods(keeper); !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	if c := comment(keeper); c != "Keeper keeps.\n  It is indented." {
		t.Errorf("the comment is %q", c)
	}
}

func TestDetail(t *testing.T) {
	keeper, _ := load(t, "zoo", zoo).FindService("zoo.Keeper")
	tests := []struct{ method, want string }{
		{"Watch", `{"service":"zoo.Keeper","name":"Watch","path":"/zoo.Keeper/Watch","kind":"serverStream","clientStreaming":false,"serverStreaming":true,` +
			`"requestType":"google.protobuf.Duration","responseType":"zoo.Node",` +
			`"requestSchema":{"$schema":"https://json-schema.org/draft/2020-12/schema","$ref":"#/$defs/google.protobuf.Duration","$defs":{"google.protobuf.Duration":` +
			`{"type":"string","description":"Seconds with up to nine digits behind the point, such as 1.5s.","pattern":"^-?[0-9]+(\\.[0-9]{1,9})?s$"}}},` +
			`"responseSchema":{"$schema":"https://json-schema.org/draft/2020-12/schema","$ref":"#/$defs/zoo.Node","$defs":{"zoo.Node":{"type":"object","properties":{` +
			`"name":{"type":"string","$comment":"string name = 1"},"next":{"$ref":"#/$defs/zoo.Node","$comment":"zoo.Node next = 2"},` +
			`"children":{"type":"array","items":{"$ref":"#/$defs/zoo.Node"},"$comment":"zoo.Node children = 3"},` +
			`"links":{"type":"object","$comment":"map\u003cstring, zoo.Node\u003e links = 4","additionalProperties":{"$ref":"#/$defs/zoo.Node"}}},"additionalProperties":false}}},` +
			`"requestTemplate":"0s","responseTemplate":{"name":"text","next":{},"children":[{}],"links":{"key":{}}},"comment":"","deprecated":true}`},
		{"Feed", `"requestTemplate":{"name":"text","next":{},"children":[{}],"links":{"key":{}}},"responseTemplate":{},"comment":"behind","deprecated":false}`},
		{"One", `"comment":"One does.","deprecated":false}`},
	}
	for _, tt := range tests {
		d, err := Detail(keeper.Methods().ByName(protoreflect.Name(tt.method)))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := json.Marshal(d); err != nil || !strings.HasSuffix(string(got), tt.want) {
			t.Errorf("%s: got %s, %v", tt.method, got, err)
		}
	}
}

// allMessages are those of the test schemas and of everything that is linked in.
func allMessages(t *testing.T) []protoreflect.MessageDescriptor {
	var list []protoreflect.MessageDescriptor
	for name, text := range map[string]string{"zoo": zoo, "old": old} {
		file, err := load(t, name, text).Registry().FindFileByPath("main.proto")
		if err != nil {
			t.Fatal(err)
		}
		for i := range file.Messages().Len() {
			list = append(list, file.Messages().Get(i))
		}
	}
	protoregistry.GlobalTypes.RangeMessages(func(m protoreflect.MessageType) bool {
		list = append(list, m.Descriptor())
		return true
	})
	return list
}

// Every template is accepted, fits the schema, and so does the message that it
// makes as it is written again.
func TestTemplatesOfAllMessages(t *testing.T) {
	for _, md := range allMessages(t) {
		text, err := Template(md)
		if err != nil {
			t.Errorf("%s: %v", md.FullName(), err)
			continue
		}
		message := dynamicpb.NewMessage(md)
		if err := protojson.Unmarshal(text, message); err != nil {
			t.Errorf("%s: %v in %s", md.FullName(), err, text)
			continue
		}
		described, err := Schema(md)
		if err != nil {
			t.Errorf("%s: %v", md.FullName(), err)
			continue
		}
		if err := validate(t, described, text); err != nil {
			t.Errorf("%s: %v in %s", md.FullName(), err, text)
		}
		again, err := protojson.Marshal(message)
		if err != nil {
			t.Errorf("%s: %v", md.FullName(), err)
			continue
		}
		if err := validate(t, described, again); err != nil {
			t.Errorf("%s: %v in %s", md.FullName(), err, again)
		}
	}
}
