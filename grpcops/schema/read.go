package schema

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/grpcline/grpcline/internal/hostfile"
)

// maxFileBytes bounds a schema or a descriptor set that is read from disk.
const maxFileBytes = 64 << 20

// sourceFile is the text of one schema.
type sourceFile struct {
	name   string // what an import calls it
	text   string
	folder string // where it lies on disk, empty where it does not
}

// read gets the text of a given schema.
func (s namedSource) read(ctx context.Context, importPaths []string) (sourceFile, error) {
	switch {
	case s.source.Text != nil:
		return sourceFile{name: s.name, text: *s.source.Text}, nil
	case s.source.URL != nil:
		text, err := fetch(ctx, *s.source.URL)
		if err != nil {
			return sourceFile{}, &SourceError{"proto", fmt.Sprintf("the schema %s: %s %s", s.name, shownURL(*s.source.URL), err), err}
		}
		return sourceFile{name: s.name, text: text}, nil
	}
	path, text, err := readPath(ctx, *s.source.File, importPaths)
	if errors.Is(err, fs.ErrNotExist) {
		hint := ""
		if s.source.toldApart {
			hint = "; a schema that is not a path has a line break, a semicolon or a brace in it"
		}
		return sourceFile{}, &SourceError{"proto", fmt.Sprintf("the schema %s: there is no file %q%s%s", s.name, *s.source.File, lookedIn(*s.source.File, importPaths), hint), err}
	}
	if err != nil {
		return sourceFile{}, &SourceError{"proto", fmt.Sprintf("the schema %s: %s", s.name, err), err}
	}
	return sourceFile{s.name, text, filepath.Dir(path)}, nil
}

// readPath reads a file; a relative path is looked for in the current folder,
// then in the import paths. It returns where the file was found.
func readPath(ctx context.Context, path string, importPaths []string) (found, text string, err error) {
	folders := []string{""}
	if !filepath.IsAbs(path) {
		folders = append(folders, importPaths...)
	}
	for _, folder := range folders {
		found = filepath.Join(folder, path)
		text, err = readFile(ctx, found)
		if !errors.Is(err, fs.ErrNotExist) {
			return found, text, err
		}
	}
	return "", "", err
}

// readFile reads a file of the host's.
func readFile(ctx context.Context, path string) (string, error) {
	text, err := hostfile.Read(ctx, path, maxFileBytes)
	return string(text), err
}

// lookedIn says where a relative path was looked for.
func lookedIn(path string, importPaths []string) string {
	if filepath.IsAbs(path) {
		return ""
	}
	here, err := os.Getwd()
	if err != nil {
		here = "the current folder"
	}
	if len(importPaths) == 0 {
		return " in " + here
	}
	return fmt.Sprintf(" in %s nor in %s", here, strings.Join(importPaths, ", "))
}
