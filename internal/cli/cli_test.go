package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// isProgram makes the test binary the program.
const isProgram = "GRPCLINE_TEST_IS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(isProgram) != "" {
		os.Exit(Run(os.Args[1:]))
	}
	os.Exit(m.Run())
}

// program is the command line in a process of its own.
func program(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), isProgram+"=1", "GORACE=atexit_sleep_ms=0") // else it sleeps at its end
	return cmd
}

// TestRunWithFiles serves a conversation from one file to another.
func TestRunWithFiles(t *testing.T) {
	folder := t.TempDir()
	in := writeFile(t, folder, "in", "\uFEFF{\"id\":1,\"method\":\"openConnection\",\"params\":[\"demo:///\"]}\r\n"+
		"{\"id\":2,\"method\":\"callMethod\",\"params\":[\"c1\",\"grpcline.demo.Demo\",\"SayHello\",{\"name\":\"a\"}]}\r\n"+
		"{\"id\":3,\"method\":\"closeConnection\",\"params\":[\"c1\"]}", 0o600)
	out := filepath.Join(folder, "out")
	if code := Run([]string{"--demo", "--in", in, "--out", out}); code != exitOK {
		t.Fatalf("exit code %d", code)
	}
	got := content(t, out)
	for _, want := range []string{`"connectionId":"c1","address"`, `Hello, a!`, `"streamsClosed":0`} {
		if !strings.Contains(got, want) {
			t.Errorf("there is no %s in\n%s", want, got)
		}
	}
	if strings.Count(got, "\n") != 3 {
		t.Errorf("the output is\n%s", got)
	}
}

func TestExitCodes(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	in := writeFile(t, folder, "in", `{"id":1,"method":"nothing like this"}`, 0o600)
	for _, test := range []struct {
		args []string
		want int
	}{
		{[]string{"--version"}, exitOK},
		{[]string{"--help"}, exitOK},
		{[]string{"methods"}, exitOK},
		{[]string{"--in", in, "--out", filepath.Join(folder, "out")}, exitOK},
		{[]string{"--in", filepath.Join(folder, "missing")}, exitFailed},
		{[]string{"--in", in, "--out", filepath.Join(folder, "missing", "out")}, exitFailed},
		{[]string{"--log-file", filepath.Join(folder, "missing", "log"), "--version"}, exitOK},
		{[]string{"--log-file", filepath.Join(folder, "missing", "log"), "rpc", "ping"}, exitFailed},
		{[]string{"--nothing-like-this"}, exitUsage},
		{[]string{"nothing"}, exitUsage},
		{[]string{"rpc", "ping"}, exitOK},
		{[]string{"rpc", "ping", "{}"}, exitOK},
		{[]string{"rpc", "pong"}, exitFailed},
		{[]string{"rpc", "ping", "{"}, exitFailed},
		{[]string{"rpc", "ping", "--demo"}, exitOK},
		{[]string{"call", "demo:///", "SayHello"}, exitOK},
		{[]string{"call", "demo:///", "Fail", `{"code":5}`}, exitStatus + 5},
		{[]string{"call", "demo:///", "Nothing"}, exitFailed},
		{[]string{"list", "demo:///"}, exitOK},
		{[]string{"describe", "demo:///", "Demo"}, exitOK},
		{[]string{"health", "demo:///"}, exitOK},
		{[]string{"list"}, exitUsage},
		{[]string{"completion", "bash"}, exitOK},
		{[]string{"rpc", "ping", "5"}, exitFailed},
		{[]string{"rpc", "ping", "@" + filepath.Join(folder, "missing")}, exitFailed},
		{[]string{"--demo", "rpc", "callMethod", `[{"address":"demo:///"},"grpcline.demo.Demo","SayHello"]`}, exitOK},
		{[]string{"--demo", "rpc", "callMethod", `[{"address":"demo:///"},"grpcline.demo.Demo","Fail",{"code":5}]`}, exitFailed},
		{[]string{"rpc", "ping", "@" + writeFile(t, folder, "params", "\uFEFF{}\r\n", 0o600)}, exitOK},
	} {
		program := program(test.args...)
		out, err := program.CombinedOutput()
		if got := program.ProcessState.ExitCode(); got != test.want {
			t.Errorf("%q: exit code %d, want %d: %v\n%s", test.args, got, test.want, err, out)
		}
	}
}
