// Package hostfile reads the files that a host names in its params. A path may
// lead anywhere: to a pipe that nobody writes to, a device without an end, a
// folder, a disk that does not answer. Read refuses what is no regular file, stops
// at a bound, and ends with its context.
package hostfile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/grpcline/grpcline/internal/quote"
)

// ErrFolder is what a path leads to that is a folder and not a file.
var ErrFolder = errors.New("a folder")

// piece is how many bytes are read between two looks at the context.
const piece = 1 << 20

// Read returns the contents of the regular file at path, which may have at most
// limit bytes. Its error is one sentence that begins with the quoted path; it is
// fs.ErrNotExist if there is no such file, ErrFolder if it is a folder,
// fs.ErrPermission if the file may not be read, and the cause of ctx if ctx ended
// first.
//
// A file system that does not answer holds the goroutine that asked it, which
// nothing can end. That goroutine is left behind when ctx ends; all it owns is the
// file.
func Read(ctx context.Context, path string, limit int64) ([]byte, error) {
	if isDevice(path) {
		return nil, notAFile(path, "a device")
	}
	type result struct {
		text []byte
		err  error
	}
	done := make(chan result, 1)
	go func() {
		text, err := read(ctx, path, limit)
		done <- result{text, err}
	}()
	select {
	case r := <-done:
		return r.text, r.err
	case <-ctx.Done():
		return nil, late(ctx, path)
	}
}

// read looks at the file before it opens it, because opening a device may already
// have an effect, and again after that, because the path may lead elsewhere by then.
func read(ctx context.Context, path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, absent(path, err)
	}
	if err := check(path, info, limit); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_RDONLY|withoutWaiting, 0)
	if err != nil {
		return nil, unreadable(path, err)
	}
	defer file.Close()
	if info, err = file.Stat(); err != nil {
		return nil, unreadable(path, err)
	}
	if err := check(path, info, limit); err != nil {
		return nil, err
	}
	text := make([]byte, 0, info.Size()+1)
	for {
		if ctx.Err() != nil {
			return nil, late(ctx, path)
		}
		if len(text) == cap(text) {
			text = append(text, 0)[:len(text)] // the file has grown
		}
		n, err := file.Read(text[len(text):min(cap(text), len(text)+piece)])
		text = text[:len(text)+n]
		switch {
		case int64(len(text)) > limit:
			return nil, tooLarge(path, limit)
		case errors.Is(err, io.EOF):
			return text, nil
		case err != nil:
			return nil, unreadable(path, err)
		}
	}
}

// check refuses what is no regular file of at most limit bytes.
func check(path string, info fs.FileInfo, limit int64) error {
	switch mode := info.Mode(); {
	case mode.IsDir():
		return &readError{notAFile(path, "a folder").Error(), ErrFolder}
	case mode&fs.ModeNamedPipe != 0:
		return notAFile(path, "a pipe")
	case mode&fs.ModeSocket != 0:
		return notAFile(path, "a socket")
	case mode&fs.ModeDevice != 0:
		return notAFile(path, "a device")
	case !mode.IsRegular():
		return notAFile(path, "something else")
	case info.Size() > limit:
		return tooLarge(path, limit)
	}
	return nil
}

// readError is an error of Read: a sentence, and what errors.Is may ask for.
type readError struct {
	message string
	kind    error // may be nil
}

func (e *readError) Error() string { return e.message }
func (e *readError) Unwrap() error { return e.kind }

func notAFile(path, what string) error {
	return &readError{fmt.Sprintf("%s is %s, not a file", quote.Path(path), what), nil}
}

func tooLarge(path string, limit int64) error {
	return &readError{fmt.Sprintf("%s is larger than %d MiB", quote.Path(path), limit>>20), nil}
}

// unreadable says what is wrong with a path without the name of a system call.
func unreadable(path string, err error) error {
	var cause *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &readError{fmt.Sprintf("%s does not exist", quote.Path(path)), fs.ErrNotExist}
	case errors.Is(err, fs.ErrPermission):
		return &readError{fmt.Sprintf("%s may not be read", quote.Path(path)), fs.ErrPermission}
	case errors.As(err, &cause):
		err = cause.Err
	}
	return &readError{fmt.Sprintf("%s cannot be read: %v", quote.Path(path), err), err}
}

// absent is the error of a path that stat does not know. One that cannot exist, as
// it is too long or lies below a file, is one that does not.
func absent(path string, err error) error {
	e := unreadable(path, err)
	if errors.Is(e, fs.ErrPermission) {
		return e
	}
	return &readError{e.Error(), fs.ErrNotExist}
}

// late is the error of a file that was not read before ctx ended.
func late(ctx context.Context, path string) error {
	return &readError{fmt.Sprintf("%s could not be read in time", quote.Path(path)), context.Cause(ctx)}
}
