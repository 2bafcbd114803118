package rpc_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/grpcline/grpcline/demo"
	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/grpcops/schema"
	"github.com/grpcline/grpcline/rpc"
)

// A worker reads requests and writes answers until its input ends.
func Example() {
	server := demo.Start()
	defer server.Stop()
	env := &grpcops.Env{Version: "example", Schemas: schema.NewCache(1 << 20), Demo: server.Dial}
	in := strings.NewReader(`
{"id":1,"method":"openConnection","params":["demo:///"]}
{"id":2,"method":"initBidiStream","params":["c1","grpcline.demo.Demo","Chat"]}
{"id":3,"method":"sendMessage","params":{"streamId":"s1","message":{"text":"hello"}}}
{"id":4,"method":"closeConnection","params":["c1"]}
`)
	answers := &strings.Builder{}
	err := rpc.New(in, answers, env, rpc.Options{
		Framing: rpc.FramingLines, MaxMessageBytes: 1 << 20, MaxInflightBytes: 16 << 20,
		MaxConnections: 10, MaxStreams: 10, DrainTimeout: time.Second,
		Log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
	}).Serve(context.Background())
	fmt.Print(answers.String())
	fmt.Println(err)
	// Unordered output:
	// {"jsonrpc":"2.0","id":1,"result":{"connectionId":"c1","address":"demo:///","tls":false}}
	// {"jsonrpc":"2.0","id":2,"result":{"streamId":"s1"}}
	// {"jsonrpc":"2.0","id":3,"result":{"streamId":"s1","sent":1}}
	// {"jsonrpc":"2.0","id":4,"result":{"connectionId":"c1","streamsClosed":1}}
	// <nil>
}
