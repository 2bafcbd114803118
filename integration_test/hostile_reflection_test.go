package integration_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/grpcline/grpcline/integration_test/testserver"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"
)

// loopFile is a file with the service loop.Service that imports others.
func loopFile(name string, imports ...string) *descriptorpb.FileDescriptorProto {
	file := &descriptorpb.FileDescriptorProto{
		Name: proto.String(name), Syntax: proto.String("proto3"), Package: proto.String("loop"), Dependency: imports,
	}
	if name == "loop.proto" {
		file.MessageType = []*descriptorpb.DescriptorProto{{Name: proto.String("Item")}}
		file.Service = []*descriptorpb.ServiceDescriptorProto{{
			Name: proto.String("Service"),
			Method: []*descriptorpb.MethodDescriptorProto{{
				Name: proto.String("Call"), InputType: proto.String(".loop.Item"), OutputType: proto.String(".loop.Item"),
			}},
		}}
	}
	return file
}

// TestHostileReflection asks servers whose reflection never comes to an end.
func TestHostileReflection(t *testing.T) {
	cases := map[string]func(file, symbol string) *descriptorpb.FileDescriptorProto{
		"imports without end": func(file, _ string) *descriptorpb.FileDescriptorProto {
			n := 0
			if _, err := fmt.Sscanf(file, "loop%d.proto", &n); err != nil {
				return loopFile("loop.proto", "loop1.proto")
			}
			return loopFile(file, fmt.Sprintf("loop%d.proto", n+1))
		},
		"imports in a circle": func(file, _ string) *descriptorpb.FileDescriptorProto {
			if file == "back.proto" {
				return loopFile("back.proto", "loop.proto")
			}
			return loopFile("loop.proto", "back.proto")
		},
		"a file that imports itself": func(string, string) *descriptorpb.FileDescriptorProto {
			return loopFile("loop.proto", "loop.proto")
		},
		"another file than asked for": func(string, string) *descriptorpb.FileDescriptorProto {
			return loopFile("other.proto", "another.proto")
		},
		"silence":   func(string, string) *descriptorpb.FileDescriptorProto { return testserver.Silence },
		"not found": func(string, string) *descriptorpb.FileDescriptorProto { return nil },
		"silence about an import": func(file, _ string) *descriptorpb.FileDescriptorProto {
			if file == "silent.proto" {
				return testserver.Silence
			}
			return loopFile("loop.proto", "silent.proto")
		},
		"no name": func(string, string) *descriptorpb.FileDescriptorProto { return &descriptorpb.FileDescriptorProto{} },
	}
	r := newRig(t)
	for name, answer := range cases {
		t.Run(name, func(t *testing.T) {
			conn := obj{"address": testserver.Reflector(t, answer), "timeoutMs": 2000}
			call := r.Go("callMethod", obj{"connection": conn, "service": "loop.Service", "method": "Call", "timeoutMs": 2000})
			list := r.Go("getMethodList", obj{"connection": conn, "service": "loop.Service"})
			r.Must("callMethod", scripted(r.conn, "Unary", nil, obj{"request": obj{}}))
			if result, err := call.Wait(); err == nil {
				t.Errorf("the call succeeded: %s", result)
			} else if strings.HasPrefix(name, "silence") && err.Code != 4 {
				t.Errorf("%v, want code 4", err)
			}
			list.Wait()
		})
	}
	r.ping()
}

// TestReflectionLeavesImportsOut has a server that does not know an import of
// its own schema, which the call does not need or which comes along.
func TestReflectionLeavesImportsOut(t *testing.T) {
	address := testserver.Reflector(t, func(file, _ string) *descriptorpb.FileDescriptorProto {
		return map[string]*descriptorpb.FileDescriptorProto{"": loopFile("loop.proto", "google/protobuf/timestamp.proto")}[file]
	})
	h := Start(t)
	got := decode[struct{ Methods []struct{ Name string } }](h, h.Must("getMethodList", obj{
		"connection": obj{"address": address}, "service": "loop.Service",
	}))
	if len(got.Methods) != 1 || got.Methods[0].Name != "Call" {
		t.Errorf("%+v", got)
	}
}
