package hosts

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestServingExamples calls the services of examples/serving.
func TestServingExamples(t *testing.T) {
	for _, c := range []struct{ interpreter, file, nameless string }{
		{"python3", "greeter.py", "INVALID_ARGUMENT: name is missing"},
		{"bash", "greeter.sh", ""},
	} {
		t.Run(c.file, func(t *testing.T) {
			address := serveExample(t, c.interpreter, filepath.Join("..", "..", "examples", "serving", c.file))
			for name, want := range map[string]string{"Ann": "Hello, Ann!", "Аня": "Hello, Аня!", `"\`: `Hello, \"\\!`} {
				request := `{"name":"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"}`
				if out, err := callGreeter(address, request); err != nil || out != `{"greeting":"`+want+`"}`+"\n" {
					t.Errorf("%s: %s, %v", name, out, err)
				}
			}
			if c.nameless == "" {
				return
			}
			if _, err := callGreeter(address, "{}"); err == nil || !strings.Contains(err.Error(), c.nameless) {
				t.Error(err)
			}
		})
	}
}

// TestServingOnEngine calls the service of the OneScript package's example.
func TestServingOnEngine(t *testing.T) {
	address := serveExample(t, engine(t, "oscript"), example("server.os"))
	for request, want := range map[string]string{
		`shop.Prices/Get {"name":"чай"}`:   `{"amount":2.5}` + "\n",
		`shop.Prices/Watch {"name":"чай"}`: `{"amount":2.5}` + "\n" + `{"amount":2.75}` + "\n",
		`shop.Prices/Get {"name":"соль"}`:  "",
	} {
		method, message, _ := strings.Cut(request, " ")
		out, err := exec.Command(worker, "call", address, method, message).Output()
		if string(out) != want || (want == "") != (err != nil) {
			t.Errorf("%s: %s, %v", request, out, err)
		}
	}
}

// serveExample starts a service and returns the address that it prints.
func serveExample(t *testing.T, interpreter, file string) string {
	t.Helper()
	path, err := exec.LookPath(interpreter)
	if err != nil {
		t.Skip("there is no ", interpreter)
	}
	process := exec.CommandContext(t.Context(), path, file)
	process.Env = append(os.Environ(), "GRPCLINE="+worker)
	process.Stderr = os.Stderr
	out, err := process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = process.Process.Kill() // the worker sees that its host is gone
		_ = process.Wait()
	})
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(address)
}

// callGreeter calls it by the command line; its error is what that says.
func callGreeter(address, request string) (string, error) {
	out, err := exec.Command(worker, "call", address, "Greet", request).Output()
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		err = errors.New(string(exit.Stderr))
	}
	return string(out), err
}
