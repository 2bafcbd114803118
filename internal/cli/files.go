package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// files are what the worker reads and writes: standard input and output, or files
// in their place.
type files struct {
	in  *os.File
	out *os.File

	input  *os.File // nil for standard input
	part   *os.File // what becomes the output once it is complete; nil for none
	device *os.File // what is the output as it is; nil for none
	name   string   // of the output
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
		if f.device != nil {
			f.out = f.device
		}
	}
	return f, nil
}

// openOutput makes the file that will become the output, beside it. What is there
// and is no ordinary file, such as a device, is written to as it is.
func (f *files) openOutput() error {
	if target, err := filepath.EvalSymlinks(f.name); err == nil {
		f.name = target
	}
	there, err := os.Stat(f.name)
	mode := os.FileMode(0o666)
	switch {
	case err != nil:
	case there.IsDir():
		return fmt.Errorf("%s is a folder", f.name)
	case !there.Mode().IsRegular():
		f.device, err = os.OpenFile(f.name, os.O_WRONLY, 0)
		return err
	case there.Mode().Perm()&0o222 == 0:
		return fmt.Errorf("%s is read-only; make it writable, remove it, or name another file", f.name)
	default:
		mode = there.Mode().Perm()
		if f.input == nil {
			break
		}
		if from, err := f.input.Stat(); err == nil && os.SameFile(from, there) {
			return fmt.Errorf("%s is the input as well", f.name)
		}
	}
	f.part, err = createBeside(f.name, mode)
	var cause *fs.PathError
	if errors.As(err, &cause) {
		err = &fs.PathError{Op: "create", Path: f.name, Err: cause.Err} // the part's name would tell nobody anything
	}
	return err
}

// createBeside makes a hidden file in the folder of name. Unlike os.CreateTemp it
// leaves the mode of a new file to the umask.
func createBeside(name string, mode os.FileMode) (*os.File, error) {
	for {
		part := fmt.Sprintf(".%s.%08x.part", filepath.Base(name), rand.Uint32())
		f, err := os.OpenFile(filepath.Join(filepath.Dir(name), part), os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}

// close gives the output its name where it is complete, and removes it otherwise.
func (f *files) close(complete bool) error {
	if f.input != nil {
		f.input.Close() // was only read
	}
	var err error
	switch {
	case f.device != nil:
		err = f.device.Close()
	case f.part != nil:
		err = f.part.Close()
		if !complete || err != nil {
			os.Remove(f.part.Name())
			break
		}
		if err = rename(f.part.Name(), f.name); err != nil {
			// The calls were made, so their answers are kept.
			return fmt.Errorf("--out: the answers are all in %s, which cannot be renamed to %s, perhaps because another program has it open: %w",
				f.part.Name(), f.name, cause(err))
		}
	}
	if err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	return nil
}

// cause is what the system said, without the names of files.
func cause(err error) error {
	var link *os.LinkError
	if errors.As(err, &link) {
		return link.Err
	}
	return err
}
