package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// module is the path of the Go module.
const module = "github.com/grpcline/grpcline"

// documents go into every archive and package, beside the worker.
var documents = []string{"LICENSE", "README.md", "README.ru.md"}

// file is the name of a release's file: of a target where there is one, and of a kind.
func (r *release) file(t *target, kind string) string {
	if t == nil {
		return fmt.Sprintf("grpcline_%s_%s", r.version, kind)
	}
	return fmt.Sprintf("grpcline_%s_%s_%s%s", r.version, t.os, t.arch, kind)
}

// archive is the name of a target's archive.
func (r *release) archive(t *target) string {
	if t.os == "windows" {
		return r.file(t, ".zip")
	}
	return r.file(t, ".tar.gz")
}

// archives packs the worker with the documents, for each target.
func (r *release) archives() error {
	for _, w := range r.workers {
		var entries []entry
		for _, name := range documents {
			e, err := fileEntry(filepath.Join(r.tree, name), name, 0o644)
			if err != nil {
				return err
			}
			entries = append(entries, e)
		}
		for _, path := range []string{w.path, w.windowless} {
			if path == "" {
				continue
			}
			e, err := fileEntry(path, filepath.Base(path), 0o755)
			if err != nil {
				return err
			}
			entries = append(entries, e)
		}
		write := writeTarGz
		if w.os == "windows" {
			write = writeZip
		}
		if err := r.pack(r.archive(&w.target), entries, write); err != nil {
			return err
		}
	}
	return nil
}

// source packs the module's source in the form in which a Go module proxy serves it
// (https://go.dev/ref/mod#zip-files): modules within the module are left out.
func (r *release) source() error {
	tracked, err := r.sourceFiles()
	if err != nil {
		return err
	}
	entries, err := treeEntries(r.tree, module+"@v"+r.version+"/", func(path string, d fs.DirEntry) bool {
		if !d.IsDir() {
			return !tracked(path)
		}
		if path == r.tree {
			return false
		}
		_, err := os.Stat(filepath.Join(path, "go.mod"))
		return err == nil || d.Name() == ".git" || d.Name() == "node_modules"
	})
	if err != nil {
		return err
	}
	return r.pack(r.file(nil, "source.zip"), entries, writeZip)
}

// sourceFiles tells which files belong to the source: those that git knows, or all
// where the tree is no repository.
func (r *release) sourceFiles() (func(path string) bool, error) {
	if _, err := os.Stat(filepath.Join(r.tree, ".git")); err != nil {
		return func(string) bool { return true }, nil
	}
	out, err := git(r.tree, "ls-files", "-z")
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for name := range bytes.SplitSeq(out, []byte{0}) {
		known[filepath.Join(r.tree, string(name))] = true
	}
	return func(path string) bool { return known[path] }, nil
}

// sboms lists the Go modules that each worker is made of, as CycloneDX. They are read
// from the worker itself, so they are those that were linked.
func (r *release) sboms() error {
	const tool = "github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0"
	for _, w := range r.workers {
		err := r.goTool(tool, "bin", "-json", "-std", "-noserial", "-notimestamp", "-version", "v"+r.version,
			"-output", filepath.Join(r.out, r.file(&w.target, ".cdx.json")), w.path)
		if err != nil {
			return err
		}
	}
	return nil
}

// linuxPackages makes a deb and an rpm for each architecture.
func (r *release) linuxPackages() error {
	const tool = "github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.2"
	template, err := os.ReadFile(filepath.Join(r.tree, "release", "nfpm.yaml"))
	if err != nil {
		return err
	}
	for _, w := range r.workers {
		if w.os != "linux" {
			continue
		}
		config := filepath.Join(r.stage, "nfpm-"+w.arch+".yaml")
		filled := strings.NewReplacer("$ARCH", w.arch, "$VERSION", r.version, "$WORKER", w.path, "$TREE", r.tree,
			"$TIME", r.time.Format("2006-01-02T15:04:05Z")).Replace(string(template))
		if err := os.WriteFile(config, []byte(filled), 0o644); err != nil {
			return err
		}
		for _, kind := range []string{"deb", "rpm"} {
			err := r.goTool(tool, "package", "--config", config, "--packager", kind,
				"--target", filepath.Join(r.out, r.file(&w.target, "."+kind)))
			if err != nil {
				return err
			}
		}
	}
	return nil
}
