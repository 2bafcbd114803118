package schema

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	refpb "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"
)

// rawFile is an encoded file with the given imports.
func rawFile(name string, imports ...string) []byte {
	raw, err := proto.Marshal(&descriptorpb.FileDescriptorProto{Name: &name, Dependency: imports})
	if err != nil {
		panic(err)
	}
	return raw
}

// A server cannot make reflection go on for ever, nor fill the memory.
func TestReflectLyingServers(t *testing.T) {
	tests := []struct {
		name   string
		answer func(request *refpb.ServerReflectionRequest) *refpb.ServerReflectionResponse
		want   string
	}{
		{"each file imports two more", func(request *refpb.ServerReflectionRequest) *refpb.ServerReflectionResponse {
			name := request.GetFileByFilename()
			return fileAnswer(rawFile(name+".", name+"a", name+"b"), rawFile(name, name+"a", name+"b"))
		}, "it gives more than 8192 files"},
		{"imports that are never given", func(request *refpb.ServerReflectionRequest) *refpb.ServerReflectionResponse {
			var imports []string
			for i := range maxReflectQueries {
				imports = append(imports, fmt.Sprint(request.GetFileByFilename(), i))
			}
			return fileAnswer(rawFile("a", imports...))
		}, "it takes more than 32768 queries"},
		{"huge files", func(request *refpb.ServerReflectionRequest) *refpb.ServerReflectionResponse {
			name := request.GetFileByFilename() + "x"
			return fileAnswer(rawFile(name, name+"x", strings.Repeat("y", 8<<20)))
		}, "it gives more than 64 MiB of descriptions"},
		{"endless extensions", func(request *refpb.ServerReflectionRequest) *refpb.ServerReflectionResponse {
			if request.GetAllExtensionNumbersOfType() == "" {
				raw, _ := proto.Marshal(&descriptorpb.FileDescriptorProto{Name: new("a"), MessageType: []*descriptorpb.DescriptorProto{{
					Name: new("A"), ExtensionRange: []*descriptorpb.DescriptorProto_ExtensionRange{{Start: new(int32(1)), End: new(int32(1 << 29))}}}}})
				return fileAnswer(raw)
			}
			numbers := &refpb.ExtensionNumberResponse{}
			for i := range int32(maxReflectQueries) {
				numbers.ExtensionNumber = append(numbers.ExtensionNumber, i)
			}
			return &refpb.ServerReflectionResponse{MessageResponse: &refpb.ServerReflectionResponse_AllExtensionNumbersResponse{AllExtensionNumbersResponse: numbers}}
		}, "it takes more than 32768 queries"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cc := connectFake(t, "v1", func(_ context.Context, request *refpb.ServerReflectionRequest) (*refpb.ServerReflectionResponse, error) {
				if _, ok := request.MessageRequest.(*refpb.ServerReflectionRequest_ListServices); ok {
					return listAnswer("p.S"), nil
				}
				return tt.answer(request), nil
			})
			_, err := Reflect(t.Context(), cc)
			if s, _ := status.FromError(err); s.Code() != codes.ResourceExhausted || !strings.Contains(s.Message(), tt.want) {
				t.Errorf("got %v", err)
			}
			var failed *ReflectionError
			if !errors.As(err, &failed) || failed.Headers != nil || failed.Trailers != nil {
				t.Errorf("this side's limit comes with %+v", failed)
			}
		})
	}
}

// A chain of imports as deep as the bounds allow is linked.
func TestReflectDeepChain(t *testing.T) {
	const depth = 2000
	cc := connectFake(t, "v1", func(_ context.Context, request *refpb.ServerReflectionRequest) (*refpb.ServerReflectionResponse, error) {
		if _, ok := request.MessageRequest.(*refpb.ServerReflectionRequest_ListServices); ok {
			return listAnswer("S"), nil
		}
		if request.GetFileContainingSymbol() == "" {
			return errorAnswer(codes.NotFound, "no"), nil
		}
		var files [][]byte
		for i := range depth {
			f := &descriptorpb.FileDescriptorProto{Name: new(fmt.Sprint(i)), MessageType: []*descriptorpb.DescriptorProto{{Name: new(fmt.Sprint("M", i))}}}
			if i < depth-1 {
				f.MessageType[0].Field = []*descriptorpb.FieldDescriptorProto{{
					Name: new("next"), Number: new(int32(1)), Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum(),
					Type: descriptorpb.FieldDescriptorProto_TYPE_MESSAGE.Enum(), TypeName: new(fmt.Sprint(".M", i+1))}}
			}
			if i == 0 {
				f.Service = []*descriptorpb.ServiceDescriptorProto{{Name: new("S")}}
			}
			raw, err := proto.Marshal(f)
			if err != nil {
				return nil, err
			}
			files = append(files, raw)
		}
		return fileAnswer(files...), nil
	})
	f, err := Reflect(t.Context(), cc)
	if err != nil {
		t.Fatal(err)
	}
	if got := kinds(t, f, "M0"); got != "next M1" {
		t.Errorf("M0 has %s", got)
	}
}
