package cli

import (
	"context"
	"fmt"
	"net"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/grpcline/grpcline/demo"
)

// demoAddress is where the demo server is unless told.
const demoAddress = "localhost:50051"

func demoCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "demo [ADDRESS]",
		Short: "serve a gRPC server for trying things out, at " + demoAddress + " unless told",
		Example: `  grpcline demo &
  grpcline call localhost:50051 SayHello '{"name":"Ann"}'`,
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	cmd.Args = exactly(cmd, 0, 1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		address := demoAddress
		if len(args) > 0 {
			address = args[0]
		}
		return serveDemo(cmd.Context(), address)
	}
	return cmd
}

// serveDemo serves until ctx ends. It prints the address, with the port that was free
// if 0 was asked for.
func serveDemo(ctx context.Context, address string) error {
	network := "tcp"
	if path, ok := strings.CutPrefix(address, "unix://"); ok {
		network, address = "unix", path
	}
	listener, err := net.Listen(network, strings.TrimPrefix(address, "http://"))
	if err != nil {
		return fmt.Errorf("the demo server cannot listen: %w", err)
	}
	at := listener.Addr().String()
	if network == "unix" {
		at = "unix://" + at
	}
	server := demo.StartOn(listener)
	defer server.Stop()
	if err := printLines([]string{at}); err != nil {
		return err
	}
	if isTerminal(os.Stderr) {
		fmt.Fprintf(os.Stderr, "The demo server is there until ^C; try: grpcline list %s\n", at)
	}
	<-ctx.Done()
	return nil
}
