package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"

	"google.golang.org/grpc"

	"github.com/grpcline/grpcline/bench/benchpb"
)

// relayedStream is a stream of the relay that a host reads or writes by requests. Those
// come one after the other, so the relay's reader does what they say itself.
type relayedStream struct {
	out  *gathered
	text []byte // of a message, in the worker's JSON

	sending grpc.ClientStreamingClient[benchpb.Small, benchpb.Collected]

	mu      sync.Mutex
	changed sync.Cond // of mu
	ahead   int       // messages received and not asked for
	ended   bool
	err     error
}

// readAhead is how many messages the worker receives before they are asked for.
const readAhead = 1024

// beginning is what an answer to the request in line begins with.
func beginning(line []byte) []byte {
	end := bytes.Index(line, []byte(`,"method":`))
	return append(bytes.Clone(line[:max(end, 0)]), `,"result":{"streamId":"`+streamName+`"`...)
}

// pull begins to receive a server stream.
func (r *relay) pull(line []byte) (*relayedStream, error) {
	stream, err := r.client.Produce(context.Background(), &benchpb.ProduceRequest{Count: int32(r.messages), Message: small()})
	if err != nil {
		return nil, err
	}
	s := &relayedStream{out: &r.out, text: []byte(jsonOf(small()))}
	s.changed.L = &s.mu
	r.calls.Go(func() { s.receive(stream) })
	return s, r.out.write(line)
}

func (s *relayedStream) receive(stream grpc.ServerStreamingClient[benchpb.Small]) {
	for {
		_, err := stream.Recv()
		s.mu.Lock()
		if err != nil {
			s.ended = true
			if !errors.Is(err, io.EOF) {
				s.err = err
			}
		} else {
			s.ahead++
		}
		s.changed.Broadcast()
		for s.ahead >= readAhead {
			s.changed.Wait()
		}
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// get answers a getMessages.
func (s *relayedStream) get(line []byte) error {
	_, rest, _ := bytes.Cut(line, []byte(`"max":`))
	digits := bytes.IndexFunc(rest, func(c rune) bool { return c < '0' || c > '9' })
	most, err := strconv.Atoi(string(rest[:max(digits, 0)]))
	if err != nil {
		return fmt.Errorf("a getMessages without max: %.200s", line)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.ahead == 0 && !s.ended {
		s.changed.Wait()
	}
	n := min(most, s.ahead)
	s.ahead -= n
	s.changed.Broadcast()
	answer := append(beginning(line), `,"done":`...)
	answer = append(strconv.AppendBool(answer, s.ended && s.ahead == 0), `,"messages":[`...)
	for i := range n {
		if i > 0 {
			answer = append(answer, ',')
		}
		answer = append(answer, s.text...)
	}
	return errors.Join(s.err, s.out.write(append(answer, "]}}\n"...)))
}

// collect begins a client stream.
func (r *relay) collect(line []byte) (*relayedStream, error) {
	stream, err := r.client.Collect(context.Background())
	if err != nil {
		return nil, err
	}
	return &relayedStream{out: &r.out, sending: stream}, r.out.write(line)
}

// send sends the messages of a sendMessages, which are not looked at.
func (s *relayedStream) send(line []byte) error {
	m := small()
	for range batchSize {
		if err := s.sending.Send(m); err != nil {
			return err
		}
	}
	return s.out.write(append(beginning(line), "}}\n"...))
}

// sum answers a getMessage of a client stream.
func (s *relayedStream) sum(line []byte) error {
	sum, err := s.sending.CloseAndRecv()
	if err != nil {
		return err
	}
	return s.out.write(fmt.Appendf(beginning(line), `,"done":false,"message":{"count":%d,"bytes":"%d"}}}`+"\n", sum.GetCount(), sum.GetBytes()))
}
