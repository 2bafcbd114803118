package transcode

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/bufbuild/protocompile"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// compilerDescriptors compiles sources and leaves the descriptors as protocompile
// made them, which are not protobuf-go's own.
func compilerDescriptors(t *testing.T, sources map[string]string) *protoregistry.Files {
	t.Helper()
	compiler := protocompile.Compiler{Resolver: protocompile.WithStandardImports(
		&protocompile.SourceResolver{Accessor: protocompile.SourceAccessorFromMap(sources)})}
	files := new(protoregistry.Files)
	for name := range sources {
		linked, err := compiler.Compile(context.Background(), name)
		if err != nil {
			t.Fatal(err)
		}
		var register func(protoreflect.FileDescriptor)
		register = func(file protoreflect.FileDescriptor) {
			if _, err := files.FindFileByPath(file.Path()); err == nil {
				return
			}
			for i := range file.Imports().Len() {
				register(file.Imports().Get(i).FileDescriptor)
			}
			if err := files.RegisterFile(file); err != nil {
				t.Fatal(err)
			}
		}
		register(linked[0])
	}
	return files
}

// TestOtherDescriptors checks that plans are the same whoever made the descriptors.
func TestOtherDescriptors(t *testing.T) {
	s := compileSchema(t, testSources)
	files := compilerDescriptors(t, testSources)
	other := &schema{files: files, types: s.types, codec: NewCodec(files)}
	for _, name := range testTypes {
		md := s.message(t, name)
		for seed := range uint64(50) {
			r := &wireMaker{Rand: rand.New(rand.NewPCG(seed, 1)), schema: s, anys: anyTypes}
			wire := r.message(md, 3)
			want, wantErr := s.codec.Message(md).AppendJSON(nil, wire, Options{})
			m := other.codec.Message(other.message(t, name))
			got, err := m.AppendJSON(nil, wire, Options{})
			if string(got) != string(want) || (err == nil) != (wantErr == nil) {
				t.Fatalf("%s %x:\n got %s %v\nwant %s %v", name, wire, got, err, want, wantErr)
			}
			if err != nil {
				continue
			}
			again, err := m.AppendWire(nil, got, Options{})
			if err != nil {
				t.Fatalf("%s %s: %v", name, got, err)
			}
			if back, err := s.codec.Message(md).AppendJSON(nil, again, Options{}); string(back) != string(got) {
				t.Fatalf("%s %x:\n got %s %v\nwant %s", name, again, back, err, got)
			}
		}
	}
}

// TestMessageSet checks that the one type that is not served says so.
func TestMessageSet(t *testing.T) {
	files := compilerDescriptors(t, map[string]string{"set.proto": `
syntax = "proto2";
message Set { option message_set_wire_format = true; extensions 4 to max; }
message Has { optional Set set = 1; }
`})
	d, err := files.FindDescriptorByName("Has")
	if err != nil {
		t.Fatal(err)
	}
	m := NewCodec(files).Message(d.(protoreflect.MessageDescriptor))
	if _, err := m.AppendWire(nil, []byte(`{"set":{}}`), Options{}); err == nil || !strings.Contains(err.Error(), "MessageSet") {
		t.Errorf("AppendWire: %v", err)
	}
	if _, err := m.AppendJSON(nil, []byte{1<<3 | 2, 0}, Options{}); err == nil || !strings.Contains(err.Error(), "MessageSet") {
		t.Errorf("AppendJSON: %v", err)
	}
}

// TestNotWellKnown checks that a type is not taken for a well-known one by its
// name alone.
func TestNotWellKnown(t *testing.T) {
	s := compileSchema(t, map[string]string{"own.proto": `
syntax = "proto3";
package google.protobuf;
message Timestamp { string when = 1; }
`})
	m := s.codec.Message(s.message(t, "google.protobuf.Timestamp"))
	wire, err := m.AppendWire(nil, []byte(`{"when":"now"}`), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := m.AppendJSON(nil, wire, Options{}); string(got) != `{"when":"now"}` {
		t.Errorf("got %s, error %v", got, err)
	}
}
