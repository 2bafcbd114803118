//go:build !windows

package hostfile

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Nothing that blocks or never ends is opened.
func TestNotAFile(t *testing.T) {
	folder := t.TempDir()
	pipe, socket, link := filepath.Join(folder, "pipe"), filepath.Join(folder, "socket"), filepath.Join(folder, "link")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := os.Symlink(pipe, link); err != nil {
		t.Fatal(err)
	}
	for path, what := range map[string]string{pipe: "a pipe", link: "a pipe", socket: "a socket", "/dev/zero": "a device"} {
		if _, err := Read(t.Context(), path, 1<<20); err == nil || !strings.HasSuffix(err.Error(), " is "+what+", not a file") {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestMayNotBeRead(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may read everything")
	}
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, nil, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(t.Context(), path, 10); !errors.Is(err, fs.ErrPermission) {
		t.Error(err)
	}
}
