// Package hosts tests the worker with the hosts of the 1C world: stand-ins in Go
// that behave like OneScript's pipes and like 1C:Enterprise's file exchange, and,
// where oscript is on the PATH, the packages of clients/onescript and clients/1c on
// the engine itself.
//
// Each test owns the processes and servers that it starts and waits for their end.
package hosts

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// worker is the built worker; set once, before the first test.
var worker string

func TestMain(m *testing.M) {
	code, err := buildAndRun(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func buildAndRun(m *testing.M) (int, error) {
	if worker = os.Getenv("GRPCLINE_BINARY"); worker != "" {
		return m.Run(), nil
	}
	dir, err := os.MkdirTemp("", "grpcline-hosts")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	worker = filepath.Join(dir, "grpcline")
	if runtime.GOOS == "windows" {
		worker += ".exe"
	}
	build := exec.Command("go", "build", "-o", worker, "github.com/grpcline/grpcline")
	if out, err := build.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("the worker does not build: %w\n%s", err, out)
	}
	return m.Run(), nil
}
