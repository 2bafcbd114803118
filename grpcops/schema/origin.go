package schema

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"path"
	"path/filepath"
	"strings"
)

// origin is where a file was found: on disk, behind a URL, or, if it is a text,
// nowhere. An import is looked for beside the file, and where the file's own name
// counts from: "a/b.proto" that was found as /x/a/b.proto may import "a/c.proto".
type origin struct {
	path string // of the file on disk
	url  *url.URL
	name string // of the file
}

// key is equal for the same place, "" for a text.
func (o origin) key() string {
	switch {
	case o.url != nil:
		return o.url.String()
	case o.path != "":
		if abs, err := filepath.Abs(o.path); err == nil {
			return abs
		}
	}
	return o.path
}

// beside are the places where an import of the file may be.
func (o origin) beside(name string) []origin {
	switch {
	case o.url != nil:
		places := []origin{{url: o.url.ResolveReference(&url.URL{Path: "./" + name}), name: name}}
		if root, ok := strings.CutSuffix(o.url.Path, o.name); ok && strings.Contains(o.name, "/") {
			places = append(places, origin{url: o.url.ResolveReference(&url.URL{Path: root + name}), name: name})
		}
		return places
	case o.path != "":
		folder := filepath.Dir(o.path)
		places := []origin{{path: filepath.Join(folder, filepath.FromSlash(name)), name: name}}
		if root, ok := strings.CutSuffix(filepath.ToSlash(o.path), o.name); ok && strings.Contains(o.name, "/") {
			places = append(places, origin{path: filepath.Join(filepath.FromSlash(root), filepath.FromSlash(name)), name: name})
		}
		return places
	}
	return nil
}

// read gets the text. The error is fs.ErrNotExist if there is none.
func (o origin) read(ctx context.Context) (string, error) {
	if o.url != nil {
		return fetch(ctx, o.url.String())
	}
	return readFile(ctx, o.path)
}

// String names the place for people.
func (o origin) String() string {
	if o.url != nil {
		return shownURL(o.url.String())
	}
	return o.path
}

// nameOf is the name under which protoc would know a file that was given by its
// path alone: from the import path that it lies under, else its own.
func nameOf(found, given string, importPaths []string) string {
	if !filepath.IsAbs(given) && path.Clean(filepath.ToSlash(found)) != path.Clean(filepath.ToSlash(given)) {
		return path.Clean(filepath.ToSlash(given)) // it was found in an import path
	}
	for _, folder := range importPaths {
		from, err := filepath.Abs(folder)
		to, errTo := filepath.Abs(found)
		if err != nil || errTo != nil {
			continue
		}
		if name, err := filepath.Rel(from, to); err == nil && !strings.HasPrefix(name, "..") {
			return filepath.ToSlash(name)
		}
	}
	return path.Base(filepath.ToSlash(found))
}

// nameOfURL is the last part of a URL's path, "" if that is no file's name.
func nameOfURL(u *url.URL) string {
	if name := path.Base(u.Path); strings.HasSuffix(name, ".proto") {
		return name
	}
	return ""
}

// isThere tells whether an error is another than that there is no such file.
func isThere(err error) bool { return !errors.Is(err, fs.ErrNotExist) }
