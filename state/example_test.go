package state_test

import (
	"context"
	"fmt"

	"github.com/grpcline/grpcline/demo"
	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/grpcops/schema"
	"github.com/grpcline/grpcline/internal/crew"
	"github.com/grpcline/grpcline/internal/memory"
	"github.com/grpcline/grpcline/state"
)

// run does an operation that has its place, and leaves the place.
func run[R any](op state.Op[R], err error) (R, error) {
	if err != nil {
		var none R
		return none, err
	}
	result, err := op.Do(context.Background())
	if op.Leave != nil {
		op.Leave()
	}
	return result, err
}

// Operations take their places in the order of the calls, here that of the requests:
// the stream is asked for while its connection is not open, and waits for it.
func ExampleState() {
	server := demo.Start()
	defer server.Stop()
	env := &grpcops.Env{Version: "example", Schemas: schema.NewCache(1 << 20), Demo: server.Dial}
	var senders crew.Crew
	defer senders.Dismiss()
	s := state.New(env, state.Limits{Connections: 10, Streams: 10, CollectBytes: 1 << 20, ReadAhead: 10, ReadAheadSize: 1 << 20},
		state.Pusher{}, &senders, memory.New(16<<20))
	defer s.Close()

	connection, err := s.OpenConnection(grpcops.ConnectionParams{Address: "demo:///"}, "")
	if err != nil {
		fmt.Println(err)
		return
	}
	call := state.Call{Ref: state.Ref{ID: "c1"}, Target: grpcops.Target{Method: "grpcline.demo.Demo/Chat"}}
	stream, err := s.OpenStream(grpcops.BidiStream, call, state.StreamOptions{})
	opened := make(chan state.Opened)
	go func() {
		result, _ := run(connection, nil)
		opened <- result
	}()
	fmt.Println(run(stream, err)) // waits for the connection
	fmt.Println((<-opened).ID)
	fmt.Println(run(s.SendMessage("s1", "", []byte(`{"text":"hello"}`))))
	taken, err := run(s.GetMessages("s1", "", 1, nil))
	fmt.Println(string(taken.Messages[0]), err)
	// Output:
	// s1 <nil>
	// c1
	// 1 <nil>
	// {"from":"demo","text":"You said: hello"} <nil>
}
