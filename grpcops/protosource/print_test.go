package protosource

import (
	"context"
	"errors"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
)

func linked(t *testing.T, f *descriptorpb.FileDescriptorProto) []protoreflect.FileDescriptor {
	t.Helper()
	file, err := protodesc.NewFile(f, &protoregistry.Files{})
	if err != nil {
		t.Fatal(err)
	}
	return []protoreflect.FileDescriptor{file}
}

// nested is a file with messages in messages, depth of them.
func nested(depth int) *descriptorpb.FileDescriptorProto {
	message := &descriptorpb.DescriptorProto{Name: proto.String("M")}
	for range depth {
		message = &descriptorpb.DescriptorProto{Name: proto.String("M"), NestedType: []*descriptorpb.DescriptorProto{message}}
	}
	return &descriptorpb.FileDescriptorProto{Name: proto.String("f.proto"), MessageType: []*descriptorpb.DescriptorProto{message}}
}

func TestPrintIsBounded(t *testing.T) {
	files := linked(t, nested(50))
	texts, err := Print(t.Context(), files, 1<<20)
	if err != nil || !strings.Contains(texts["f.proto"], "message M {") {
		t.Fatalf("%q %v", texts, err)
	}
	if _, err := Print(t.Context(), files, len(texts["f.proto"])-1); !errors.Is(err, ErrTooLarge) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Print(ctx, files, 1<<20); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestPrintWithWrongPositions takes comments and positions that are not those of
// the file, as servers may send them.
func TestPrintWithWrongPositions(t *testing.T) {
	f := nested(2)
	for _, comment := range []string{"*/ message Evil {}", "\n\n*/", "\x00", "\r\nmessage Evil {}", strings.Repeat("/*", 9)} {
		f.SourceCodeInfo = &descriptorpb.SourceCodeInfo{}
		for _, path := range [][]int32{{}, {4, 0}, {4, 0, 1}, {4, 0, 3, 0}, {4, 9}, {12}, {2}, {8, 1}, {-1}} {
			f.SourceCodeInfo.Location = append(f.SourceCodeInfo.Location, &descriptorpb.SourceCodeInfo_Location{
				Path: path, Span: []int32{5, 0, 3}, LeadingComments: &comment, TrailingComments: &comment, LeadingDetachedComments: []string{comment, comment},
			})
		}
		files := linked(t, f)
		texts, err := Print(t.Context(), files, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		check := newChecker(files)
		again, err := check.compile(t.Context(), files[0], texts["f.proto"])
		if err != nil || !check.same(files[0], again) {
			t.Errorf("%q: %v\n%s", comment, err, texts["f.proto"])
		}
	}
}
