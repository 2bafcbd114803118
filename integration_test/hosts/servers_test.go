package hosts

import (
	"net"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"

	"github.com/grpcline/grpcline/examples/grpcbin/grpcbinserver"
)

// serve serves until the test ends and returns the address.
func serve(t *testing.T, server *grpc.Server) string {
	t.Helper()
	listener, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return listener.Addr().String()
}

// grpcbin serves the grpcbin services, without TLS and with it.
func grpcbin(t *testing.T) (plain, secure string) {
	t.Helper()
	certificate, err := grpcbinserver.SelfSigned()
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, grpcbinserver.New()), serve(t, grpcbinserver.New(grpc.Creds(credentials.NewServerTLSFromCert(&certificate))))
}
