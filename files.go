package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
)

// files are what the worker reads and writes: standard input and output, or files
// in their place.
type files struct {
	in  io.Reader
	out io.Writer

	input *os.File // nil for standard input
	part  *os.File // what becomes the output once it is complete; nil for standard output
	name  string   // of the output
}

// openFiles opens what is named; an empty name is standard input or output.
func openFiles(in, out string) (*files, error) {
	f := &files{in: os.Stdin, out: os.Stdout, name: out}
	if in != "" {
		var err error
		if f.input, err = os.Open(in); err != nil {
			return nil, fmt.Errorf("--in: %w", err)
		}
		f.in = f.input
	}
	if out != "" {
		if err := f.openOutput(); err != nil {
			return nil, errors.Join(fmt.Errorf("--out: %w", err), f.close(false))
		}
		f.out = f.part
	}
	return f, nil
}

// openOutput makes the file that will become the output, beside it.
func (f *files) openOutput() error {
	there, err := os.Stat(f.name)
	switch {
	case err == nil && there.IsDir():
		return fmt.Errorf("%s is a folder", f.name)
	case err == nil && f.input != nil:
		if from, err := f.input.Stat(); err == nil && os.SameFile(from, there) {
			return fmt.Errorf("%s is the input as well", f.name)
		}
	}
	f.part, err = os.CreateTemp(filepath.Dir(f.name), "."+filepath.Base(f.name)+".*.part")
	return err
}

// close gives the output its name where it is complete, and removes it otherwise.
func (f *files) close(complete bool) error {
	if f.input != nil {
		f.input.Close() // was only read
	}
	if f.part == nil {
		return nil
	}
	err := f.part.Close()
	if complete && err == nil {
		if err = os.Chmod(f.part.Name(), 0o644); err == nil {
			err = os.Rename(f.part.Name(), f.name)
		}
	}
	if !complete || err != nil {
		os.Remove(f.part.Name())
	}
	if err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	return nil
}

// openLog makes the log, on standard error unless a file is named.
func openLog(file string, level slog.Level) (log *slog.Logger, closeLog func(), err error) {
	out, closeLog := io.Writer(os.Stderr), func() {}
	if file != "" {
		f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return nil, nil, fmt.Errorf("--log-file: %w", err)
		}
		out, closeLog = f, func() { f.Close() }
	}
	return slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: level})), closeLog, nil
}
