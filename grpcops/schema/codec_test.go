package schema_test

import (
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/grpcline/grpcline/grpcops/introspect"
	"github.com/grpcline/grpcline/grpcops/schema"
	"github.com/grpcline/grpcline/grpcops/transcode"
)

// The request template of every message of a schema is taken by its codec, and
// what the codec writes of it is taken again.
func TestTemplatesAreTakenByTheCodec(t *testing.T) {
	const text = `syntax = "proto3"; package p;
import "google/protobuf/any.proto"; import "google/protobuf/duration.proto"; import "google/protobuf/empty.proto";
import "google/protobuf/field_mask.proto"; import "google/protobuf/struct.proto"; import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto"; import "google/api/service.proto"; import "google/rpc/error_details.proto";
message All {
  google.protobuf.Any any = 1; google.protobuf.Duration duration = 2; google.protobuf.Empty empty = 3; google.protobuf.FieldMask mask = 4;
  google.protobuf.Struct struct = 5; google.protobuf.Value value = 6; google.protobuf.ListValue list = 7; google.protobuf.NullValue null = 8;
  google.protobuf.Timestamp time = 9; google.protobuf.BoolValue bool = 10; google.protobuf.BytesValue bytes = 11; google.protobuf.UInt64Value big = 12;
  repeated google.protobuf.Any anys = 13; map<string, google.protobuf.Value> values = 14; map<int64, All> all = 15;
  oneof one { google.protobuf.NullValue nothing = 16; string text = 17; }
  double d = 18; optional float f = 19; repeated sint64 s = 20; bool b = 21; google.rpc.QuotaFailure quota = 22; google.api.Service service = 23;
}`
	files, err := schema.NewCache(schema.DefaultCacheBytes).Load(t.Context(), schema.Given{Proto: schema.Lone(schema.NewSource(text))})
	if err != nil {
		t.Fatal(err)
	}
	files.Registry().RangeFiles(func(f protoreflect.FileDescriptor) bool {
		for i := range f.Messages().Len() {
			md := f.Messages().Get(i)
			template, err := introspect.Template(md)
			if err != nil {
				t.Errorf("%s: %v", md.FullName(), err)
				continue
			}
			form := files.Codec().Message(md)
			wire, err := form.AppendWire(nil, template, transcode.Options{})
			if err != nil {
				t.Errorf("%s: %v in %s", md.FullName(), err, template)
				continue
			}
			again, err := form.AppendJSON(nil, wire, transcode.Options{})
			if err != nil {
				t.Errorf("%s: %v", md.FullName(), err)
				continue
			}
			if _, err := form.AppendWire(nil, again, transcode.Options{}); err != nil {
				t.Errorf("%s: %v in %s", md.FullName(), err, again)
			}
		}
		return true
	})
}
