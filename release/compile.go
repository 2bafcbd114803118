package main

import (
	"path/filepath"
)

// target is a system that the worker is built for.
type target struct {
	os, arch string // in Go's words
}

var targets = []target{
	{"linux", "amd64"}, {"linux", "arm64"},
	{"darwin", "amd64"}, {"darwin", "arm64"},
	{"windows", "amd64"}, {"windows", "arm64"},
}

// worker is the worker as built for a target.
type worker struct {
	target
	path string
	// windowless is the same program for hosts with windows, on Windows, where a
	// console program would open a black window; else it is empty.
	windowless string
}

// program is the worker's file name.
func (t target) program() string {
	if t.os == "windows" {
		return "grpcline.exe"
	}
	return "grpcline"
}

// windowlessProgram is the file name of the worker that opens no console.
const windowlessProgram = "grpclinew.exe"

// compile builds the worker for all targets.
func (r *release) compile() error {
	for _, t := range targets {
		folder := filepath.Join(r.stage, "workers", t.os+"-"+t.arch)
		w := worker{target: t, path: filepath.Join(folder, t.program())}
		if err := r.link(t, w.path, "-s -w"); err != nil {
			return err
		}
		if t.os == "windows" {
			w.windowless = filepath.Join(folder, windowlessProgram)
			if err := r.link(t, w.windowless, "-s -w -H=windowsgui"); err != nil {
				return err
			}
		}
		r.workers = append(r.workers, w)
	}
	return nil
}

// link builds the worker for a target. The compiler's work is shared by all that
// differ only in ldflags.
func (r *release) link(t target, path, ldflags string) error {
	_, err := run(r.tree, []string{"GOOS=" + t.os, "GOARCH=" + t.arch, "CGO_ENABLED=0", "GOFLAGS=-trimpath"},
		"go", "build", "-buildvcs=false", "-ldflags="+ldflags, "-o", path, ".")
	return err
}
