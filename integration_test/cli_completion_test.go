//go:build unix

package integration_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// withWorker is a command that finds the worker as grpcline.
func withWorker(t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	folder := t.TempDir()
	if err := os.Symlink(workerBinary, filepath.Join(folder, "grpcline")); err != nil {
		t.Skip(err)
	}
	cmd := exec.Command(name, args...)
	cmd.Env = []string{
		"PATH=" + folder + string(os.PathListSeparator) + os.Getenv("PATH"),
		"HOME=" + folder, "INPUTRC=/dev/null", "LC_ALL=C.UTF-8", "BASH_SILENCE_DEPRECATION_WARNING=1",
	}
	return cmd
}

// bashCompletion is where the package of that name keeps what cobra's script needs.
const bashCompletion = "/usr/share/bash-completion/bash_completion"

// TestCompletionByHand types into interactive shells and presses Tab.
func TestCompletionByHand(t *testing.T) {
	bash := func(t *testing.T) *terminal {
		shell := tool(t, "bash", "install bash")
		if _, err := os.Stat(bashCompletion); err != nil {
			missing(t, "NOT TESTED IN BASH (install bash-completion): %v", err)
		}
		m := startTerminal(t, withWorker(t, shell, "--norc", "--noprofile", "-i"))
		m.write("PS1='> '; source " + bashCompletion + "; source <(grpcline completion bash); echo ready-$((1+1))\n")
		return m
	}
	zsh := func(t *testing.T) *terminal {
		m := startTerminal(t, withWorker(t, tool(t, "zsh", "install zsh"), "-f", "-i"))
		m.write("PS1='> '; autoload -U compinit; compinit -u -D; source <(grpcline completion zsh); echo ready-$((1+1))\n")
		return m
	}
	server := testserver.Start(t, testserver.Options{Reflection: "both"})
	silent := testserver.Silent(t)
	for name, start := range map[string]func(*testing.T) *terminal{"bash": bash, "zsh": zsh} {
		t.Run(name, func(t *testing.T) {
			m := start(t)
			m.await("ready-2")
			for _, test := range []struct{ typed, shows string }{
				{"grpcline desc\tdemo:/// SayHello", "rpc SayHello(HelloRequest) returns (HelloReply);"},
				{"grpcline call demo:/// SayHello --emit-d\t-v", "Hello, world!"},
				{"grpcline call demo:/// grpcline.demo.Demo/SayH\t", "Hello, world!"},
				{"grpcline call demo:/// SayH\t", "Hello, world!"},
				{"grpcline list " + server.Addr + " script.v1.Scr\t", "script.v1.Script/Bidi"},
				{"grpcline --timeout 5s call " + server.Addr + " script.v1.Script/Una\t'{\"text\":\"sent\"}'", "sent"},
				{"grpcline describe demo:/// grpcline.demo.HelloReq\t", "message HelloRequest {"},
				{"grpcline rpc getVer\t", `"protocol"`},
			} {
				m.write(test.typed)
				m.await(test.typed[strings.LastIndexByte(test.typed, ' ')+1 : len(test.typed)-1][:4]) // it is typed
				m.write("\n")
				m.await(test.shows)
			}
			// A server that says nothing costs a second and no word.
			m.write("grpcline call " + silent + " A\t")
			m.write("bc 2>/dev/null; echo over-$((1+1))\n")
			if shown := m.await("over-2"); strings.Contains(shown, "grpcline:") || !strings.Contains(strings.ReplaceAll(shown, "\a", ""), "Abc") {
				t.Errorf("%q was shown", shown)
			}
		})
	}
}

// TestCompletionOfFish asks fish what it would offer.
func TestCompletionOfFish(t *testing.T) {
	fish := tool(t, "fish", "install fish")
	for typed, want := range map[string]string{
		"grpcline exp":                                "export",
		"grpcline call demo:/// SayHello --ins":       "--insecure-skip-verify",
		"grpcline call demo:/// grpcline.demo.Demo/S": "grpcline.demo.Demo/SayHello",
		"grpcline call demo:/// Say":                  "SayHello",
	} {
		cmd := withWorker(t, fish, "--no-config", "-c", "grpcline completion fish | source; complete -C '"+typed+"'")
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), want) {
			t.Errorf("%s: %v, %s", typed, err, out)
		}
	}
}

// TestCompletionAnswers looks at what the shells' scripts are told.
func TestCompletionAnswers(t *testing.T) {
	server := testserver.Start(t, testserver.Options{Reflection: "v1"})
	for name, test := range map[string]struct {
		args []string
		want []string // among others
	}{
		"words":              {[]string{""}, []string{"call", "completion", "demo", "describe", "export", "health", "list", "methods", "rpc", "serve"}},
		"methods":            {[]string{"call", server.Addr, ""}, []string{"script.v1.Script/Unary", "grpc.health.v1.Health/Check"}},
		"the end of a name":  {[]string{"call", server.Addr, "Una"}, []string{"Unary"}},
		"and of a service":   {[]string{"list", server.Addr, "Scr"}, []string{"Script"}},
		"of several":         {[]string{"call", "demo:///", "ServerReflectionI"}, nil},
		"flags before":       {[]string{"--timeout", "5s", "call", server.Addr, ""}, []string{"script.v1.Script/Unary"}},
		"services":           {[]string{"health", server.Addr, ""}, []string{"script.v1.Script"}},
		"a refusing server":  {[]string{"call", testserver.Refusing(t), ""}, nil},
		"a silent server":    {[]string{"call", testserver.Silent(t), ""}, nil},
		"no server at all":   {[]string{"call", "::::", ""}, nil},
		"a broken schema":    {[]string{"call", server.Addr, "--proto", testserver.WriteFile(t, "x.proto", "message {"), ""}, nil},
		"levels":             {[]string{"call", "--log-level", ""}, []string{"warn", "debug"}},
		"colours":            {[]string{"call", "x", "y", "--color", ""}, []string{"always", "never"}},
		"shells":             {[]string{"completion", ""}, []string{"bash", "zsh", "fish", "powershell"}},
		"nothing after that": {[]string{"list", server.Addr, "script.v1.Script", ""}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stdout, stderr, code := cli(t, "", append([]string{"__completeNoDesc"}, test.args...)...)
			offered := strings.Split(stdout, "\n")
			for _, want := range test.want {
				if !slices.Contains(offered, want) {
					t.Errorf("%s is not offered", want)
				}
			}
			if code != 0 || strings.Contains(stderr, "grpcline:") || test.want == nil && len(offered) > 2 {
				t.Errorf("exit code %d, offered %q, stderr %q", code, offered, stderr)
			}
		})
	}
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if stdout, stderr, code := cli(t, "", "completion", shell); code != 0 || !strings.Contains(stdout, "__complete") || stderr != "" {
			t.Errorf("%s: exit code %d, stderr %q", shell, code, stderr)
		}
	}
}
