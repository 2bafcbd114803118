package schema

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/bufbuild/protocompile/parser/fastscan"
	"google.golang.org/protobuf/types/descriptorpb"
)

// texts are the sources of one compile: the given ones first, then what they
// import from disk, each file name once.
type texts struct {
	files   []sourceFile
	byName  map[string]int  // index into files
	given   int             // how many of files were given
	missing map[string]bool // names of imports that were found nowhere
	set     []*descriptorpb.FileDescriptorProto
	setText string // what set was read from
}

// gather reads everything that g names, and what that imports. An import is
// looked for among the given names, in the folder of the file that imports it,
// in the import paths, in the descriptor set, and among the bundled files.
func gather(ctx context.Context, g Given) (*texts, error) {
	t := &texts{byName: map[string]int{}, missing: map[string]bool{}}
	if g.DescriptorSet != nil {
		var err error
		if t.setText, t.set, err = g.DescriptorSet.read(ctx, g.ImportPaths); err != nil {
			return nil, err
		}
	}
	if g.Proto != nil {
		for _, s := range g.Proto.files {
			f, err := s.read(ctx, g.ImportPaths)
			if err != nil {
				return nil, err
			}
			t.add(f)
		}
	}
	t.given = len(t.files)
	for i := 0; i < len(t.files); i++ {
		// Syntax errors are the parser's to report; what could be scanned counts.
		scanned, _ := fastscan.Scan(t.files[i].name, strings.NewReader(t.files[i].text))
		for _, imported := range scanned.Imports {
			if err := t.resolve(ctx, imported.Path, t.files[i].folder, g.ImportPaths); err != nil {
				return nil, err
			}
		}
	}
	return t, nil
}

func (t *texts) add(f sourceFile) {
	f.text = strings.TrimPrefix(f.text, "\ufeff")
	t.byName[f.name] = len(t.files)
	t.files = append(t.files, f)
}

// resolve finds an imported file, reading it where it is on disk.
func (t *texts) resolve(ctx context.Context, name, importersFolder string, importPaths []string) error {
	if _, known := t.byName[name]; known || t.missing[name] {
		return nil
	}
	folders := importPaths
	if importersFolder != "" {
		folders = append([]string{importersFolder}, importPaths...)
	}
	for _, folder := range folders {
		path := filepath.Join(folder, filepath.FromSlash(name))
		text, err := readFile(ctx, path)
		if err == nil {
			t.add(sourceFile{name, text, filepath.Dir(path)})
			return nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return &SourceError{"proto", fmt.Sprintf("the import %q: %s", name, err), err}
		}
	}
	for _, f := range t.set {
		if f.GetName() == name {
			return nil
		}
	}
	if _, ok := bundledFile(name); !ok {
		t.missing[name] = true
	}
	return nil
}

// key is equal where the compiled result is.
func (t *texts) key() [sha256.Size]byte {
	h := sha256.New()
	fmt.Fprintf(h, "%d %d\n", t.given, len(t.setText))
	io.WriteString(h, t.setText)
	for _, f := range t.files {
		fmt.Fprintf(h, "%q %d\n", f.name, len(f.text))
		io.WriteString(h, f.text)
	}
	return [sha256.Size]byte(h.Sum(nil))
}
