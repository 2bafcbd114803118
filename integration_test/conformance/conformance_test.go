// Package conformance runs connectrpc.com/conformance against the worker. Its runner
// starts this test's own program as the implementation under test: that program is
// then an adaptor, a host that spawns the worker and does through its pipe what the
// runner asks for.
package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The environment of an adaptor.
const (
	roleVariable   = "GRPCLINE_CONFORMANCE" // which adaptor this program is; the test itself if empty
	workerVariable = "GRPCLINE_CONFORMANCE_WORKER"
	protosVariable = "GRPCLINE_CONFORMANCE_PROTOS" // the folder with the suite's .proto files
)

// module is the suite, whose .proto files and runner must be of one version.
const module = "connectrpc.com/conformance@v1.0.7"

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		if err := adaptors[role](); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// adaptors are the programs that the runner may start.
var adaptors = map[string]func() error{"client": clientAdaptor, "server": serverAdaptor}

func TestClient(t *testing.T) { run(t, "client") }
func TestServer(t *testing.T) { run(t, "server") }

// run runs all cases of one mode. What the suite expects to fail is in
// testdata/<mode>-known-failing.txt, with reasons.
func run(t *testing.T, mode string) {
	runner, err := exec.LookPath("connectconformance")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("connectconformance is not installed: go install ", strings.Replace(module, "@", "/cmd/connectconformance@", 1))
		}
		t.Skip("connectconformance is not installed")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"--mode", mode, "--conf", filepath.Join("testdata", "config.yaml")}
	if known := filepath.Join("testdata", mode+"-known-failing.txt"); exists(known) {
		args = append(args, "--known-failing", "@"+known)
	}
	environment := append(os.Environ(), roleVariable+"="+mode, workerVariable+"="+buildWorker(t), protosVariable+"="+protos(t))
	for attempt := 1; ; attempt++ {
		command := exec.CommandContext(t.Context(), runner, append(args, "--", self)...)
		command.Env = environment
		var out bytes.Buffer
		command.Stdout, command.Stderr = &out, &out
		err := command.Run()
		t.Logf("%s", lastLines(out.String(), 60))
		if err == nil {
			return
		}
		if attempt == attempts {
			t.Fatal(err)
		}
	}
}

// attempts is how often the suite is run at most: some of its cases have a timeout of
// 200 ms that must not pass before the call has begun, which a busy machine can miss.
const attempts = 3

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

func buildWorker(t *testing.T) string {
	t.Helper()
	if worker := os.Getenv("GRPCLINE_BINARY"); worker != "" {
		return worker
	}
	worker := filepath.Join(t.TempDir(), "grpcline")
	if out, err := exec.Command("go", "build", "-o", worker, "github.com/grpcline/grpcline").CombinedOutput(); err != nil {
		t.Fatalf("the worker does not build: %v\n%s", err, out)
	}
	return worker
}

// protos is the folder of the suite's .proto files, in the module cache.
func protos(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "mod", "download", "-json", module).Output()
	if err != nil {
		t.Fatal(err)
	}
	var found struct{ Dir string }
	if err := json.Unmarshal(out, &found); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(found.Dir, "proto")
}
