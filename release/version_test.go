package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/grpcline/grpcline/internal/version"
)

// tree is the source tree.
const tree = ".."

// TestVersionIsTheSameEverywhere compares all that say a version with the one place
// where it is set.
func TestVersionIsTheSameEverywhere(t *testing.T) {
	if !number.MatchString(version.Number) {
		t.Errorf("%q is no version", version.Number)
	}
	for _, m := range mentions {
		text, err := os.ReadFile(filepath.Join(tree, m.file))
		if err != nil {
			t.Fatal(err)
		}
		said := m.said(text)
		if len(said) == 0 {
			t.Errorf("%s says no version", m.file)
		}
		for _, got := range said {
			if got != version.Number {
				t.Errorf("%s says %s, and internal/version %s; run release/build %[3]s", m.file, got, version.Number)
			}
		}
	}
}

// TestEveryManifestIsAMention finds a package that was added and is not stamped.
func TestEveryManifestIsAMention(t *testing.T) {
	stamped := map[string]bool{}
	for _, m := range mentions {
		stamped[filepath.FromSlash(m.file)] = true
	}
	var manifests []string
	for _, pattern := range []string{"clients/*/package.json", "clients/*/package-lock.json", "clients/*/packagedef"} {
		found, err := filepath.Glob(filepath.Join(tree, pattern))
		if err != nil {
			t.Fatal(err)
		}
		manifests = append(manifests, found...)
	}
	if len(manifests) == 0 {
		t.Fatal("there are no packages")
	}
	for _, path := range manifests {
		if name, _ := filepath.Rel(tree, path); !stamped[name] {
			t.Errorf("%s is not stamped with the version", name)
		}
	}
}

// TestWorkerSaysTheVersion on the command line and to a host.
func TestWorkerSaysTheVersion(t *testing.T) {
	worker := exec.Command("go", "run", ".", "--version")
	worker.Dir = tree
	if out, err := worker.Output(); err != nil || strings.TrimSpace(string(out)) != "grpcline "+version.Number {
		t.Errorf("--version says %q, %v", out, err)
	}
	host := exec.Command("go", "run", ".")
	host.Dir = tree
	host.Stdin = strings.NewReader(`{"id":1,"method":"getVersion"}`)
	if out, err := host.Output(); err != nil || !strings.Contains(string(out), `"version":"`+version.Number+`"`) {
		t.Errorf("getVersion says %s, %v", out, err)
	}
}

func TestStamp(t *testing.T) {
	copied := t.TempDir()
	for _, m := range mentions {
		text, err := os.ReadFile(filepath.Join(tree, m.file))
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(copied, m.file)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, wrong := range []string{"", "1", "1.2", "v1.2.3", "1.2.3 ", "1.2.3-"} {
		if err := stamp(copied, wrong); err == nil {
			t.Errorf("%q is taken for a version", wrong)
		}
	}
	const next = "12.3.40-rc.1"
	if err := stamp(copied, next); err != nil {
		t.Fatal(err)
	}
	for _, m := range mentions {
		before, err := os.ReadFile(filepath.Join(tree, m.file))
		if err != nil {
			t.Fatal(err)
		}
		after, err := os.ReadFile(filepath.Join(copied, m.file))
		if err != nil {
			t.Fatal(err)
		}
		for _, got := range m.said(after) {
			if got != next {
				t.Errorf("%s says %s", m.file, got)
			}
		}
		if restored := m.stamped(after, version.Number); string(restored) != string(before) {
			t.Errorf("%s: more than the version was changed", m.file)
		}
	}
}
