package integration_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// daemon runs a server program in the foreground until the test ends, and waits
// until it listens at address.
func daemon(t testing.TB, address, path string, args ...string) *os.Process {
	t.Helper()
	cmd := exec.Command(path, args...)
	output := &lockedBuffer{}
	cmd.Stdout, cmd.Stderr = output, output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan struct{})
	go func() {
		defer close(exited)
		_ = cmd.Wait() // it is asked to end
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // some take half a minute to end when they are asked to
		<-exited
		if t.Failed() {
			t.Logf("%s said:\n%s", filepath.Base(path), output.String())
		}
	})
	for end := time.Now().Add(guard); ; {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			conn.Close()
			return cmd.Process
		}
		select {
		case <-exited:
			t.Fatalf("%s ended: %s", path, output.String())
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(end) {
			t.Fatalf("%s does not listen at %s: %v", path, address, err)
		}
	}
}

// freeAddress is an address where nothing listens yet.
func freeAddress(t testing.TB) string {
	t.Helper()
	return testserver.Refusing(t)
}

// nginx runs it in front of a gRPC server, with settings more for its http block.
func nginx(t testing.TB, backend, more string) (address string) {
	t.Helper()
	path := tool(t, "nginx", "apt install nginx")
	folder := t.TempDir()
	address = freeAddress(t)
	config := fmt.Sprintf(`
daemon off;
master_process off;
pid %[1]s/pid;
error_log stderr crit;
events { worker_connections 4096; }
http {
	access_log off;
	client_body_temp_path %[1]s/body;
	proxy_temp_path %[1]s/proxy;
	fastcgi_temp_path %[1]s/fastcgi;
	uwsgi_temp_path %[1]s/uwsgi;
	scgi_temp_path %[1]s/scgi;
	%[4]s
	server {
		listen %[2]s http2;
		location / { grpc_pass grpc://%[3]s; }
	}
}
`, folder, address, backend, more)
	daemon(t, address, path, "-p", folder, "-e", "stderr", "-c", testserver.WriteFile(t, "nginx.conf", config))
	return address
}

// squid runs it with more lines of its configuration.
func squid(t testing.TB, access string) (address string) {
	t.Helper()
	path := tool(t, "squid", "apt install squid")
	address = freeAddress(t)
	folder := t.TempDir()
	config := fmt.Sprintf(`
http_port %[1]s
pid_filename none
cache_log /dev/stderr
access_log none
cache deny all
coredump_dir %[2]s
shutdown_lifetime 0 seconds
visible_hostname test
%[3]s
`, address, folder, access)
	daemon(t, address, path, "-N", "-f", testserver.WriteFile(t, "squid.conf", config))
	return address
}

// tinyproxy runs it with more lines of its configuration.
func tinyproxy(t testing.TB, more string) (address string) {
	t.Helper()
	path := tool(t, "tinyproxy", "apt install tinyproxy")
	address = freeAddress(t)
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	config := fmt.Sprintf("Port %s\nListen %s\nTimeout 600\nMaxClients 100\nLogLevel Error\n%s\n", port, host, more)
	daemon(t, address, path, "-d", "-c", testserver.WriteFile(t, "tinyproxy.conf", config))
	return address
}

// haproxy runs it in front of a gRPC server.
func haproxy(t testing.TB, backend string) (address string) {
	t.Helper()
	path := tool(t, "haproxy", "apt install haproxy")
	address = freeAddress(t)
	config := fmt.Sprintf(`
defaults
	mode http
	timeout connect 5s
	timeout client 60s
	timeout server 60s
frontend f
	bind %s proto h2
	default_backend b
backend b
	server s %s proto h2
`, address, backend)
	daemon(t, address, path, "-db", "-f", testserver.WriteFile(t, "haproxy.cfg", config))
	return address
}
