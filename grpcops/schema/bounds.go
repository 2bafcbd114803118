package schema

import (
	"fmt"
	"strings"

	"google.golang.org/grpc/encoding"
	grpcproto "google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
)

// What descriptions that others made may cost. Nobody's schema comes near; without
// bounds a server could end the worker with a few megabytes, since an empty message
// type has two bytes on the wire and a thousand in memory, and a full name repeats
// the names of all that it lies in.
const (
	maxDescribed = 512 << 20 // bytes of memory that descriptions take, by memoryOf
	maxNames     = 128 << 20 // bytes of the full names in one file
	maxNesting   = 100       // message types in message types; protoc takes 32
	longestName  = 1024      // bytes of a full name
)

// memoryOf estimates how many bytes of memory a description takes, which is given on
// the wire: what is read and what is linked of it. It stops soon after most.
func memoryOf(wire []byte, as proto.Message, most int) (n int) {
	type level struct {
		wire   []byte
		fields protoreflect.FieldDescriptors
	}
	for left := []level{{wire, as.ProtoReflect().Descriptor().Fields()}}; len(left) > 0 && n <= most; {
		at := left[len(left)-1]
		left = left[:len(left)-1]
		for len(at.wire) > 0 && n <= most {
			number, kind, size := protowire.ConsumeTag(at.wire)
			if size < 0 {
				break // reading it will fail
			}
			at.wire = at.wire[size:]
			if kind != protowire.BytesType {
				if size = protowire.ConsumeFieldValue(number, kind, at.wire); size < 0 {
					break
				}
				at.wire = at.wire[size:]
				continue
			}
			value, size := protowire.ConsumeBytes(at.wire)
			if size < 0 {
				break
			}
			at.wire = at.wire[size:]
			fd := at.fields.ByNumber(number)
			switch {
			case fd == nil || fd.Kind() != protoreflect.MessageKind:
				n += 32 + len(value)
			default:
				n += memoryOfA(fd.Message().FullName())
				left = append(left, level{value, fd.Message().Fields()})
			}
		}
	}
	return n
}

// memoryOfA is what a description of a kind takes by itself, in bytes, as measured
// with types that have short names.
func memoryOfA(kind protoreflect.FullName) int {
	switch kind {
	case "google.protobuf.FileDescriptorProto":
		return 2000
	case "google.protobuf.DescriptorProto", "google.protobuf.EnumDescriptorProto", "google.protobuf.ServiceDescriptorProto":
		return 1200
	case "google.protobuf.FieldDescriptorProto", "google.protobuf.OneofDescriptorProto", "google.protobuf.MethodDescriptorProto":
		return 700
	case "google.protobuf.EnumValueDescriptorProto":
		return 350
	}
	return 150
}

// unreasonable says in a sentence what a file has too much of, and is empty for any
// file that a person wrote.
func unreasonable(f *descriptorpb.FileDescriptorProto) string {
	if len(f.GetName()) > longestName {
		return fmt.Sprintf("a file's name has more than %d bytes", longestName)
	}
	names := nameCount{bytes: maxNames}
	type level struct {
		scope string
		depth int
		list  []*descriptorpb.DescriptorProto
	}
	names.enums(f.GetPackage(), f.EnumType)
	names.fields(f.GetPackage(), f.Extension)
	for _, s := range f.Service {
		full := names.add(f.GetPackage(), s.GetName())
		for _, m := range s.Method {
			names.add(full, m.GetName())
			names.add(m.GetInputType(), "")
			names.add(m.GetOutputType(), "")
		}
	}
	for left := []level{{f.GetPackage(), 1, f.MessageType}}; len(left) > 0 && names.wrong == ""; {
		at := left[len(left)-1]
		left = left[:len(left)-1]
		for _, m := range at.list {
			full := names.add(at.scope, m.GetName())
			names.fields(full, m.Field)
			names.fields(full, m.Extension)
			names.enums(full, m.EnumType)
			for _, o := range m.OneofDecl {
				names.add(full, o.GetName())
			}
			if len(m.NestedType) == 0 {
				continue
			}
			if at.depth == maxNesting {
				return fmt.Sprintf("the description of file %q has message types in message types, more than %d levels deep", f.GetName(), maxNesting)
			}
			left = append(left, level{full, at.depth + 1, m.NestedType})
		}
	}
	if names.wrong != "" {
		return fmt.Sprintf("the description of file %q has %s", f.GetName(), names.wrong)
	}
	return ""
}

// nameCount adds up full names.
type nameCount struct {
	bytes int // that are left
	wrong string
}

// add counts a name in a scope and returns the full one.
func (c *nameCount) add(scope, name string) string {
	if len(scope)+len(name) > longestName || strings.Count(scope, ".") > 2*maxNesting {
		c.wrong = fmt.Sprintf("a full name of more than %d bytes or %d parts", longestName, 2*maxNesting)
		return ""
	}
	if c.bytes -= len(scope) + len(name) + 1; c.bytes < 0 {
		c.wrong = fmt.Sprintf("more than %d MiB of full names", maxNames>>20)
	}
	if c.wrong != "" || name == "" {
		return ""
	}
	return scope + "." + name
}

func (c *nameCount) fields(scope string, list []*descriptorpb.FieldDescriptorProto) {
	for _, field := range list {
		c.add(scope, field.GetName())
		c.add(field.GetTypeName(), "")
		c.add(field.GetExtendee(), "")
	}
}

func (c *nameCount) enums(scope string, list []*descriptorpb.EnumDescriptorProto) {
	for _, e := range list {
		c.add(scope, e.GetName())
		for _, v := range e.Value {
			c.add(scope, v.GetName()) // beside its enum
		}
	}
}

// boundedCodec is gRPC's usual codec, but for answers that take much more memory than
// they have bytes.
type boundedCodec struct{ encoding.CodecV2 }

func newBoundedCodec() boundedCodec { return boundedCodec{encoding.GetCodecV2(grpcproto.Name)} }

func (c boundedCodec) Unmarshal(data mem.BufferSlice, v any) error {
	if m, ok := v.(proto.Message); ok {
		buffer := data.MaterializeToBuffer(mem.DefaultBufferPool())
		defer buffer.Free()
		const most = 3 * maxReflectBytes
		if memoryOf(buffer.ReadOnlyData(), m, most) > most {
			return fmt.Errorf("the answer takes more than %d MiB of memory", most>>20)
		}
		return c.CodecV2.Unmarshal(mem.BufferSlice{buffer}, v)
	}
	return c.CodecV2.Unmarshal(data, v)
}
