package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/grpcline/grpcline/bench/benchpb"
)

// static is grpc-go with generated code and its defaults.
type static struct {
	conn   *grpc.ClientConn
	client benchpb.BenchClient
}

func dialStatic(address string) (*static, error) {
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return nil, err
	}
	return &static{conn, benchpb.NewBenchClient(conn)}, nil
}

func (s *static) stop() error { return s.conn.Close() }

// verify checks that a payload comes back as it went.
func (s *static) verify(p *benchpb.Payload) error {
	got, err := s.client.Echo(context.Background(), p)
	if err == nil && !bytes.Equal(got.GetBody(), p.GetBody()) {
		err = errors.New("the payload did not come back as it went")
	}
	return err
}

// unary makes n calls one at a time.
func (s *static) unary(p *benchpb.Payload, n int) error {
	for range n {
		got, err := s.client.Echo(context.Background(), p)
		if err != nil {
			return err
		}
		if len(got.GetBody()) != len(p.GetBody()) {
			return errors.New("the payload came back with another size")
		}
	}
	return nil
}

// flood makes n calls with at most width in flight.
func (s *static) flood(p *benchpb.Payload, width, n int) error {
	failed := make([]error, width)
	var all sync.WaitGroup
	for i := range width {
		calls := n / width
		if i < n%width {
			calls++
		}
		all.Go(func() { failed[i] = s.unary(p, calls) })
	}
	all.Wait()
	return errors.Join(failed...)
}

// receive reads a server stream of that many messages.
func (s *static) receive(messages int) error {
	stream, err := s.client.Produce(context.Background(), &benchpb.ProduceRequest{Count: int32(messages), Message: small()})
	if err != nil {
		return err
	}
	count := 0
	for {
		m, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return sameCount(count, messages)
		}
		if err != nil {
			return err
		}
		if len(m.GetPayload().GetBody()) == smallBody {
			count++
		}
	}
}

// send writes a client stream of that many messages.
func (s *static) send(messages int) error {
	stream, err := s.client.Collect(context.Background())
	if err != nil {
		return err
	}
	m := small()
	for range messages {
		if err := stream.Send(m); err != nil {
			return err
		}
	}
	sum, err := stream.CloseAndRecv()
	if err != nil {
		return err
	}
	return sameSum(sum, messages)
}

func sameCount(got, want int) error {
	if got != want {
		return fmt.Errorf("%d messages came instead of %d", got, want)
	}
	return nil
}

func sameSum(got *benchpb.Collected, messages int) error {
	if got.GetBytes() != int64(messages)*smallBody {
		return fmt.Errorf("the server received %d bytes of bodies instead of %d", got.GetBytes(), messages*smallBody)
	}
	return sameCount(int(got.GetCount()), messages)
}
