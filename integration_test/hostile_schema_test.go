package integration_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// messageType is a message with fields that are messages of the given types.
func messageType(name string, fields ...string) *descriptorpb.DescriptorProto {
	m := &descriptorpb.DescriptorProto{Name: &name}
	for i, f := range fields {
		m.Field = append(m.Field, &descriptorpb.FieldDescriptorProto{
			Name: proto.String(fmt.Sprintf("f%d", i)), Number: proto.Int32(int32(i + 1)), TypeName: &f,
			Type: descriptorpb.FieldDescriptorProto_TYPE_MESSAGE.Enum(), Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum(),
		})
	}
	return m
}

// hostileFile is loop.proto with other messages. Its service takes the first.
func hostileFile(messages ...*descriptorpb.DescriptorProto) *descriptorpb.FileDescriptorProto {
	file := loopFile("loop.proto")
	file.Syntax = proto.String("proto2")
	file.MessageType = messages
	first := ".loop." + messages[0].GetName()
	file.Service[0].Method[0].InputType, file.Service[0].Method[0].OutputType = &first, &first
	return file
}

// chain is a chain of n types, each with a field of the next.
func chain(n int, label descriptorpb.FieldDescriptorProto_Label) []*descriptorpb.DescriptorProto {
	types := make([]*descriptorpb.DescriptorProto, n)
	for i := range types {
		types[i] = messageType(fmt.Sprintf("T%d", i), fmt.Sprintf(".loop.T%d", (i+1)%n))
		types[i].Field[0].Label = label.Enum()
	}
	return types
}

// typesInTypes is a message type in a message type, levels deep.
func typesInTypes(levels int, name string) *descriptorpb.DescriptorProto {
	m := messageType(name)
	for range levels {
		outer := messageType(name)
		outer.NestedType = []*descriptorpb.DescriptorProto{m}
		m = outer
	}
	return m
}

// TestHostileSchemas asks servers whose descriptions are made to cost: the worker lives,
// within bounded memory and time, and says what it does not take.
func TestHostileSchemas(t *testing.T) {
	const optional, required = descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL, descriptorpb.FieldDescriptorProto_LABEL_REQUIRED
	many := 1_300_000
	if testing.Short() || raceEnabled {
		many = 30_000
	}
	for name, file := range map[string]func() *descriptorpb.FileDescriptorProto{
		"a long chain of types":     func() *descriptorpb.FileDescriptorProto { return hostileFile(chain(many, optional)...) },
		"a chain of types":          func() *descriptorpb.FileDescriptorProto { return hostileFile(chain(many/13, optional)...) },
		"a chain of required types": func() *descriptorpb.FileDescriptorProto { return hostileFile(chain(many/13, required)...) },
		"types in types": func() *descriptorpb.FileDescriptorProto {
			return hostileFile(typesInTypes(4000, strings.Repeat("x", 1000)))
		},
		"too many types in types": func() *descriptorpb.FileDescriptorProto { return hostileFile(typesInTypes(9990, "x")) },
		"a long package":          func() *descriptorpb.FileDescriptorProto { return longPackage(strings.Repeat("x", 60_000), many/13) },
		"a package of many parts": func() *descriptorpb.FileDescriptorProto {
			return longPackage(strings.Repeat("x.", 30_000)+"x", many/13)
		},
		"messages without names":      func() *descriptorpb.FileDescriptorProto { return empties(many) },
		"types that all refer to all": func() *descriptorpb.FileDescriptorProto { return hostileFile(mesh(700)...) },
		"a message of many fields":    func() *descriptorpb.FileDescriptorProto { return hostileFile(wide(many / 13)) },
		"an enum of many values":      func() *descriptorpb.FileDescriptorProto { return hostileFile(withEnum(many / 13)) },
		"a long name": func() *descriptorpb.FileDescriptorProto {
			return hostileFile(messageType("M"), messageType(strings.Repeat("x", many*10)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			described := file()
			h := Start(t)
			address := testserver.Reflector(t, func(string, string) *descriptorpb.FileDescriptorProto { return described })
			conn := decode[struct{ ConnectionID string }](h, h.Must("openConnection", obj{"address": address, "timeoutMs": 30_000})).ConnectionID
			began := time.Now()
			for _, method := range []string{"callMethod", "getMethod", "getMethodList"} {
				params := obj{"connection": conn, "service": "loop.Service", "method": "Call", "request": obj{}}
				switch method {
				case "getMethod":
					delete(params, "request")
				case "getMethodList":
					params = obj{"connection": conn, "service": "loop.Service"}
				}
				result, err := h.Call(method, params)
				if peak := peakMemory(t, h.PID()); !raceEnabled && peak > 1<<30 {
					t.Errorf("%s: the worker has taken %d MiB", method, peak>>20)
				}
				t.Logf("%s: %v, %.300s, %d bytes, %v", method, time.Since(began).Round(time.Millisecond), fmt.Sprint(err), len(result), peakMemory(t, h.PID())>>20)
				if err != nil && (err.Code == -32603 || len(err.Message) > 2000) {
					t.Errorf("%s: %.500v", method, err)
				}
			}
			h.ping()
		})
	}
}

func longPackage(name string, messages int) *descriptorpb.FileDescriptorProto {
	types := chain(messages, descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL)
	for _, m := range types {
		m.Field = nil
	}
	file := hostileFile(types...)
	file.Package = &name
	file.Service[0].Method[0].InputType, file.Service[0].Method[0].OutputType = proto.String("T0"), proto.String("T0")
	return file
}

// empties has as many messages as there is room for, of two bytes each.
func empties(n int) *descriptorpb.FileDescriptorProto {
	types := []*descriptorpb.DescriptorProto{messageType("M")}
	for range n * 10 {
		types = append(types, &descriptorpb.DescriptorProto{})
	}
	return hostileFile(types...)
}

// mesh has n types with n fields, each of another type.
func mesh(n int) []*descriptorpb.DescriptorProto {
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf(".loop.T%d", i))
	}
	types := make([]*descriptorpb.DescriptorProto, n)
	for i := range types {
		types[i] = messageType(fmt.Sprintf("T%d", i), names...)
	}
	return types
}

func wide(n int) *descriptorpb.DescriptorProto {
	fields := make([]string, n)
	for i := range fields {
		fields[i] = ".loop.M"
	}
	return messageType("M", fields...)
}

func withEnum(n int) *descriptorpb.DescriptorProto {
	m := messageType("M")
	e := &descriptorpb.EnumDescriptorProto{Name: proto.String("E")}
	for i := range n {
		e.Value = append(e.Value, &descriptorpb.EnumValueDescriptorProto{Name: proto.String(fmt.Sprintf("V%d", i)), Number: proto.Int32(int32(i))})
	}
	m.EnumType = []*descriptorpb.EnumDescriptorProto{e}
	m.Field = []*descriptorpb.FieldDescriptorProto{{
		Name: proto.String("e"), Number: proto.Int32(1), TypeName: proto.String(".loop.M.E"),
		Type: descriptorpb.FieldDescriptorProto_TYPE_ENUM.Enum(), Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum(),
	}}
	return m
}
