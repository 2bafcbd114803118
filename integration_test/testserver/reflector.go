package testserver

import (
	"errors"
	"io"
	"net"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	reflectionv1 "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"
)

// Reflector starts a server whose reflection (v1) answers each question with
// the file that answer gives, for a file's name or for a symbol: nil stands for
// "not found", and Silence is never answered. It returns the address.
func Reflector(t testing.TB, answer func(file, symbol string) *descriptorpb.FileDescriptorProto) string {
	t.Helper()
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	reflectionv1.RegisterServerReflectionServer(server, &reflector{answer: answer})
	served := make(chan error, 1)
	go func() { served <- server.Serve(lis) }()
	t.Cleanup(func() {
		server.Stop()
		<-served
	})
	return lis.Addr().String()
}

// Silence is the answer that never comes.
var Silence = new(descriptorpb.FileDescriptorProto)

func respond(out *reflectionv1.ServerReflectionResponse, file *descriptorpb.FileDescriptorProto) error {
	if file == nil {
		out.MessageResponse = &reflectionv1.ServerReflectionResponse_ErrorResponse{
			ErrorResponse: &reflectionv1.ErrorResponse{ErrorCode: int32(codes.NotFound), ErrorMessage: "not found"},
		}
		return nil
	}
	raw, err := proto.Marshal(file)
	out.MessageResponse = &reflectionv1.ServerReflectionResponse_FileDescriptorResponse{
		FileDescriptorResponse: &reflectionv1.FileDescriptorResponse{FileDescriptorProto: [][]byte{raw}},
	}
	return err
}

type reflector struct {
	reflectionv1.UnimplementedServerReflectionServer
	answer func(file, symbol string) *descriptorpb.FileDescriptorProto
}

func (r *reflector) ServerReflectionInfo(stream reflectionv1.ServerReflection_ServerReflectionInfoServer) error {
	for {
		in, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		out := &reflectionv1.ServerReflectionResponse{ValidHost: in.Host, OriginalRequest: in}
		if in.GetListServices() != "" {
			out.MessageResponse = &reflectionv1.ServerReflectionResponse_ListServicesResponse{
				ListServicesResponse: &reflectionv1.ListServiceResponse{Service: []*reflectionv1.ServiceResponse{{Name: "loop.Service"}}},
			}
		} else {
			file := r.answer(in.GetFileByFilename(), in.GetFileContainingSymbol())
			if file == Silence {
				<-stream.Context().Done()
				return stream.Context().Err()
			}
			if err := respond(out, file); err != nil {
				return err
			}
		}
		if err := stream.Send(out); err != nil {
			return err
		}
	}
}
