package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/grpcline/grpcline/internal/version"
)

// made is a release that release/build made of this tree, in the folder that
// GRPCLINE_RELEASE names. Making one takes minutes, so .ci/run does it once, for
// all tests in this and other folders.
func made(t *testing.T) *release {
	t.Helper()
	folder := os.Getenv("GRPCLINE_RELEASE")
	if folder == "" {
		t.Skip("GRPCLINE_RELEASE names no folder that release/build made")
	}
	return &release{version: version.Number, out: folder}
}

// unpacked are the files of an archive by name.
func unpacked(t *testing.T, path string) map[string]entry {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]entry{}
	if filepath.Ext(path) != ".gz" && filepath.Ext(path) != ".tgz" {
		archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		for _, f := range archive.File {
			opened, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(opened)
			if err != nil {
				t.Fatal(err)
			}
			files[f.Name] = entry{f.Name, text, f.Mode()}
		}
		return files
	}
	plain, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	archive := tar.NewReader(plain)
	for {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		files[h.Name] = entry{h.Name, text, os.FileMode(h.Mode)}
	}
}

// here is the target that this machine is.
func here(t *testing.T) *target {
	t.Helper()
	us := target{runtime.GOOS, runtime.GOARCH}
	if !slices.Contains(targets, us) {
		t.Skip("no release is made for this system")
	}
	return &us
}

// runs checks that a program is the worker of this version.
func runs(t *testing.T, path string) {
	t.Helper()
	out, err := exec.Command(path, "--version").CombinedOutput()
	if err != nil || strings.TrimSpace(string(out)) != "grpcline "+version.Number {
		t.Errorf("%s --version says %q, %v", path, out, err)
	}
}

// put writes a program into a folder of the test's.
func put(t *testing.T, e entry) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), filepath.Base(e.name))
	if err := os.WriteFile(path, e.data, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestArchives(t *testing.T) {
	r := made(t)
	for _, on := range targets {
		files := unpacked(t, filepath.Join(r.out, r.archive(&on)))
		want := append([]string{on.program()}, documents...)
		if on.os == "windows" {
			want = append(want, windowlessProgram)
		}
		for _, name := range want {
			if len(files[name].data) == 0 {
				t.Errorf("%s/%s: there is no %s", on.os, on.arch, name)
			}
		}
		if len(files) != len(want) {
			t.Errorf("%s/%s: there is more than %v", on.os, on.arch, want)
		}
		if mode := files[on.program()].mode.Perm(); mode != 0o755 {
			t.Errorf("%s/%s: the worker's mode is %v", on.os, on.arch, mode)
		}
	}
	us := here(t)
	runs(t, put(t, unpacked(t, filepath.Join(r.out, r.archive(us)))[us.program()]))
}

// TestWindowsSubsystems tells the program with a console from the one without.
func TestWindowsSubsystems(t *testing.T) {
	r := made(t)
	for _, on := range targets {
		if on.os != "windows" {
			continue
		}
		files := unpacked(t, filepath.Join(r.out, r.archive(&on)))
		for name, want := range map[string]byte{"grpcline.exe": 3, windowlessProgram: 2} { // IMAGE_SUBSYSTEM_WINDOWS_CUI and _GUI
			data := files[name].data
			header := int(data[0x3c]) | int(data[0x3d])<<8
			if got := data[header+4+20+68]; got != want {
				t.Errorf("%s for %s is of subsystem %d, not %d", name, on.arch, got, want)
			}
		}
	}
}

func TestChecksums(t *testing.T) {
	r := made(t)
	text, err := os.ReadFile(filepath.Join(r.out, r.file(nil, "checksums.txt")))
	if err != nil {
		t.Fatal(err)
	}
	sums, err := r.checksums()
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		listed[name] = true
		if sums[name] != sum {
			t.Errorf("%s has the sum %s, not %s", name, sums[name], sum)
		}
	}
	for name := range sums {
		if !listed[name] && name != r.file(nil, "checksums.txt") && name != "grpcline.rb" && name != "grpcline.json" {
			t.Errorf("%s has no checksum", name)
		}
	}
}

