package cli

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/windows"
)

// hold opens a file so that nobody may rename or remove it, as a virus scanner or a
// spreadsheet does. release lets it go.
func hold(t *testing.T, path string) (release func()) {
	t.Helper()
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		t.Fatal(err)
	}
	handle, err := windows.CreateFile(name, windows.GENERIC_READ, windows.FILE_SHARE_READ, nil, windows.OPEN_EXISTING, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	return func() { windows.CloseHandle(handle) }
}

// TestOutputInUse waits for another program to close the old output; if it does not,
// the answers are kept and their file is named.
func TestOutputInUse(t *testing.T) {
	for _, test := range []struct {
		name   string
		freeAt time.Duration // 0 for never
	}{{"for a moment", 300 * time.Millisecond}, {"for long", 0}} {
		t.Run(test.name, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "Папка с пробелом")
			if err := os.Mkdir(folder, 0o700); err != nil {
				t.Fatal(err)
			}
			out := writeFile(t, folder, "ответы.json", "old", 0o600)
			f, err := openFiles("", out)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(f.out, "answer"); err != nil {
				t.Fatal(err)
			}
			release := hold(t, out)
			if test.freeAt > 0 {
				time.AfterFunc(test.freeAt, release)
				if err := f.close(true); err != nil || content(t, out) != "answer" {
					t.Errorf("%v, and the output is %q", err, content(t, out))
				}
				return
			}
			defer release()
			err = f.close(true)
			if part := f.part.Name(); err == nil || !strings.Contains(err.Error(), part) || content(t, part) != "answer" {
				t.Errorf("the part is %s, and the error %v", part, err)
			}
			if !errors.Is(err, windows.ERROR_SHARING_VIOLATION) && !errors.Is(err, windows.ERROR_ACCESS_DENIED) {
				t.Errorf("the cause is not told: %v", err)
			}
		})
	}
}
