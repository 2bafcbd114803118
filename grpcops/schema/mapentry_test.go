package schema

import (
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
)

// TestMapEntryNames links a file as protobufjs describes it: the entry of a map
// has the field's name alone.
func TestMapEntryNames(t *testing.T) {
	for _, typeName := range []string{"CopyCount", "Book.CopyCount", ".library.Book.CopyCount"} {
		label := descriptorpb.FieldDescriptorProto_LABEL_REPEATED
		one := descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL
		message := descriptorpb.FieldDescriptorProto_TYPE_MESSAGE
		text := descriptorpb.FieldDescriptorProto_TYPE_STRING
		file := &descriptorpb.FileDescriptorProto{
			Name: proto.String("library.proto"), Package: proto.String("library"), Syntax: proto.String("proto3"),
			MessageType: []*descriptorpb.DescriptorProto{{
				Name: proto.String("Book"),
				Field: []*descriptorpb.FieldDescriptorProto{{
					Name: proto.String("copy_count"), Number: proto.Int32(1), Label: &label, Type: &message, TypeName: &typeName,
				}},
				NestedType: []*descriptorpb.DescriptorProto{{
					Name:    proto.String("CopyCount"),
					Options: &descriptorpb.MessageOptions{MapEntry: proto.Bool(true)},
					Field: []*descriptorpb.FieldDescriptorProto{
						{Name: proto.String("key"), Number: proto.Int32(1), Label: &one, Type: &text},
						{Name: proto.String("value"), Number: proto.Int32(2), Label: &one, Type: &text},
					},
				}},
			}},
		}
		r := new(protoregistry.Files)
		l := link(r, map[string]*descriptorpb.FileDescriptorProto{"library.proto": file}, bundledWins)
		if len(l.problems) > 0 {
			t.Errorf("%s: %s", typeName, l.problems)
		}
		if _, err := r.FindDescriptorByName("library.Book.CopyCountEntry"); err != nil {
			t.Errorf("%s: %v", typeName, err)
		}
	}
}
