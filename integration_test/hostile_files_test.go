package integration_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestPathsThatAreNoFiles names, in every param that names a file, what cannot be
// read: each is told at once with the param and the path, and the worker still ends
// with its input.
func TestPathsThatAreNoFiles(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("what these paths are called on Windows is tested in internal/hostfile")
	}
	folder := t.TempDir()
	at := func(name string) string { return filepath.Join(folder, name) }
	if out, err := exec.Command("mkfifo", at("pipe")).CombinedOutput(); err != nil {
		t.Fatalf("mkfifo: %v: %s", err, out)
	}
	sparse, err := os.Create(at("sparse"))
	if err != nil {
		t.Fatal(err)
	}
	if err := sparse.Truncate(1 << 40); err != nil {
		t.Skip("no sparse files here:", err)
	}
	sparse.Close()
	if err := os.Symlink("/dev/zero", at("zero.proto")); err != nil {
		t.Fatal(err)
	}
	h := Start(t)
	tls := func(name string, more ...obj) func(path string) obj {
		return func(path string) obj { return obj{"tls": with(obj{name: path}, more...)} }
	}
	for param, given := range map[string]func(path string) obj{
		"tls.certFile":       tls("certFile"),
		"tls.clientCertFile": tls("clientCertFile", obj{"clientKeyFile": at("pipe")}),
		"tls.clientKeyFile":  tls("clientKeyFile", obj{"clientCertPem": "x"}),
		"proto":              func(path string) obj { return obj{"proto": obj{"file": path}} },
		"proto ":             func(path string) obj { return obj{"proto": obj{"a.proto": obj{"file": path}}} },
		"descriptorSet":      func(path string) obj { return obj{"descriptorSet": obj{"file": path}} },
		"descriptorSet ":     func(path string) obj { return obj{"descriptorSet": path} },
	} {
		for path, says := range map[string]string{
			at("pipe"):      "is a pipe, not a file",
			"/dev/zero":     "is a device, not a file",
			at("sparse"):    "is larger than",
			folder:          "is a folder, not a file",
			at("no/such/x"): "",
		} {
			if strings.HasPrefix(param, "proto") && path == folder || param == "descriptorSet " && says == "" {
				continue // a folder of schemas, and what may be base64
			}
			conn := with(obj{"address": "localhost:1", "connectTimeoutMs": 60_000}, given(path))
			err := h.Fail("openConnection", conn, -32602)
			name, _, _ := strings.Cut(strings.TrimSpace(param), ".")
			if err.Data.Param != name || !strings.Contains(err.Message, path) || !strings.Contains(err.Message, says) {
				t.Errorf("%s %s: %+v", param, path, err)
			}
			if strings.HasPrefix(param, "tls") {
				h.Fail("getTlsSettings", conn["tls"], -32602)
				h.Fail("getConnectionParams", conn, -32602)
			}
		}
	}
	wrong := h.Fail("openConnection", obj{"address": "localhost:1", "importPaths": []string{folder}, "proto": `syntax = "proto3"; import "zero.proto";`}, -32602)
	if wrong.Data.Param != "proto" || !strings.Contains(wrong.Message, `zero.proto" is a device, not a file`) {
		t.Errorf("%+v", wrong)
	}
	h.ping()
	if code := h.Exit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}
