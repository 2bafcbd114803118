// Package integration_test spawns the built worker and drives it over its
// pipes as a host does, against servers that the tests start.
//
// Nothing in it knows how the worker is made. Each test owns the workers and
// servers that it starts, and fails when one of them outlives it. Waits have a
// guard instead of a length: a test that passes never sleeps.
package integration_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// workerBinary is set once, before the first test.
var workerBinary string

func TestMain(m *testing.M) {
	if worker := os.Getenv(launcher); worker != "" {
		os.Exit(launch(worker))
	}
	// A worker built with the race detector would sleep a second before it exits.
	if err := os.Setenv("GORACE", "atexit_sleep_ms=0"); err != nil {
		panic(err)
	}
	code, err := buildAndRun(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func buildAndRun(m *testing.M) (int, error) {
	if workerBinary = os.Getenv("GRPCLINE_BINARY"); workerBinary != "" {
		return m.Run(), nil
	}
	dir, err := os.MkdirTemp("", "grpcline-integration")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	workerBinary = filepath.Join(dir, "grpcline")
	if runtime.GOOS == "windows" {
		workerBinary += ".exe"
	}
	args := []string{"build", "-o", workerBinary}
	if raceEnabled {
		args = append(args, "-race")
	}
	build := exec.Command("go", append(args, "github.com/grpcline/grpcline")...)
	if out, err := build.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("the worker does not build: %w\n%s", err, out)
	}
	return m.Run(), nil
}
