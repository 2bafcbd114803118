package schema

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	refpb "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/proto"
)

// connect serves in memory until the test ends.
func connect(t *testing.T, register func(*grpc.Server)) *grpc.ClientConn {
	t.Helper()
	listener := bufconn.Listen(1 << 20)
	server := grpc.NewServer()
	register(server)
	served := make(chan struct{})
	go func() {
		defer close(served)
		server.Serve(listener)
	}()
	cc, err := grpc.NewClient("passthrough:///memory", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cc.Close()
		server.Stop()
		<-served
	})
	return cc
}

// answerer answers one query. Without an answer, or with errLast, the stream ends.
type answerer func(ctx context.Context, request *refpb.ServerReflectionRequest) (*refpb.ServerReflectionResponse, error)

// errLast ends the stream after its answer.
var errLast = errors.New("last")

// connectFake serves a reflection of the version that answers so.
func connectFake(t *testing.T, version string, answer answerer) *grpc.ClientConn {
	return connect(t, func(s *grpc.Server) {
		s.RegisterService(&grpc.ServiceDesc{
			ServiceName: "grpc.reflection." + version + ".ServerReflection",
			HandlerType: (*any)(nil),
			Streams: []grpc.StreamDesc{{
				StreamName: "ServerReflectionInfo", ClientStreams: true, ServerStreams: true,
				Handler: func(_ any, stream grpc.ServerStream) error {
					for {
						request := &refpb.ServerReflectionRequest{}
						if err := stream.RecvMsg(request); err == io.EOF {
							return nil
						} else if err != nil {
							return err
						}
						response, err := answer(stream.Context(), request)
						if response == nil {
							return err
						}
						if sent := stream.SendMsg(response); sent != nil || err == errLast {
							return sent
						}
					}
				},
			}},
		}, nil)
	})
}

func listAnswer(services ...string) *refpb.ServerReflectionResponse {
	list := &refpb.ListServiceResponse{}
	for _, s := range services {
		list.Service = append(list.Service, &refpb.ServiceResponse{Name: s})
	}
	return &refpb.ServerReflectionResponse{MessageResponse: &refpb.ServerReflectionResponse_ListServicesResponse{ListServicesResponse: list}}
}

func fileAnswer(raw ...[]byte) *refpb.ServerReflectionResponse {
	return &refpb.ServerReflectionResponse{MessageResponse: &refpb.ServerReflectionResponse_FileDescriptorResponse{
		FileDescriptorResponse: &refpb.FileDescriptorResponse{FileDescriptorProto: raw}}}
}

func errorAnswer(code codes.Code, message string) *refpb.ServerReflectionResponse {
	return &refpb.ServerReflectionResponse{MessageResponse: &refpb.ServerReflectionResponse_ErrorResponse{
		ErrorResponse: &refpb.ErrorResponse{ErrorCode: int32(code), ErrorMessage: message}}}
}

// serveFiles answers from FileDescriptorProtos in text form, one file at a time,
// and lists p.S. What is not there is unknown's to answer.
func serveFiles(t *testing.T, unknown func() (*refpb.ServerReflectionResponse, error), texts ...string) answerer {
	files := map[string][]byte{}
	symbols := map[string][]byte{}
	for name, f := range fileProtos(t, texts...) {
		raw, err := proto.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = raw
		for _, s := range servicesOf(f) {
			symbols[s] = raw
		}
	}
	return func(_ context.Context, request *refpb.ServerReflectionRequest) (*refpb.ServerReflectionResponse, error) {
		if _, ok := request.MessageRequest.(*refpb.ServerReflectionRequest_ListServices); ok {
			return listAnswer("p.S"), nil
		}
		if numbers := request.GetAllExtensionNumbersOfType(); numbers == "p.A" {
			return &refpb.ServerReflectionResponse{MessageResponse: &refpb.ServerReflectionResponse_AllExtensionNumbersResponse{
				AllExtensionNumbersResponse: &refpb.ExtensionNumberResponse{BaseTypeName: numbers, ExtensionNumber: []int32{7}}}}, nil
		}
		if request.GetFileContainingExtension().GetExtensionNumber() == 7 {
			return fileAnswer(files["x.proto"]), nil
		}
		if raw := files[request.GetFileByFilename()]; raw != nil {
			return fileAnswer(raw), nil
		}
		if raw := symbols[request.GetFileContainingSymbol()]; raw != nil {
			return fileAnswer(raw), nil
		}
		return unknown()
	}
}
