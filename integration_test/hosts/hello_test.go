package hosts

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestHelloExamples runs the hosts of examples/hosts, which the README shows.
func TestHelloExamples(t *testing.T) {
	for file, interpreter := range map[string]string{
		"hello.py": "python3", "hello.php": "php", "hello.lua": "lua", "hello.mjs": "node",
	} {
		t.Run(file, func(t *testing.T) {
			path, err := exec.LookPath(interpreter)
			if err != nil {
				if os.Getenv("CI") != "" {
					t.Fatal("there is no ", interpreter)
				}
				t.Skip("there is no ", interpreter)
			}
			if got := run(t, nil, path, filepath.Join("..", "..", "examples", "hosts", file)); got != "Hello, Ann!\n" {
				t.Errorf("got %q", got)
			}
		})
	}
}

// TestHelloOnEngine runs the host in OneScript with the package as it is here.
func TestHelloOnEngine(t *testing.T) {
	oscript := engine(t, "oscript")
	text, err := os.ReadFile(filepath.Join("..", "..", "examples", "hosts", "hello.os"))
	if err != nil {
		t.Fatal(err)
	}
	script := filepath.Join(t.TempDir(), "hello.os")
	writeScript(t, script, strings.Replace(string(text), "opi-grpcline", `"`+absolute(t, clients+"/onescript")+`"`, 1))
	if got := run(t, nil, oscript, script); strings.TrimSpace(got) != "Hello, Ann!" {
		t.Errorf("got %q", got)
	}
}
