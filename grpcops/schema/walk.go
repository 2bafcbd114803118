package schema

import (
	"slices"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
)

// eachField visits all fields and extensions of a file with the name of what
// they are in, and drops those for which keep is false.
func eachField(f *descriptorpb.FileDescriptorProto, keep func(scope protoreflect.FullName, field *descriptorpb.FieldDescriptorProto) bool) {
	filter := func(scope protoreflect.FullName, list []*descriptorpb.FieldDescriptorProto) []*descriptorpb.FieldDescriptorProto {
		return slices.DeleteFunc(list, func(field *descriptorpb.FieldDescriptorProto) bool { return !keep(scope, field) })
	}
	var messages func(scope protoreflect.FullName, list []*descriptorpb.DescriptorProto)
	messages = func(scope protoreflect.FullName, list []*descriptorpb.DescriptorProto) {
		for _, m := range list {
			name := scope.Append(protoreflect.Name(m.GetName()))
			m.Field = filter(name, m.Field)
			m.Extension = filter(name, m.Extension)
			messages(name, m.NestedType)
		}
	}
	scope := protoreflect.FullName(f.GetPackage())
	f.Extension = filter(scope, f.Extension)
	messages(scope, f.MessageType)
}

// eachMethod visits all methods likewise.
func eachMethod(f *descriptorpb.FileDescriptorProto, keep func(service protoreflect.FullName, method *descriptorpb.MethodDescriptorProto) bool) {
	for _, s := range f.GetService() {
		name := protoreflect.FullName(f.GetPackage()).Append(protoreflect.Name(s.GetName()))
		s.Method = slices.DeleteFunc(s.Method, func(m *descriptorpb.MethodDescriptorProto) bool { return !keep(name, m) })
	}
}

// eachUse visits the names of types as a file writes them: of its fields, of what
// its extensions extend, and of what its methods take and return.
func eachUse(f *descriptorpb.FileDescriptorProto, visit func(scope protoreflect.FullName, name string)) {
	eachField(f, func(scope protoreflect.FullName, field *descriptorpb.FieldDescriptorProto) bool {
		visit(scope, field.GetExtendee())
		visit(scope, field.GetTypeName())
		return true
	})
	eachMethod(f, func(service protoreflect.FullName, method *descriptorpb.MethodDescriptorProto) bool {
		visit(service, method.GetInputType())
		visit(service, method.GetOutputType())
		return true
	})
}

// eachMessage visits all messages of a file.
func eachMessage(f *descriptorpb.FileDescriptorProto, visit func(name protoreflect.FullName, m *descriptorpb.DescriptorProto)) {
	var messages func(scope protoreflect.FullName, list []*descriptorpb.DescriptorProto)
	messages = func(scope protoreflect.FullName, list []*descriptorpb.DescriptorProto) {
		for _, m := range list {
			name := scope.Append(protoreflect.Name(m.GetName()))
			visit(name, m)
			messages(name, m.GetNestedType())
		}
	}
	messages(protoreflect.FullName(f.GetPackage()), f.GetMessageType())
}

// eachType visits the full names of all messages and enums of a file.
func eachType(f *descriptorpb.FileDescriptorProto, visit func(name protoreflect.FullName)) {
	enums := func(scope protoreflect.FullName, list []*descriptorpb.EnumDescriptorProto) {
		for _, e := range list {
			visit(scope.Append(protoreflect.Name(e.GetName())))
		}
	}
	enums(protoreflect.FullName(f.GetPackage()), f.GetEnumType())
	eachMessage(f, func(name protoreflect.FullName, m *descriptorpb.DescriptorProto) {
		visit(name)
		enums(name, m.GetEnumType())
	})
}
