// Package demo is the server behind demo:/// and "grpcline demo". It has a method of
// each kind, one that fails and one that is slow, with reflection and health.
//
// A Server owns the goroutines of its gRPC server; Stop ends them and waits.
package demo

import (
	"context"
	"errors"
	"io"
	"net"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/reflection"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/types/known/durationpb"

	"google.golang.org/genproto/googleapis/rpc/errdetails"

	"github.com/grpcline/grpcline/demo/demopb"
)

//go:generate protoc -I demopb --go_out=.. --go_opt=module=github.com/grpcline/grpcline --go-grpc_out=.. --go-grpc_opt=module=github.com/grpcline/grpcline demopb/demo.proto

// Server is a running demo server.
type Server struct {
	server *grpc.Server
	dial   func(context.Context) (net.Conn, error) // nil if it is reached by the network
	served chan struct{}
}

// buffer of a connection, in bytes.
const buffer = 256 << 10

// Start starts a server that is reached by Dial alone and needs no network.
func Start() *Server {
	listener := bufconn.Listen(buffer)
	s := StartOn(listener)
	s.dial = listener.DialContext
	return s
}

// StartOn starts a server on a listener, which it closes when it is stopped.
func StartOn(listener net.Listener) *Server {
	s := &Server{server: grpc.NewServer(), served: make(chan struct{})}
	demopb.RegisterDemoServer(s.server, service{})
	healthy := health.NewServer()
	healthy.SetServingStatus(demopb.Demo_ServiceDesc.ServiceName, healthpb.HealthCheckResponse_SERVING)
	healthpb.RegisterHealthServer(s.server, healthy)
	reflection.Register(s.server)
	go func() {
		defer close(s.served)
		_ = s.server.Serve(listener) // fails only when it is stopped
	}()
	return s
}

// Dial connects to a server of Start.
func (s *Server) Dial(ctx context.Context) (net.Conn, error) { return s.dial(ctx) }

// Stop ends the server and what it still does.
func (s *Server) Stop() {
	s.server.Stop()
	<-s.served
}

// service is the Demo service.
type service struct {
	demopb.UnimplementedDemoServer
}

func (service) SayHello(ctx context.Context, in *demopb.HelloRequest) (*demopb.HelloReply, error) {
	name := in.GetName()
	if name == "" {
		name = "world"
	}
	if err := grpc.SetTrailer(ctx, metadata.Pairs("demo-trailer", "bye")); err != nil {
		return nil, err
	}
	if in.GetLanguage() == demopb.Language_RUSSIAN {
		return &demopb.HelloReply{Greeting: "Привет, " + name + "!"}, nil
	}
	return &demopb.HelloReply{Greeting: "Hello, " + name + "!"}, nil
}

func (service) Countdown(in *demopb.CountRequest, out grpc.ServerStreamingServer[demopb.Number]) error {
	for n := int64(in.GetLimit()); n >= 0; n-- {
		if err := out.Send(&demopb.Number{Value: n}); err != nil {
			return err
		}
		if err := pause(out.Context(), in.GetPause()); err != nil {
			return err
		}
	}
	return nil
}

func (service) Sum(in grpc.ClientStreamingServer[demopb.Number, demopb.SumReply]) error {
	reply := &demopb.SumReply{}
	for {
		n, err := in.Recv()
		if errors.Is(err, io.EOF) {
			return in.SendAndClose(reply)
		}
		if err != nil {
			return err
		}
		reply.Sum += n.GetValue()
		reply.Count++
	}
}

func (service) Chat(stream grpc.BidiStreamingServer[demopb.ChatMessage, demopb.ChatMessage]) error {
	for {
		m, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := stream.Send(&demopb.ChatMessage{From: "demo", Text: "You said: " + m.GetText()}); err != nil {
			return err
		}
	}
}

func (service) Fail(_ context.Context, in *demopb.FailRequest) (*demopb.HelloReply, error) {
	code := codes.Code(in.GetCode())
	if code == codes.OK {
		code = codes.InvalidArgument
	}
	failure := status.New(code, in.GetMessage())
	detailed, err := failure.WithDetails(&errdetails.ErrorInfo{
		Reason: "ASKED_FOR", Domain: "demo.grpcline", Metadata: map[string]string{"code": code.String()},
	})
	if err != nil {
		return nil, failure.Err()
	}
	return nil, detailed.Err()
}

func (service) Sleep(ctx context.Context, in *demopb.SleepRequest) (*demopb.SleepReply, error) {
	if err := pause(ctx, in.GetTime()); err != nil {
		return nil, err
	}
	return &demopb.SleepReply{Slept: in.GetTime()}, nil
}

// pause waits, as long as the client does.
func pause(ctx context.Context, d *durationpb.Duration) error {
	if d.AsDuration() <= 0 {
		return nil
	}
	timer := time.NewTimer(d.AsDuration())
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return status.FromContextError(ctx.Err()).Err()
	}
}
