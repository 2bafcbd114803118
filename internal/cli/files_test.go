package cli

import (
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// writeFile makes a file in a folder of the test's.
func writeFile(t *testing.T, folder, name, text string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

// listed are the names in a folder.
func listed(t *testing.T, folder string) string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}

func content(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestOutputAppearsWhenComplete under its name, over what was there.
func TestOutputAppearsWhenComplete(t *testing.T) {
	for _, test := range []struct {
		name     string
		before   string // what was there; empty for nothing
		complete bool
		want     string
	}{
		{"new", "", true, "answer"},
		{"over another", "old", true, "answer"},
		{"given up", "", false, ""},
		{"given up over another", "old", false, "old"},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder := t.TempDir()
			in := writeFile(t, folder, "in", "request", 0o600)
			out := filepath.Join(folder, "out")
			if test.before != "" {
				writeFile(t, folder, "out", test.before, 0o600)
			}
			f, err := openFiles(in, out)
			if err != nil {
				t.Fatal(err)
			}
			if text, err := io.ReadAll(f.in); err != nil || string(text) != "request" {
				t.Errorf("read %q, %v", text, err)
			}
			if _, err := io.WriteString(f.out, "answer"); err != nil {
				t.Fatal(err)
			}
			if text, err := os.ReadFile(out); test.before == "" && err == nil || string(text) != test.before {
				t.Errorf("before it is complete there is %q", text)
			}
			if err := f.close(test.complete); err != nil {
				t.Fatal(err)
			}
			if test.want == "" {
				if names := listed(t, folder); names != "in" {
					t.Errorf("left are %s", names)
				}
				return
			}
			if got := content(t, out); got != test.want {
				t.Errorf("the output is %q", got)
			}
			if names := listed(t, folder); names != "in out" {
				t.Errorf("left are %s", names)
			}
			if runtime.GOOS == "windows" {
				return // which has no such modes
			}
			if there, err := os.Stat(out); test.before != "" && (err != nil || there.Mode().Perm() != 0o600) {
				t.Errorf("the file was 0600, and is %v, %v", there.Mode(), err)
			}
		})
	}
}

// TestOutputOverALeftover of a worker that was killed.
func TestOutputOverALeftover(t *testing.T) {
	folder := t.TempDir()
	out := filepath.Join(folder, "out")
	first, err := openFiles("", out)
	if err != nil {
		t.Fatal(err)
	}
	first.part.Close() // killed: it neither completes nor removes it
	second, err := openFiles("", out)
	if err != nil {
		t.Fatalf("after a worker that was killed: %v", err)
	}
	if err := second.close(true); err != nil {
		t.Error(err)
	}
}

// TestOutputThroughALink writes where the link leads.
func TestOutputThroughALink(t *testing.T) {
	folder := t.TempDir()
	target := writeFile(t, folder, "target", "old", 0o644)
	link := filepath.Join(folder, "link")
	symlink(t, target, link)
	f, err := openFiles("", link)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(f.out, "new")
	if err := f.close(true); err != nil {
		t.Fatal(err)
	}
	if got := content(t, target); got != "new" {
		t.Errorf("the target is %q", got)
	}
	if there, err := os.Lstat(link); err != nil || there.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is %v, %v", there, err)
	}
}

// TestDeviceAsOutput is written to, not replaced.
func TestDeviceAsOutput(t *testing.T) {
	before, err := os.Stat(os.DevNull)
	if err != nil || before.Mode().IsRegular() {
		t.Skip("there is no such device")
	}
	f, err := openFiles("", os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(f.out, "x"); err != nil {
		t.Error(err)
	}
	if err := f.close(true); err != nil {
		t.Error(err)
	}
	if after, err := os.Stat(os.DevNull); err != nil || after.Mode() != before.Mode() {
		t.Errorf("it is %v, %v", after.Mode(), err)
	}
}

func TestOpenFilesErrors(t *testing.T) {
	folder := t.TempDir()
	in := writeFile(t, folder, "in", "", 0o600)
	readOnly := writeFile(t, folder, "read-only", "", 0o400)
	missing := filepath.Join(folder, "missing", "file")
	for _, test := range []struct{ name, in, out, says string }{
		{"no input", missing, "", "--in"},
		{"the same file", in, in, "input as well"},
		{"the same file in other words", in, filepath.Join(folder, ".", "in"), "input as well"},
		{"a missing folder", "", missing, "--out"},
		{"a folder", in, folder, "is a folder"},
		{"a file that may not be written", in, readOnly, "read-only"},
	} {
		if f, err := openFiles(test.in, test.out); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: got %+v, %v", test.name, f, err)
		}
	}
	if names := listed(t, folder); names != "in read-only" {
		t.Errorf("left are %s", names)
	}
}

func TestInputByALinkAsOutput(t *testing.T) {
	folder := t.TempDir()
	in, link := writeFile(t, folder, "in", "", 0o600), filepath.Join(folder, "link")
	symlink(t, in, link)
	if f, err := openFiles(in, link); err == nil || !strings.Contains(err.Error(), "input as well") {
		t.Errorf("got %+v, %v", f, err)
	}
}

// symlink makes a symbolic link, or skips the test where the system does not: Windows
// may forbid it, and Wine says that it did and did not.
func symlink(t *testing.T, target, link string) {
	t.Helper()
	err := os.Symlink(target, link)
	if err == nil {
		_, err = os.ReadFile(link)
	}
	if there, statErr := os.Lstat(link); err == nil && (statErr != nil || there.Mode()&os.ModeSymlink == 0) {
		err = fs.ErrInvalid
	}
	if err != nil {
		t.Skip("no symbolic links:", err)
	}
}

func TestStandardFiles(t *testing.T) {
	f, err := openFiles("", "")
	if err != nil || f.in != os.Stdin || f.out != os.Stdout {
		t.Errorf("got %+v, %v", f, err)
	}
	if err := f.close(true); err != nil {
		t.Error(err)
	}
	if _, err := os.Stdout.Stat(); err != nil {
		t.Errorf("standard output was closed: %v", err)
	}
}

// TestLogFile appends at its level.
func TestLogFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	for _, text := range []string{"first", "second"} {
		log, done, err := (&common{logFile: path, logLevel: logLevel(slog.LevelWarn)}).openLog()
		if err != nil {
			t.Fatal(err)
		}
		log.Info("quiet")
		log.Warn(text)
		done()
	}
	got := content(t, path)
	if !strings.Contains(got, "first") || !strings.Contains(got, "second") || strings.Contains(got, "quiet") {
		t.Errorf("the log is %s", got)
	}
	if _, _, err := (&common{logFile: filepath.Join(t.TempDir(), "missing", "log")}).openLog(); err == nil || !strings.Contains(err.Error(), "--log-file") {
		t.Errorf("a missing folder: %v", err)
	}
}
