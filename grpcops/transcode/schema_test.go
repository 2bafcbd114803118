package transcode

import (
	"context"
	"testing"

	"github.com/bufbuild/protocompile"
	"github.com/bufbuild/protocompile/protoutil"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

// schema is a compiled set of files with what both sides of a comparison need.
type schema struct {
	files *protoregistry.Files
	types *dynamicpb.Types
	codec *Codec
}

func newSchema(files *protoregistry.Files) *schema {
	return &schema{files, dynamicpb.NewTypes(files), NewCodec(files)}
}

// message returns a type of the schema.
func (s *schema) message(t testing.TB, name protoreflect.FullName) protoreflect.MessageDescriptor {
	t.Helper()
	d, err := s.files.FindDescriptorByName(name)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return d.(protoreflect.MessageDescriptor)
}

// compileSchema compiles sources, given by file name, into protobuf-go's own descriptors.
func compileSchema(t testing.TB, sources map[string]string) *schema {
	t.Helper()
	compiler := protocompile.Compiler{Resolver: protocompile.WithStandardImports(
		&protocompile.SourceResolver{Accessor: protocompile.SourceAccessorFromMap(sources)})}
	names := make([]string, 0, len(sources))
	for name := range sources {
		names = append(names, name)
	}
	linked, err := compiler.Compile(context.Background(), names...)
	if err != nil {
		t.Fatal(err)
	}
	set, seen := &descriptorpb.FileDescriptorSet{}, make(map[string]bool)
	var add func(protoreflect.FileDescriptor)
	add = func(file protoreflect.FileDescriptor) {
		if seen[file.Path()] {
			return
		}
		seen[file.Path()] = true
		for i := range file.Imports().Len() {
			add(file.Imports().Get(i).FileDescriptor)
		}
		set.File = append(set.File, protoutil.ProtoFromFileDescriptor(file))
	}
	for _, file := range linked {
		add(file)
	}
	files, err := protodesc.NewFiles(set)
	if err != nil {
		t.Fatal(err)
	}
	return newSchema(files)
}

// testSources are the fixed schema of the tests: one file a syntax.
var testSources = map[string]string{
	"three.proto": `
syntax = "proto3";
package three;
import "google/protobuf/any.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/empty.proto";
import "google/protobuf/field_mask.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";
enum Color { COLOR_UNSPECIFIED = 0; RED = 1; GREEN = 2; LIME = -3; }
message Scalars {
  bool bool = 1; int32 int32 = 2; sint32 sint32 = 3; sfixed32 sfixed32 = 4;
  uint32 uint32 = 5; fixed32 fixed32 = 6; int64 int64 = 7; sint64 sint64 = 8;
  sfixed64 sfixed64 = 9; uint64 uint64 = 10; fixed64 fixed64 = 11; float float = 12;
  double double = 13; string string = 14; bytes bytes = 15; Color color = 16;
  optional int32 opt_int = 17; optional string opt_string = 18;
}
message Lists {
  repeated int32 packed_ints = 1; repeated int32 plain_ints = 2 [packed = false];
  repeated string strings = 3; repeated bytes blobs = 4; repeated Color colors = 5;
  repeated Item items = 6; repeated double doubles = 7; repeated bool bools = 8;
}
message Item { string name = 1; int64 n = 2; Item next = 3; }
message Maps {
  map<string, Item> named = 1; map<int32, string> numbered = 2; map<bool, Color> by_bool = 3;
  map<uint64, bytes> wide = 4; map<sint64, double> signed = 5; map<string, google.protobuf.Value> values = 6;
}
message Choice {
  oneof kind { string text = 1; int32 number = 2; Item item = 3; google.protobuf.NullValue nothing = 4; google.protobuf.Value value = 5; }
  int32 after = 6;
}
message Known {
  google.protobuf.Any any = 1; google.protobuf.Duration duration = 2; google.protobuf.Timestamp timestamp = 3;
  google.protobuf.FieldMask mask = 4; google.protobuf.Struct struct = 5; google.protobuf.Value value = 6;
  google.protobuf.ListValue list = 7; google.protobuf.Empty empty = 8; google.protobuf.NullValue null = 9;
  google.protobuf.BoolValue bool_value = 10; google.protobuf.Int32Value int32_value = 11;
  google.protobuf.Int64Value int64_value = 12; google.protobuf.UInt32Value uint32_value = 13;
  google.protobuf.UInt64Value uint64_value = 14; google.protobuf.FloatValue float_value = 15;
  google.protobuf.DoubleValue double_value = 16; google.protobuf.StringValue string_value = 17;
  google.protobuf.BytesValue bytes_value = 18; repeated google.protobuf.Any anys = 19;
  repeated google.protobuf.Value values = 20; repeated google.protobuf.Timestamp timestamps = 21;
  repeated google.protobuf.NullValue nulls = 22;
}
message Order { int32 c = 3; int32 a = 1; int32 far = 70000; int32 b = 2 [json_name = "bee"]; }
`,
	"two.proto": `
syntax = "proto2";
package two;
message Strict { required int32 k = 1; optional Strict inner = 2; repeated Strict item = 3; map<string, Strict> by_name = 4; required string s = 5; }
message Old {
  optional group Pair = 1 { optional string left = 1; optional int32 right = 2; }
  repeated group Row = 2 { optional int32 x = 1; optional group Cell = 2 { optional bytes y = 1; } }
  optional int32 with_default = 3 [default = 41];
  optional Level level = 4 [default = HIGH];
  repeated sint64 plain = 5; repeated fixed32 packed = 6 [packed = true];
  optional string text = 7;
  extensions 100 to 200;
}
enum Level { LOW = 1; HIGH = 2; ALSO_HIGH = 3; }
extend Old { optional string note = 100; repeated int32 more = 101; optional Old nested = 102; optional group Extra = 103 { optional bool on = 1; } }
message Scope { extend Old { optional Level inside = 104; } }
message Other { extensions 100 to 200; }
extend Other { optional int32 elsewhere = 100; }
`,
	"edition.proto": `
edition = "2023";
package edition;
option features.field_presence = IMPLICIT;
message Modern {
  int32 implicit = 1; int32 explicit = 2 [features.field_presence = EXPLICIT];
  int32 needed = 3 [features.field_presence = LEGACY_REQUIRED];
  repeated int32 expanded = 4 [features.repeated_field_encoding = EXPANDED]; repeated int32 packed = 5;
  Part part = 6 [features.message_encoding = DELIMITED]; repeated Part parts = 7 [features.message_encoding = DELIMITED];
  string lax = 8 [features.utf8_validation = NONE]; string strict = 9;
  Closed closed = 10 [features.field_presence = EXPLICIT];
  extensions 100 to max;
}
message Part { string name = 1; Modern back = 2; }
enum Closed { option features.enum_type = CLOSED; ONE = 1; TWO = 2; }
extend Modern { string tag = 1000; Part tagged = 1001 [features.message_encoding = DELIMITED]; }
`,
}

// testTypes are the messages of testSources.
var testTypes = []protoreflect.FullName{
	"three.Scalars", "three.Lists", "three.Item", "three.Maps", "three.Choice", "three.Known", "three.Order",
	"two.Strict", "two.Old", "edition.Modern", "edition.Part",
}