// TestCatalogues name archives that are there, by their checksums.
func TestCatalogues(t *testing.T) {
	r := made(t)
	sums, err := r.checksums()
	if err != nil {
		t.Fatal(err)
	}
	for name, archives := range map[string]int{"grpcline.rb": 4, "grpcline.json": 2} {
		text, err := os.ReadFile(filepath.Join(r.out, name))
		if err != nil {
			t.Fatal(err)
		}
		pairs := regexp.MustCompile(`(?s)url"?:? "[^"]*/download/v([^/"]*)/([^"]*)".*?"([0-9a-f]{64})"`).FindAllSubmatch(text, -1)
		if len(pairs) != archives {
			t.Errorf("%s names %d archives", name, len(pairs))
		}
		for _, pair := range pairs {
			if string(pair[1]) != version.Number || sums[string(pair[2])] != string(pair[3]) {
				t.Errorf("%s has %s of %s with the sum %s", name, pair[2], pair[1], pair[3])
			}
		}
	}
	var manifest struct{ Version string }
	text, err := os.ReadFile(filepath.Join(r.out, "grpcline.json"))
	if err == nil {
		err = json.Unmarshal(text, &manifest)
	}
	if err != nil || manifest.Version != version.Number {
		t.Errorf("the manifest is of %q, %v", manifest.Version, err)
	}
}

// TestSBOMs list what go.mod requires.
func TestSBOMs(t *testing.T) {
	r := made(t)
	for _, on := range targets {
		var bom struct {
			Metadata struct {
				Component struct{ Name, Version string }
			}
			Components []struct{ Name, Version string }
		}
		text, err := os.ReadFile(filepath.Join(r.out, r.file(&on, ".cdx.json")))
		if err == nil {
			err = json.Unmarshal(text, &bom)
		}
		if err != nil {
			t.Fatal(err)
		}
		if c := bom.Metadata.Component; c.Name != module || c.Version != "v"+version.Number {
			t.Errorf("%s/%s: it is of %s %s", on.os, on.arch, c.Name, c.Version)
		}
		names := map[string]bool{}
		for _, c := range bom.Components {
			names[c.Name] = c.Version != ""
		}
		for _, name := range []string{"std", "google.golang.org/grpc", "google.golang.org/protobuf", "github.com/bufbuild/protocompile"} {
			if !names[name] {
				t.Errorf("%s/%s: there is no %s", on.os, on.arch, name)
			}
		}
	}
}

// TestLinuxPackages unpacks both kinds by Debian's tools.
func TestLinuxPackages(t *testing.T) {
	r := made(t)
	us := here(t)
	if us.os != "linux" {
		t.Skip("this is no Linux")
	}
	for kind, unpack := range map[string]string{
		"deb": `dpkg-deb -x "$1" .`,
		"rpm": `rpm2cpio "$1" | cpio -idm --quiet --no-absolute-filenames`,
	} {
		folder := t.TempDir()
		command := exec.Command("sh", "-euc", unpack, "sh", filepath.Join(r.out, r.file(us, "."+kind)))
		command.Dir = folder
		if out, err := command.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", kind, err, out)
			continue
		}
		runs(t, filepath.Join(folder, "usr/bin/grpcline"))
		if text, err := os.ReadFile(filepath.Join(folder, "usr/share/doc/grpcline/copyright")); err != nil || !strings.Contains(string(text), "MIT") {
			t.Errorf("%s: the licence is %q, %v", kind, text, err)
		}
	}
}

// TestGoInstall installs from a module proxy that serves the source archive and, for
// other modules, what is downloaded already.
func TestGoInstall(t *testing.T) {
	r := made(t)
	proxy := t.TempDir()
	served := filepath.Join(proxy, filepath.FromSlash(module), "@v")
	if err := os.MkdirAll(served, 0o755); err != nil {
		t.Fatal(err)
	}
	source := filepath.Join(r.out, r.file(nil, "source.zip"))
	archive, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	name := "v" + version.Number
	info := fmt.Sprintf(`{"Version":%q,"Time":"2026-01-01T00:00:00Z"}`, name)
	for file, data := range map[string][]byte{
		"list":         []byte(name + "\n"),
		name + ".info": []byte(info),
		name + ".mod":  unpacked(t, source)[module+"@"+name+"/go.mod"].data,
		name + ".zip":  archive,
	} {
		if err := os.WriteFile(filepath.Join(served, file), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	downloaded, err := exec.Command("go", "env", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	bin, cache := t.TempDir(), t.TempDir()
	env := append(os.Environ(), "GOBIN="+bin, "GOMODCACHE="+cache, "GOSUMDB=off", "GOFLAGS=-modcacherw -trimpath", "CGO_ENABLED=0",
		"GOPROXY=file://"+proxy+",file://"+filepath.Join(strings.TrimSpace(string(downloaded)), "cache", "download"))
	install := exec.Command("go", "install", module+"@"+name)
	install.Dir, install.Env = bin, env
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	runs(t, filepath.Join(bin, "grpcline"))
}
