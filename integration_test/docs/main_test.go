// Package docs_test runs what the documentation shows: the transcripts of
// protocol.md and README.md, the commands of both, and the files of examples/,
// against the built worker with its demo server.
//
// A ```jsonl block is a conversation with a worker of its own: what stands after
// → is written to it, what stands after ← must come back. A ```console block is
// what a shell shows. In what is expected, … stands for any text, "…" for any
// value, and "…": "…" for any more members.
package docs_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// root is the repository's.
const root = "../.."

// binDir holds the built worker, grpcline. It is set once, before the first test.
var binDir string

func TestMain(m *testing.M) {
	code, err := buildAndRun(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func buildAndRun(m *testing.M) (int, error) {
	if given := os.Getenv("GRPCLINE_BINARY"); given != "" {
		binDir = filepath.Dir(given)
		return m.Run(), nil
	}
	dir, err := os.MkdirTemp("", "grpcline-docs")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	binDir = dir
	build := exec.Command("go", "build", "-o", worker(), ".")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("the worker does not build: %w\n%s", err, out)
	}
	return m.Run(), nil
}

func worker() string {
	name := filepath.Join(binDir, "grpcline")
	if os.PathSeparator == '\\' {
		name += ".exe"
	}
	return name
}
