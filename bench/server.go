package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"

	"google.golang.org/grpc"
	"google.golang.org/grpc/reflection"

	"github.com/grpcline/grpcline/bench/benchpb"
)

//go:generate protoc -I benchpb --go_out=.. --go_opt=module=github.com/grpcline/grpcline --go-grpc_out=.. --go-grpc_opt=module=github.com/grpcline/grpcline benchpb/bench.proto

// serve is the server process: grpc-go with its defaults. It prints its address
// and serves until its standard input ends.
func serve() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s := grpc.NewServer()
	benchpb.RegisterBenchServer(s, service{})
	reflection.Register(s)
	fmt.Println(listener.Addr())
	go func() {
		io.Copy(io.Discard, os.Stdin) // the end of the parent is the end of the input
		s.Stop()
	}()
	return s.Serve(listener)
}

// service is Bench.
type service struct {
	benchpb.UnimplementedBenchServer
}

func (service) Echo(_ context.Context, p *benchpb.Payload) (*benchpb.Payload, error) { return p, nil }

func (service) EchoOrder(_ context.Context, o *benchpb.Order) (*benchpb.Order, error) { return o, nil }

func (service) Produce(r *benchpb.ProduceRequest, out grpc.ServerStreamingServer[benchpb.Small]) error {
	for range r.GetCount() {
		if err := out.Send(r.GetMessage()); err != nil {
			return err
		}
	}
	if r.GetHold() {
		<-out.Context().Done()
	}
	return nil
}

func (service) Collect(in grpc.ClientStreamingServer[benchpb.Small, benchpb.Collected]) error {
	sum := &benchpb.Collected{}
	for {
		m, err := in.Recv()
		if errors.Is(err, io.EOF) {
			return in.SendAndClose(sum)
		}
		if err != nil {
			return err
		}
		sum.Count++
		sum.Bytes += int64(len(m.GetPayload().GetBody()))
	}
}

func (service) Talk(s grpc.BidiStreamingServer[benchpb.Payload, benchpb.Payload]) error {
	for {
		p, err := s.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := s.Send(p); err != nil {
			return err
		}
	}
}
