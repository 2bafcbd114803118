//go:build unix

package integration_test

import (
	"bufio"
	"net"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// startOnSocket spawns a worker whose stdin and stdout are one end of a socket
// pair, as Node's child processes have them, and returns the other end.
func startOnSocket(t *testing.T) (*exec.Cmd, *net.UnixConn) {
	t.Helper()
	ends, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	syscall.CloseOnExec(ends[0])
	syscall.CloseOnExec(ends[1])
	child, mine := os.NewFile(uintptr(ends[0]), "child"), os.NewFile(uintptr(ends[1]), "mine")
	defer child.Close()
	defer mine.Close()
	conn, err := net.FileConn(mine)
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.SetDeadline(time.Now().Add(guard)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(workerBinary)
	cmd.Stdin, cmd.Stdout = child, child
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		conn.Close()
		_ = cmd.Wait() // its code was looked at, or the test has failed
	})
	return cmd, conn.(*net.UnixConn)
}

// TestHalfClosedSocket ends the input and goes on reading: that is an end of
// input, not a reader that has gone.
func TestHalfClosedSocket(t *testing.T) {
	cmd, conn := startOnSocket(t)
	if _, err := conn.Write([]byte("{\"id\":1,\"method\":\"ping\"}\n{\"id\":2,\"method\":\"getVersion\"}")); err != nil {
		t.Fatal(err)
	}
	if err := conn.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	answers := map[string]int{}
	lines := bufio.NewReader(conn)
	for range 2 {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			t.Fatal(err)
		}
		if err := countAnswers(line, answers); err != nil {
			t.Error(err)
		}
	}
	if answers["1"] != 1 || answers["2"] != 1 {
		t.Errorf("answers %v", answers)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("the worker: %v", err)
	}
}

// TestClosedSocket closes the pair as a whole.
func TestClosedSocket(t *testing.T) {
	cmd, conn := startOnSocket(t)
	if _, err := conn.Write([]byte("{\"id\":1,\"method\":\"ping\"}\n")); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(conn).ReadBytes('\n'); err != nil {
		t.Fatal(err)
	}
	conn.Close()
	_ = cmd.Wait() // the end of the input or the loss of the reader may show first
	if code := cmd.ProcessState.ExitCode(); code != 0 && code != 1 {
		t.Errorf("exit code %d", code)
	}
}
