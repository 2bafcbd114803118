package transcode

import (
	"fmt"
	"testing"

	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/known/anypb"
)

// teacher makes a codec learn a file when it is asked for a name in it.
type teacher struct {
	codec *Codec
	file  protoreflect.FileDescriptor
	asked []string
}

func (a *teacher) Ask(names []Name) bool {
	a.asked = append(a.asked, fmt.Sprint(names))
	if a.file == nil {
		return false
	}
	files := &protoregistry.Files{}
	if err := files.RegisterFile(a.file); err != nil {
		return false
	}
	a.codec.Learn(files)
	a.file = nil
	return true
}

func TestUnknownTypeIsAskedFor(t *testing.T) {
	file, err := protodesc.NewFile(&descriptorpb.FileDescriptorProto{
		Name: new("f.proto"), Package: new("p"), Syntax: new("proto3"),
		MessageType: []*descriptorpb.DescriptorProto{{Name: new("M"), Field: []*descriptorpb.FieldDescriptorProto{{
			Name: new("value"), JsonName: new("value"), Number: new(int32(1)), Type: descriptorpb.FieldDescriptorProto_TYPE_BYTES.Enum(), Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum(),
		}}}},
	}, &protoregistry.Files{})
	if err != nil {
		t.Fatal(err)
	}
	const text = `{"@type":"type.googleapis.com/p.M","value":"Cg=="}`
	for name, known := range map[string]protoreflect.FileDescriptor{"learned": file, "not learned": nil} {
		codec := NewCodec(&protoregistry.Files{})
		plan := codec.Message((&anypb.Any{}).ProtoReflect().Descriptor())
		asker := &teacher{codec: codec, file: known}
		wire, err := plan.AppendWire(nil, []byte(text), Options{Asker: asker})
		if err != nil {
			t.Fatal(err)
		}
		// As a field the value has a tag and a length; as wire bytes it stands for itself.
		if isField := len(wire) == len("\n\x17type.googleapis.com/p.M\x12\x03\n\x01\n"); isField != (known != nil) {
			t.Errorf("%s: %q", name, wire)
		}
		all, ends, err := plan.AppendWires(nil, nil, []byte("["+text+","+text+"]"), Options{Asker: asker})
		if err != nil || len(ends) != 2 || string(all) != string(wire)+string(wire) {
			t.Errorf("%s: %q %v %v", name, all, ends, err)
		}
		back, err := plan.AppendJSON(nil, wire, Options{Asker: asker})
		if err != nil || string(back) != text {
			t.Errorf("%s: %s %v", name, back, err)
		}
		if want := map[bool]int{true: 1, false: 3}[known != nil]; len(asker.asked) != want || asker.asked[0] != "[{p.M  0}]" {
			t.Errorf("%s: asked for %q", name, asker.asked)
		}
	}
}
