package schema

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
)

// hideMessageSets takes the option of proto1's MessageSets off, for which protodesc
// refuses the whole file, and returns the names of those that had it. Numbers that
// only a MessageSet may have go.
func hideMessageSets(f *descriptorpb.FileDescriptorProto) []protoreflect.FullName {
	var sets []protoreflect.FullName
	eachMessage(f, func(name protoreflect.FullName, m *descriptorpb.DescriptorProto) {
		if !m.GetOptions().GetMessageSetWireFormat() {
			return
		}
		sets = append(sets, name)
		m.Options.MessageSetWireFormat = nil
		for _, r := range m.ExtensionRange {
			end := min(r.GetEnd(), int32(protowire.MaxValidNumber)+1)
			r.End = &end
		}
	})
	eachField(f, func(_ protoreflect.FullName, field *descriptorpb.FieldDescriptorProto) bool {
		return field.Extendee == nil || field.GetNumber() <= int32(protowire.MaxValidNumber)
	})
	return sets
}

// showMessageSets puts the option back, by which the messages are known as what they
// are. The options of a descriptor that was just made are nobody else's.
func showMessageSets(f protoreflect.FileDescriptor, sets []protoreflect.FullName) {
	for _, name := range sets {
		in := strings.TrimPrefix(strings.TrimPrefix(string(name), string(f.Package())), ".")
		parts := strings.Split(in, ".")
		m := f.Messages().ByName(protoreflect.Name(parts[0]))
		for _, part := range slices.Clone(parts[1:]) {
			m = m.Messages().ByName(protoreflect.Name(part))
		}
		if options, ok := m.Options().(*descriptorpb.MessageOptions); ok {
			isSet := true
			options.MessageSetWireFormat = &isSet
		}
	}
}
