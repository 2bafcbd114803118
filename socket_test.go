//go:build unix

package main

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
	output, err := unix.Dup(fds[1])
	if err != nil {
		t.Fatal(err)
	}
	stdin, stdout := os.Stdin, os.Stdout
	os.Stdin, os.Stdout = os.NewFile(uintptr(fds[1]), "stdin"), os.NewFile(uintptr(output), "stdout")
	t.Cleanup(func() { os.Stdin, os.Stdout = stdin, stdout })
	code := make(chan int, 1)
	go func() {
		code <- run(nil)
		os.Stdin.Close()
		os.Stdout.Close()
	}()
	host := os.NewFile(uintptr(fds[0]), "host")
	defer host.Close()
	const requests = 20
	if _, err := io.WriteString(host, strings.Repeat(`{"id":1,"method":"rpc.discover"}`+"\n", requests)); err != nil {
		t.Fatal(err)
	}
	if err := unix.Shutdown(fds[0], unix.SHUT_WR); err != nil {
		t.Fatal(err)
	}
	answers, err := io.ReadAll(host)
	if n := strings.Count(string(answers), "\n"); err != nil || n != requests {
		t.Errorf("%d answers of %d, %v", n, requests, err)
	}
	if got := <-code; got != exitOK {
		t.Errorf("exit code %d", got)
	}
}
