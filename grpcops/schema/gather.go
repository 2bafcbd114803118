package schema

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bufbuild/protocompile/parser/fastscan"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/grpcline/grpcline/internal/quote"
)

// texts are the sources of one compile: the given ones first, then what they
// import from disk and by URL, each place once.
type texts struct {
	importPaths []string
	files       []sourceFile
	byName      map[string]int      // index into files, by their names and other names for them
	byPlace     map[string]int      // likewise, by origin.key
	given       int                 // how many of files were given
	missing     map[string][]string // imports that were found nowhere → where they were looked for
	set         []*descriptorpb.FileDescriptorProto
	setText     string // what set was read from

	tokens  int
	fetched int
}

// sourceFile is the text of one schema.
type sourceFile struct {
	name string // what an import calls it
	from origin
	sum  [sha256.Size]byte // of the text
	size int

	*prepared             // nil if something is wrong
	wrong     *Diagnostic // with the text as such
}

// maxFetched is how many imports may be fetched by URL for one compile.
const maxFetched = 1000

// gather reads everything that g names, and what that imports. An import is
// looked for among the given names, in the import paths, beside the file that
// imports it and where that file's name counts from, in the descriptor set, and
// among the bundled files.
func gather(ctx context.Context, g Given) (*texts, error) {
	t := &texts{importPaths: g.ImportPaths, byName: map[string]int{}, byPlace: map[string]int{}, missing: map[string][]string{}}
	if g.DescriptorSet != nil {
		var err error
		if t.setText, t.set, err = g.DescriptorSet.read(ctx, g.ImportPaths); err != nil {
			return nil, err
		}
	}
	if g.Proto != nil {
		if err := t.addGiven(ctx, g.Proto); err != nil {
			return nil, err
		}
	}
	t.given = len(t.files)
	for i := 0; i < len(t.files); i++ {
		if t.files[i].prepared == nil {
			continue
		}
		// Syntax errors are the parser's to report; what could be scanned counts.
		scanned, _ := fastscan.Scan(t.files[i].name, strings.NewReader(t.files[i].text))
		for _, imported := range scanned.Imports {
			if err := t.resolve(ctx, imported.Path, t.files[i].from); err != nil {
				return nil, err
			}
		}
	}
	return t, nil
}

// add takes a file up, unless there is one of that place: then the name is another
// one for it.
func (t *texts) add(name, text string, from origin) error {
	if key := from.key(); key != "" {
		if i, known := t.byPlace[key]; known {
			t.byName[name] = i
			return nil
		}
		t.byPlace[key] = len(t.files)
	}
	text = strings.TrimPrefix(text, "\ufeff")
	f := sourceFile{name: name, from: from, sum: sha256.Sum256([]byte(text)), size: len(text)}
	if f.prepared, f.wrong = prepare(name, text); f.prepared != nil {
		if t.tokens += f.tokens; t.tokens > maxTokens {
			return &SourceError{"proto", fmt.Sprintf("the schema has more than %d tokens, which is more than is compiled at once; give a descriptor set in its place (protoc --include_imports --descriptor_set_out)", maxTokens), nil}
		}
	}
	t.byName[name] = len(t.files)
	t.files = append(t.files, f)
	return nil
}

// resolve finds an imported file.
func (t *texts) resolve(ctx context.Context, name string, importer origin) error {
	if _, known := t.byName[name]; known || t.missing[name] != nil {
		return nil
	}
	var places []origin
	for _, folder := range t.importPaths {
		places = append(places, origin{path: filepath.Join(folder, filepath.FromSlash(name)), name: name})
	}
	looked := []string{}
	for _, place := range append(places, importer.beside(name)...) {
		if _, known := t.byPlace[place.key()]; known {
			return t.add(name, "", place)
		}
		if place.url != nil {
			if t.fetched++; t.fetched > maxFetched {
				return &SourceError{"proto", fmt.Sprintf("the schema imports more than %d files by URL", maxFetched), nil}
			}
		}
		text, err := place.read(ctx)
		if err == nil {
			return t.add(name, text, place)
		}
		if isThere(err) {
			if place.url != nil {
				err = fmt.Errorf("%s %w", place, err)
			}
			return &SourceError{"proto", fmt.Sprintf("the import %s: %s", quote.Path(name), err), err}
		}
		looked = append(looked, place.String())
	}
	for _, f := range t.set {
		if f.GetName() == name {
			return nil
		}
	}
	if _, ok := bundledFile(name); !ok {
		t.missing[name] = looked
	}
	return nil
}

// canonical is the name that a file has which may be imported by another one.
func (t *texts) canonical(name string) string {
	if i, ok := t.byName[name]; ok {
		return t.files[i].name
	}
	return name
}

// key is equal where the compiled result is.
func (t *texts) key() [sha256.Size]byte {
	h := sha256.New()
	fmt.Fprintf(h, "%d %d\n", t.given, len(t.setText))
	io.WriteString(h, t.setText)
	for _, f := range t.files {
		fmt.Fprintf(h, "%q %x\n", f.name, f.sum)
	}
	for _, name := range slices.Sorted(maps.Keys(t.byName)) {
		fmt.Fprintf(h, "%q %d\n", name, t.byName[name])
	}
	return [sha256.Size]byte(h.Sum(nil))
}
