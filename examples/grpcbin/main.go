// Command grpcbin serves the grpcbin services on this machine: without TLS on port
// 9000, with TLS and a self-signed certificate on port 9001.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"

	"github.com/grpcline/grpcline/examples/grpcbin/grpcbinserver"
)

func main() {
	plain := flag.String("addr", "localhost:9000", "`ADDRESS` without TLS")
	secure := flag.String("tls-addr", "localhost:9001", "`ADDRESS` with TLS")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := serve(ctx, *plain, *secure); err != nil {
		fmt.Fprintln(os.Stderr, "grpcbin:", err)
		os.Exit(1)
	}
}

// serve serves both addresses until ctx ends or one of them fails.
func serve(ctx context.Context, plain, secure string) error {
	certificate, err := grpcbinserver.SelfSigned()
	if err != nil {
		return err
	}
	servers := map[string]*grpc.Server{
		plain:  grpcbinserver.New(),
		secure: grpcbinserver.New(grpc.Creds(credentials.NewServerTLSFromCert(&certificate))),
	}
	ended := make(chan error, len(servers))
	started := 0
	for address, server := range servers {
		var listener net.Listener
		if listener, err = net.Listen("tcp", address); err != nil {
			break
		}
		fmt.Println("listening on", listener.Addr())
		go func() { ended <- server.Serve(listener) }()
		started++
	}
	if err == nil {
		select {
		case <-ctx.Done():
		case err = <-ended:
			started--
		}
	}
	for _, server := range servers {
		server.Stop()
	}
	for range started {
		err = errors.Join(err, <-ended)
	}
	return err
}
