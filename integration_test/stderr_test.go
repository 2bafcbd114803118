package integration_test

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
)

// TestUnreadStderr does not hold the worker up: its log is dropped instead.
func TestUnreadStderr(t *testing.T) {
	worker := exec.Command(workerBinary, "--log-level", "debug")
	if _, err := worker.StderrPipe(); err != nil { // nobody reads it
		t.Fatal(err)
	}
	stdin, err := worker.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stdout strings.Builder
	worker.Stdout = &stdout
	if err := worker.Start(); err != nil {
		t.Fatal(err)
	}
	// Each fails and is logged in a line, and all of them are many times what a pipe holds.
	for range 20000 {
		if _, err := fmt.Fprintln(stdin, `{"method":"nothing like this"}`); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := fmt.Fprintln(stdin, `{"id":1,"method":"ping"}`); err != nil {
		t.Fatal(err)
	}
	stdin.Close()
	if err := worker.Wait(); err != nil {
		t.Error(err)
	}
	if got, want := stdout.String(), `{"jsonrpc":"2.0","id":1,"result":{}}`+"\n"; got != want {
		t.Errorf("it answered %q", got)
	}
}
