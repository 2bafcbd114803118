package integration_test

import (
	"bufio"
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/types/descriptorpb"
)

// startInterop builds grpc-go's own interop server, as the module in the
// folder `interop` pins it, and starts it. It returns the port, and a function
// that kills the server before the end of the test.
func startInterop(t *testing.T, args ...string) (port string, kill func()) {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "interop")
	build := exec.Command("go", "build", "-C", "interop", "-o", binary, "google.golang.org/grpc/interop/server")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("the interop server does not build: %v\n%s", err, out)
	}
	server := exec.Command(binary, append([]string{"--port", "0"}, args...)...)
	server.Env = append(os.Environ(), "GRPC_GO_LOG_SEVERITY_LEVEL=info")
	log, err := server.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	ports := make(chan string, 1)
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		listening := regexp.MustCompile(`listening on \S*:(\d+)`)
		lines := bufio.NewScanner(log)
		for lines.Scan() {
			if found := listening.FindStringSubmatch(lines.Text()); found != nil && len(ports) == 0 {
				ports <- found[1]
			}
		}
	}()
	kill = sync.OnceFunc(func() {
		_ = server.Process.Kill() // it never ends by itself
		<-drained
		_ = server.Wait() // "killed" is what it says
	})
	t.Cleanup(kill)
	select {
	case port = <-ports:
	case <-drained:
		t.Fatal("the interop server has ended")
	case <-time.After(guard):
		t.Fatal("the interop server does not say where it listens")
	}
	return port, kill
}

// interopSet is the schema of the interop services as a descriptor set.
func interopSet(t *testing.T) string {
	t.Helper()
	set := &descriptorpb.FileDescriptorSet{File: []*descriptorpb.FileDescriptorProto{
		protodesc.ToFileDescriptorProto(grpc_testing.File_grpc_testing_empty_proto),
		protodesc.ToFileDescriptorProto(grpc_testing.File_grpc_testing_messages_proto),
		protodesc.ToFileDescriptorProto(grpc_testing.File_grpc_testing_test_proto),
	}}
	raw, err := proto.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(raw)
}
