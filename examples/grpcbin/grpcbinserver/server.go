// Package grpcbinserver is a small server of the grpcbin services.
package grpcbinserver

import (
	"context"
	"errors"
	"io"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/reflection"
	"google.golang.org/grpc/status"

	"github.com/grpcline/grpcline/examples/grpcbin/grpcbinpb"
)

//go:generate protoc -I ../../../clients/onescript/examples/proto --go_out=../../.. --go_opt=module=github.com/grpcline/grpcline --go-grpc_out=../../.. --go-grpc_opt=module=github.com/grpcline/grpcline main.proto my_types.proto

// New makes a server, with reflection, that listens nowhere yet.
func New(options ...grpc.ServerOption) *grpc.Server {
	s := grpc.NewServer(options...)
	grpcbinpb.RegisterGRPCBinServer(s, service{})
	reflection.Register(s)
	return s
}

// times is how often DummyServerStream sends and DummyClientStream takes.
const times = 10

type service struct {
	grpcbinpb.UnimplementedGRPCBinServer
}

func (service) Empty(context.Context, *grpcbinpb.EmptyMessage) (*grpcbinpb.EmptyMessage, error) {
	return &grpcbinpb.EmptyMessage{}, nil
}

func (service) DummyUnary(_ context.Context, in *grpcbinpb.DummyMessage) (*grpcbinpb.DummyMessage, error) {
	return in, nil
}

func (service) DummyServerStream(in *grpcbinpb.DummyMessage, out grpc.ServerStreamingServer[grpcbinpb.DummyMessage]) error {
	for range times {
		if err := out.Send(in); err != nil {
			return err
		}
	}
	return nil
}

func (service) DummyClientStream(in grpc.ClientStreamingServer[grpcbinpb.DummyMessage, grpcbinpb.DummyMessage]) error {
	var last *grpcbinpb.DummyMessage
	for n := range times {
		m, err := in.Recv()
		if errors.Is(err, io.EOF) {
			return status.Errorf(codes.FailedPrecondition, "%d messages came, not %d", n, times)
		}
		if err != nil {
			return err
		}
		last = m
	}
	return in.SendAndClose(last)
}

func (service) DummyBidirectionalStreamStream(stream grpc.BidiStreamingServer[grpcbinpb.DummyMessage, grpcbinpb.DummyMessage]) error {
	for {
		m, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := stream.Send(m); err != nil {
			return err
		}
	}
}

func (service) SpecificError(_ context.Context, in *grpcbinpb.SpecificErrorRequest) (*grpcbinpb.EmptyMessage, error) {
	return nil, status.Error(codes.Code(in.GetCode()), in.GetReason())
}

func (service) HeadersUnary(ctx context.Context, _ *grpcbinpb.EmptyMessage) (*grpcbinpb.HeadersMessage, error) {
	md, _ := metadata.FromIncomingContext(ctx)
	reply := &grpcbinpb.HeadersMessage{Metadata: map[string]*grpcbinpb.HeadersMessage_Values{}}
	for name, values := range md {
		reply.Metadata[name] = &grpcbinpb.HeadersMessage_Values{Values: values}
	}
	return reply, nil
}
