package schema

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/grpcline/grpcline/internal/hostfile"
	"github.com/grpcline/grpcline/internal/quote"
)

// maxFileBytes bounds a schema or a descriptor set that is read from disk.
const maxFileBytes = 64 << 20

// addGiven reads the given schemas.
func (t *texts) addGiven(ctx context.Context, p *Protos) error {
	for _, s := range p.files {
		s.name = strings.ReplaceAll(s.name, `\`, "/")
		if err := t.addSource(ctx, s); err != nil {
			return err
		}
	}
	if len(p.files) == 1 && p.form != named && len(t.files) > 0 {
		if _, taken := t.byName[loneName]; !taken {
			t.byName[loneName] = 0
		}
	}
	return nil
}

// addSource reads a given schema, or all those in a folder.
func (t *texts) addSource(ctx context.Context, s namedSource) error {
	what := "the schema"
	if s.name != "" {
		what += " " + s.name
	}
	switch {
	case s.source.Text != nil:
		return t.add(t.free(s.name), *s.source.Text, origin{})
	case s.source.URL != nil:
		at, err := url.Parse(*s.source.URL)
		text := ""
		if err == nil {
			text, err = fetch(ctx, *s.source.URL)
		} else {
			err = errors.New("is not a URL with a host")
		}
		if err != nil {
			return &SourceError{"proto", fmt.Sprintf("%s: %s %s", what, shownURL(*s.source.URL), err), err}
		}
		name := s.name
		if name == "" {
			name = t.free(nameOfURL(at))
		}
		return t.add(name, text, origin{url: at, name: name})
	}
	given := *s.source.File
	found, text, err := readPath(ctx, given, t.importPaths)
	switch {
	case err == nil:
		name := s.name
		if name == "" {
			name = t.freeOr(nameOf(found, given, t.importPaths), filepath.ToSlash(given))
		}
		return t.add(name, text, origin{path: found, name: name})
	case errors.Is(err, hostfile.ErrFolder) && s.name == "":
		return t.addFolder(ctx, found)
	case errors.Is(err, hostfile.ErrFolder):
		return &SourceError{"proto", fmt.Sprintf("%s: %s; a folder is given alone or in a list, as its files have names of their own", what, err), err}
	case !isThere(err):
		hint := ""
		if s.source.toldApart {
			hint = "; a schema that is not a path has a line break, a semicolon or a brace in it"
		}
		return &SourceError{"proto", fmt.Sprintf("%s: there is no file %s%s%s", what, quote.Path(given), lookedIn(given, t.importPaths), hint), err}
	}
	return &SourceError{"proto", fmt.Sprintf("%s: %s", what, err), err}
}

// addFolder reads all .proto files below a folder, named from it.
func (t *texts) addFolder(ctx context.Context, folder string) error {
	names, err := hostfile.List(ctx, folder, ".proto")
	if err == nil && len(names) == 0 {
		err = fmt.Errorf("the folder %s has no .proto files", quote.Path(folder))
	}
	if err != nil {
		return &SourceError{"proto", "the schema: " + err.Error(), err}
	}
	for _, name := range names {
		at := origin{path: filepath.Join(folder, filepath.FromSlash(name)), name: name}
		text, err := at.read(ctx)
		if err == nil {
			err = t.add(t.freeOr(name, filepath.ToSlash(at.path)), text, at)
		}
		if err != nil {
			return &SourceError{"proto", "the schema: " + err.Error(), err}
		}
	}
	return nil
}

// free is a name that no file has: the wanted one, or main.proto, main2.proto, ….
func (t *texts) free(wanted string) string {
	if wanted == "" {
		wanted = loneName
	}
	name := wanted
	for n := 2; ; n++ {
		if _, taken := t.byName[name]; !taken {
			return name
		}
		name = fmt.Sprintf("%s%d.proto", strings.TrimSuffix(wanted, ".proto"), n)
	}
}

// freeOr is the wanted name, or the other if a file of another place has that one.
func (t *texts) freeOr(wanted, other string) string {
	if _, taken := t.byName[wanted]; !taken {
		return wanted
	}
	return t.free(strings.TrimPrefix(path.Clean(other), "/"))
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
		if isThere(err) {
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
