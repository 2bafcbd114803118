// Command otlp is a stand-in for an OpenTelemetry collector: it prints the spans
// that it receives over OTLP/gRPC, each on a line of JSON. With --descriptors it
// writes the schema of the trace service to a file instead, for clients of
// collectors that have no reflection.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"

	"google.golang.org/protobuf/encoding/protojson"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"

	"github.com/grpcline/grpcline/examples/otlp/collector"
)

func main() {
	address := flag.String("addr", "localhost:4317", "`ADDRESS` to listen on")
	descriptors := flag.String("descriptors", "", "write the schema to `FILE` and end")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	if *descriptors != "" {
		err = writeDescriptors(*descriptors)
	} else {
		err = serve(ctx, *address)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "otlp:", err)
		os.Exit(1)
	}
}

func writeDescriptors(file string) error {
	set, err := collector.Descriptors()
	if err != nil {
		return err
	}
	return os.WriteFile(file, set, 0o644)
}

// serve prints spans until ctx ends.
func serve(ctx context.Context, address string) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, "listening on", listener.Addr())
	server := collector.New(printSpans)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case <-ctx.Done():
		server.GracefulStop()
		return <-ended
	case err := <-ended:
		return errors.Join(err, ctx.Err())
	}
}

func printSpans(spans []*tracepb.ResourceSpans) {
	for _, resource := range spans {
		for _, scope := range resource.GetScopeSpans() {
			for _, span := range scope.GetSpans() {
				fmt.Println(protojson.MarshalOptions{}.Format(span))
			}
		}
	}
}
