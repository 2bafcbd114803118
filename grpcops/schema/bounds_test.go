package schema

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/types/descriptorpb"
)

// inEachOther is a message type that lies levels deep in others of its name.
func inEachOther(levels int, name string) *descriptorpb.DescriptorProto {
	m := &descriptorpb.DescriptorProto{Name: &name}
	for range levels - 1 {
		m = &descriptorpb.DescriptorProto{Name: &name, NestedType: []*descriptorpb.DescriptorProto{m}}
	}
	return m
}

func TestUnreasonable(t *testing.T) {
	long := strings.Repeat("x", longestName+1)
	for name, tt := range map[string]struct {
		file *descriptorpb.FileDescriptorProto
		says string
	}{
		"nothing":               {&descriptorpb.FileDescriptorProto{}, ""},
		"descriptor.proto":      {protodesc.ToFileDescriptorProto(descriptorpb.File_google_protobuf_descriptor_proto), ""},
		"types in types":        {&descriptorpb.FileDescriptorProto{MessageType: []*descriptorpb.DescriptorProto{inEachOther(maxNesting, "M")}}, ""},
		"one more":              {&descriptorpb.FileDescriptorProto{MessageType: []*descriptorpb.DescriptorProto{inEachOther(maxNesting+1, "M")}}, "100 levels deep"},
		"a long path":           {&descriptorpb.FileDescriptorProto{Name: &long}, "a file's name"},
		"a long package":        {&descriptorpb.FileDescriptorProto{Package: &long, EnumType: []*descriptorpb.EnumDescriptorProto{{Name: proto.String("E")}}}, "a full name of more than 1024 bytes"},
		"many parts":            {&descriptorpb.FileDescriptorProto{Package: proto.String(strings.Repeat("a.", 300) + "b"), Service: []*descriptorpb.ServiceDescriptorProto{{}}}, "200 parts"},
		"a long name deep down": {&descriptorpb.FileDescriptorProto{MessageType: []*descriptorpb.DescriptorProto{inEachOther(50, strings.Repeat("x", 30))}}, "1024 bytes"},
		"a long type of a field": {&descriptorpb.FileDescriptorProto{MessageType: []*descriptorpb.DescriptorProto{{
			Name: proto.String("M"), Field: []*descriptorpb.FieldDescriptorProto{{TypeName: &long}},
		}}}, "1024 bytes"},
	} {
		if got := unreasonable(tt.file); (got == "") != (tt.says == "") || !strings.Contains(got, tt.says) {
			t.Errorf("%s: %q, want %q", name, got, tt.says)
		}
	}
}

// TestHostileDescriptorSets refuses sets that take far more memory than they have bytes.
func TestHostileDescriptorSets(t *testing.T) {
	marshal := func(f *descriptorpb.FileDescriptorProto) []byte {
		raw, err := proto.Marshal(&descriptorpb.FileDescriptorSet{File: []*descriptorpb.FileDescriptorProto{f}})
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	empty := protowire.AppendBytes(protowire.AppendTag(nil, 4, protowire.BytesType), nil)
	file := protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), []byte(strings.Repeat(string(empty), 1<<19)))
	for name, tt := range map[string]struct {
		raw  []byte
		says string
	}{
		"half a million types in 1 MiB": {file, "more than 512 MiB of memory"},
		"deep types":                    {marshal(&descriptorpb.FileDescriptorProto{Name: proto.String("a.proto"), MessageType: []*descriptorpb.DescriptorProto{inEachOther(500, "M")}}), "levels deep"},
		"groups of groups":              {[]byte(strings.Repeat("\x0b", 1<<20)), "not a google.protobuf.FileDescriptorSet"},
		"lengths that lie":              {[]byte(strings.Repeat("\x0a\x7f", 1<<10)), ""},
	} {
		set := NewDescriptorSet(base64.StdEncoding.EncodeToString(tt.raw))
		_, err := NewCache(DefaultCacheBytes).Load(t.Context(), Given{DescriptorSet: &set})
		if err == nil || !strings.Contains(fmt.Sprint(err), tt.says) {
			t.Errorf("%s: %v, want %q", name, err, tt.says)
		}
	}
}
