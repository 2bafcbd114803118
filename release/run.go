package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// run runs a program in a folder. What it prints is shown only when it fails. The
// environment is ours with env added.
func run(folder string, env []string, name string, args ...string) ([]byte, error) {
	command := exec.Command(name, args...)
	command.Dir = folder
	command.Env = append(os.Environ(), env...)
	var failure strings.Builder
	command.Stderr = &failure
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w\n%s%s", name, strings.Join(args, " "), err, failure.String(), out)
	}
	return out, nil
}

// git asks the repository of a tree, whoever owns its files.
func git(tree string, args ...string) ([]byte, error) {
	return run(tree, nil, "git", append([]string{"-c", "safe.directory=*"}, args...)...)
}

// goTool runs a pinned tool from the module proxy. Built with these flags, the tool
// is the same file everywhere, which matters as an SBOM says its hash.
func (r *release) goTool(module string, args ...string) error {
	_, err := run(r.stage, []string{"CGO_ENABLED=0", "GOFLAGS=-trimpath", "SOURCE_DATE_EPOCH=" + r.epoch()},
		"go", append([]string{"run", module}, args...)...)
	return err
}

// epoch is the time of the release as reproducible builds give it to their tools.
func (r *release) epoch() string { return strconv.FormatInt(r.time.Unix(), 10) }

// sourceTime is SOURCE_DATE_EPOCH, else the time of the last commit, else, in a tree
// that is no repository, a day that archives of every kind can hold.
func sourceTime(tree string) (time.Time, error) {
	text := os.Getenv("SOURCE_DATE_EPOCH")
	if text == "" {
		if _, err := os.Stat(filepath.Join(tree, ".git")); err != nil {
			return time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), nil
		}
		out, err := git(tree, "log", "-1", "--format=%ct")
		if err != nil {
			return time.Time{}, err
		}
		text = strings.TrimSpace(string(out))
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("the time of the source: %w", err)
	}
	return time.Unix(seconds, 0).UTC(), nil
}
