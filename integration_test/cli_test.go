package integration_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// cli runs the worker's command line to its end.
func cli(t *testing.T, stdin string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := exec.Command(workerBinary, args...)
	var out, log bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &log
	err := cmd.Run()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), log.String(), cmd.ProcessState.ExitCode()
}

func TestCommandRPC(t *testing.T) {
	server := testserver.Start(t, testserver.Options{Reflection: "v1"})
	params, err := json.Marshal(scripted(obj{"address": server.Addr}, "Unary", nil, obj{"request": numbered(5)}))
	if err != nil {
		t.Fatal(err)
	}
	file := testserver.WriteFile(t, "params.json", "\ufeff"+string(params)+"\r\n")
	for name, c := range map[string]struct {
		stdin string
		args  []string
	}{
		"argument": {"", []string{"rpc", "callMethod", string(params)}},
		"file":     {"", []string{"rpc", "callMethod", "@" + file}},
		"stdin":    {string(params), []string{"rpc", "callMethod", "-"}},
		"Russian":  {"", []string{"rpc", "ВызватьМетод", string(params)}},
	} {
		t.Run(name, func(t *testing.T) {
			stdout, stderr, code := cli(t, c.stdin, c.args...)
			var got Ending
			if err := json.Unmarshal([]byte(stdout), &got); err != nil || code != 0 || stderr != "" || *got.Message != numbered(5) {
				t.Errorf("exit code %d, stdout %q, stderr %q: %v", code, stdout, stderr, err)
			}
		})
	}
	if stdout, stderr, code := cli(t, "", "rpc", "ping"); code != 0 || strings.TrimSpace(stdout) != "{}" || stderr != "" {
		t.Errorf("ping: exit code %d, stdout %q, stderr %q", code, stdout, stderr)
	}
}

func TestCommandRPCFails(t *testing.T) {
	for name, args := range map[string][]string{
		"an unknown method": {"rpc", "pong"},
		"bad params":        {"rpc", "isConnector", `{"valeu":1}`},
		"params not JSON":   {"rpc", "ping", "{"},
		"no such file":      {"rpc", "ping", "@/no/such/file"},
		"a refused server":  {"rpc", "getServiceList", `{"connection":{"address":"` + testserver.Refusing(t) + `"}}`},
	} {
		t.Run(name, func(t *testing.T) {
			stdout, stderr, code := cli(t, "", args...)
			if code != 1 || stdout != "" || stderr == "" {
				t.Errorf("exit code %d, stdout %q, stderr %q", code, stdout, stderr)
			}
		})
	}
}

func TestCommandMethods(t *testing.T) {
	stdout, _, code := cli(t, "", "methods")
	if code != 0 || !strings.Contains(stdout, "callMethod") || !strings.Contains(stdout, "ВызватьМетод") {
		t.Errorf("exit code %d, stdout %q", code, stdout)
	}
	stdout, _, code = cli(t, "", "--version")
	if code != 0 || !strings.Contains(stdout, "grpcline") {
		t.Errorf("exit code %d, stdout %q", code, stdout)
	}
	if stdout, stderr, code := cli(t, "", "--help"); code != 0 || !strings.Contains(stdout+stderr, "--max-message-bytes") {
		t.Errorf("exit code %d, help %q", code, stdout+stderr)
	}
}

func TestWrongFlags(t *testing.T) {
	for name, args := range map[string][]string{
		"an unknown flag":      {"--nope"},
		"a bad number":         {"--max-message-bytes", "many"},
		"a negative number":    {"--drain-timeout-ms", "-1"},
		"a bad level":          {"--log-level", "loud"},
		"a bad framing":        {"--framing", "xml"},
		"an unknown word":      {"srve"},
		"a flag of others":     {"rpc", "ping", "--utf8"},
		"before the word too":  {"--utf8", "rpc", "ping"},
		"too many arguments":   {"rpc", "ping", "{}", "{}"},
		"rpc without a name":   {"rpc"},
		"call without method":  {"call", "localhost:1"},
		"an argument of serve": {"serve", "localhost:1"},
	} {
		t.Run(name, func(t *testing.T) {
			if stdout, stderr, code := cli(t, "", args...); code != 2 || stdout != "" || stderr == "" {
				t.Errorf("exit code %d, stdout %q, stderr %q", code, stdout, stderr)
			}
		})
	}
}

// TestInputPipeByName reads a pipe that is opened by its name, as that of a shell's
// process substitution is.
func TestInputPipeByName(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no names of pipes to open")
	}
	h := Start(t, "--in", "/dev/stdin")
	for range 3 {
		h.ping()
	}
	h.CloseInput()
	if code := h.Wait(); code != 0 {
		t.Errorf("exit code %d: %s", code, h.Stderr())
	}
}

