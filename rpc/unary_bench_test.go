package rpc

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"testing"

	"github.com/grpcline/grpcline/demo"
	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/grpcops/schema"
)

// BenchmarkUnary makes calls to the demo server through the whole worker, over
// real pipes, one at a time and with several in flight.
func BenchmarkUnary(b *testing.B) {
	for _, inFlight := range []int{1, 64} {
		b.Run(fmt.Sprintf("inflight=%d", inFlight), func(b *testing.B) {
			in, out := benchWorker(b)
			const call = `"method":"callMethod","params":{"connection":"c1","service":"grpcline.demo.Demo","method":"SayHello","request":{"name":"someone"}}}` + "\n"
			io.WriteString(in, `{"id":"open","method":"openConnection","params":{"address":"demo:///"}}`+"\n")
			readLine(b, out)
			b.ReportAllocs()
			b.ResetTimer()
			sent := 0
			for done := 0; done < b.N; done++ {
				for sent < b.N && sent-done < inFlight {
					fmt.Fprintf(in, `{"jsonrpc":"2.0","id":%d,%s`, sent, call)
					sent++
				}
				readLine(b, out)
			}
		})
	}
}

// benchWorker starts a worker on pipes, which ends with the benchmark.
func benchWorker(b *testing.B) (in io.Writer, out *bufio.Reader) {
	b.Helper()
	server := demo.Start()
	requests, in0, err := os.Pipe()
	if err != nil {
		b.Fatal(err)
	}
	answers, out0, err := os.Pipe()
	if err != nil {
		b.Fatal(err)
	}
	w := New(requests, out0, &grpcops.Env{Schemas: schema.NewCache(schema.DefaultCacheBytes), Demo: server.Dial}, Options{
		Framing: FramingAuto, MaxMessageBytes: 1 << 20, MaxInflightBytes: 1 << 24,
		MaxConnections: 10, MaxStreams: 10, Log: slog.New(slog.DiscardHandler),
	})
	served := make(chan error, 1)
	go func() { served <- w.Serve(context.Background()) }()
	b.Cleanup(func() {
		in0.Close()
		if err := <-served; err != nil {
			b.Error(err)
		}
		server.Stop()
	})
	return in0, bufio.NewReader(answers)
}

func readLine(b *testing.B, out *bufio.Reader) {
	b.Helper()
	if _, err := out.ReadSlice('\n'); err != nil {
		b.Fatal(err)
	}
}
