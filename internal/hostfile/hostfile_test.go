package hostfile

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRead(t *testing.T) {
	folder := t.TempDir()
	at := func(name string) string { return filepath.Join(folder, name) }
	for name, size := range map[string]int{"empty": 0, "small": 5, "full": 3 << 20, "large": 3<<20 + 1} {
		if err := os.WriteFile(at(name), []byte(strings.Repeat("x", size)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name string
		size int
		says string
	}{
		{"empty", 0, ""},
		{"small", 5, ""},
		{"full", 3 << 20, ""},
		{"large", 0, `large" is larger than 3 MiB`},
		{".", 0, `" is a folder, not a file`},
		{"missing", 0, `missing" does not exist`},
		{filepath.Join("small", "below"), 0, `below" `},
	} {
		text, err := Read(t.Context(), at(tt.name), 3<<20)
		if (err == nil) != (tt.says == "") || len(text) != tt.size || err != nil && !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %d bytes, %v, want %d, %q", tt.name, len(text), err, tt.size, tt.says)
		}
	}
	if _, err := Read(t.Context(), at("missing"), 1); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v is not fs.ErrNotExist", err)
	}
}

func TestReadEndsWithItsContext(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	why := errors.New("nobody wants it")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	if text, err := Read(ctx, path, 10); err != nil && !errors.Is(err, why) || err == nil && string(text) != "text" {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := read(ctx, path, 10); !errors.Is(err, why) {
		t.Errorf("%v, want %v", err, why)
	}
}

func TestWindowsDevices(t *testing.T) {
	for path, want := range map[string]bool{
		`CON`: true, `nul`: true, `C:\a\con`: true, `C:/a/nul.pem`: true, `aux .txt`: true, `NUL:`: true, `com1`: true, `LPT9.pem`: true, `COM¹`: true,
		`CONIN$`: true, `C:prn`: true, `\\.\pipe\x`: true, `\\.\C:`: true, `//./pipe/x`: true, `\\.\PhysicalDrive0`: true, `\\server\pipe\x`: true,
		`\\?\GLOBALROOT\Device\x`: true, `\\?\pipe\x`: true,
		`cert.pem`: false, `console.pem`: false, `C:\con\cert.pem`: false, `com10`: false, `com`: false, `lpt.pem`: false, `a.con`: false,
		`\\server\share\cert.pem`: false, `\\?\C:\cert.pem`: false, `\\?\UNC\server\share\x`: false, `\\.\C:\cert.pem`: false, ``: false,
	} {
		if got := isWindowsDevice(path); got != want {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
	}
}