// TestFiles serves files: the output appears only when it is complete, and
// nothing is overwritten where it cannot be.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.jsonl"), filepath.Join(dir, "out.jsonl")
	if err := os.WriteFile(in, []byte("{\"id\":1,\"method\":\"ping\"}\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const answer = `{"jsonrpc":"2.0","id":1,"result":{}}` + "\n"
	if stdout, stderr, code := cli(t, "", "--in", in); code != 0 || !sameJSON(t, stdout, answer) || stderr != "" {
		t.Errorf("--in alone: exit code %d, stdout %q, stderr %q", code, stdout, stderr)
	}
	if stdout, stderr, code := cli(t, `{"id":1,"method":"ping"}`, "--out", out); code != 0 || stdout != "" || stderr != "" {
		t.Errorf("--out alone: exit code %d, stdout %q, stderr %q", code, stdout, stderr)
	}
	if raw, err := os.ReadFile(out); err != nil || !sameJSON(t, string(raw), answer) {
		t.Errorf("the output is %q: %v", raw, err)
	}
	for name, args := range map[string][]string{
		"no such input":          {"--in", filepath.Join(dir, "nothing"), "--out", out},
		"no such folder":         {"--in", in, "--out", filepath.Join(dir, "no", "out")},
		"the output is a folder": {"--in", in, "--out", dir},
		"the same file":          {"--in", in, "--out", in},
		"the same by a link":     {"--in", in, "--out", filepath.Join(dir, ".", "..", filepath.Base(dir), "in.jsonl")},
	} {
		t.Run(name, func(t *testing.T) {
			if _, stderr, code := cli(t, "", args...); code != 1 && code != 2 || stderr == "" {
				t.Errorf("exit code %d, stderr %q", code, stderr)
			}
		})
	}
	if raw, err := os.ReadFile(in); err != nil || len(raw) == 0 {
		t.Errorf("the input was overwritten: %q %v", raw, err)
	}
	if raw, err := os.ReadFile(out); err != nil || !sameJSON(t, string(raw), answer) {
		t.Errorf("the output of before is %q: %v", raw, err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("left behind: %v %v", entries, err)
	}
}

// TestOutputFileIsWhole looks for the output while the worker still runs.
func TestOutputFileIsWhole(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out.jsonl")
	h := Start(t, "--out", out)
	server := testserver.Start(t, testserver.Options{})
	conn := obj{"address": server.Addr, "proto": testserver.Texts(t)}
	h.Notify("ping", nil)
	h.Send(request(h, "1", "callMethod", scripted(conn, "Unary", []testserver.Step{{Receive: 1}, {Gate: "g"}, {Send: 1}}, obj{"request": obj{}})) + "\n")
	server.AwaitReached(t, "g")
	if _, err := os.Stat(out); !os.IsNotExist(err) {
		t.Errorf("the output is there before its time: %v", err)
	}
	server.Open("g")
	if code := h.Exit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if raw, err := os.ReadFile(out); err != nil || checkLine(raw, true) != nil {
		t.Errorf("%q %v", raw, err)
	}
}

// TestFullDisk writes the output where there is no room.
func TestFullDisk(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full here")
	}
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	cmd := exec.Command(workerBinary)
	var log bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(`{"id":1,"method":"ping"}`+"\n"), full, &log
	if err := cmd.Run(); cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("exit code %d: %v, stderr %q", cmd.ProcessState.ExitCode(), err, log.String())
	}
}

// TestLogFile moves the log and keeps secrets out of it.
func TestLogFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.txt")
	server := testserver.Start(t, testserver.Options{})
	h := Start(t, "--log-level", "debug", "--log-file", path)
	conn := h.Connect(server, obj{"metadata": obj{"authorization": "Bearer hunter2", "cookie": "hunter2", "x-token": "hunter2", "api-key": "hunter2", "x-bin": "aHVudGVyMg=="}})
	h.Must("callMethod", scripted(conn, "Unary", nil, obj{"request": obj{}}))
	h.Fail("callMethod", scripted(conn, "Unary", nil, obj{"metadata": obj{"authorization": "hunter2\n"}}), -32602)
	if code := h.Exit(); code != 0 || h.Stderr() != "" {
		t.Errorf("exit code %d, stderr %q", code, h.Stderr())
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(raw), "hunter2") || strings.Contains(string(raw), "aHVudGVyMg") {
		t.Errorf("the log has a secret:\n%s", raw)
	}
}
