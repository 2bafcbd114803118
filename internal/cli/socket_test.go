//go:build unix

package cli

import (
	"io"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestOneSocketForBoth serves a host whose one socket is the worker's standard
// input and output, and which reads later than it writes.
func TestOneSocketForBoth(t *testing.T) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Skip(err)
	}
	if err := unix.SetsockoptInt(fds[1], unix.SOL_SOCKET, unix.SO_SNDBUF, 4<<10); err != nil { // less than one answer
		t.Fatal(err)
	}
	unix.CloseOnExec(fds[0])
	unix.CloseOnExec(fds[1])
	host, both := os.NewFile(uintptr(fds[0]), "host"), os.NewFile(uintptr(fds[1]), "worker")
	defer host.Close()
	worker := program()
	worker.Stdin, worker.Stdout, worker.Stderr = both, both, os.Stderr
	if err := worker.Start(); err != nil {
		t.Fatal(err)
	}
	both.Close()
	const requests = 20
	if _, err := io.WriteString(host, strings.Repeat(`{"id":null,"method":"rpc.discover"}`+"\n", requests)); err != nil {
		t.Fatal(err)
	}
	if err := unix.Shutdown(fds[0], unix.SHUT_WR); err != nil {
		t.Fatal(err)
	}
	answers, err := io.ReadAll(host)
	if n := strings.Count(string(answers), "\n"); err != nil || n != requests {
		t.Errorf("%d answers of %d, %v", n, requests, err)
	}
	if err := worker.Wait(); err != nil {
		t.Errorf("the worker: %v", err)
	}
}
