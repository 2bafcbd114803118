// Command release makes what a release consists of: see README.md.
//
//	release/build [VERSION [FOLDER]]
//
// Everything is derived from the source tree, the Go toolchain and the time of the
// last commit, so the same commit gives the same bytes in whatever folder it is.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/grpcline/grpcline/internal/version"
)

func main() {
	from := flag.String("folder", ".", "a relative FOLDER is below this `folder`")
	flag.Usage = func() { fmt.Fprintln(os.Stderr, "usage: release/build [VERSION [FOLDER]]") }
	flag.Parse()
	if flag.NArg() > 2 {
		flag.Usage()
		os.Exit(2)
	}
	number, out := version.Number, "dist"
	if flag.Arg(0) != "" {
		number = flag.Arg(0)
	}
	if flag.NArg() > 1 {
		out = flag.Arg(1)
	}
	if !filepath.IsAbs(out) {
		out = filepath.Join(*from, out)
	}
	if err := build(number, out); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

// release is one release while it is made. Its steps add files to out.
type release struct {
	version string
	time    time.Time // of everything that is packed
	tree    string    // the source tree
	out     string    // where the finished files go
	stage   string    // where they are put together; removed in the end
	workers []worker
}

// build makes the release in the folder out, which is emptied first.
func build(number, out string) (err error) {
	tree, err := os.Getwd()
	if err != nil {
		return err
	}
	if err := stamp(tree, number); err != nil {
		return err
	}
	r := &release{version: number, tree: tree, out: out}
	if r.time, err = sourceTime(tree); err != nil {
		return err
	}
	if r.stage, err = os.MkdirTemp("", "grpcline-release-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(r.stage)) }()
	if err := clear(out); err != nil {
		return err
	}
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"workers", r.compile},
		{"archives", r.archives},
		{"source", r.source},
		{"SBOMs", r.sboms},
		{"deb and rpm", r.linuxPackages},
		{"clients", r.clients},
		{"VS Code", r.vscode},
		{"npm", r.npm},
		{"OneScript", r.onescript},
		{"checksums, Homebrew and Scoop", r.catalogues},
	} {
		begun := time.Now()
		if err := step.do(); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
		fmt.Fprintf(os.Stderr, "%-30s %.1fs\n", step.name, time.Since(begun).Seconds())
	}
	return nil
}

// clear makes an empty folder. It refuses to empty one that holds anything but a
// release.
func clear(folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if len(entries) > 0 {
		if checksums, _ := filepath.Glob(filepath.Join(folder, "grpcline_*_checksums.txt")); len(checksums) == 0 {
			return fmt.Errorf("%s is not empty and no earlier release; give another FOLDER", folder)
		}
	}
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	return os.MkdirAll(folder, 0o755)
}
