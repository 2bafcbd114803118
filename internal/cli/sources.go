package cli

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/grpcline/grpcline/grpcops/excerpt"
	"github.com/grpcline/grpcline/internal/nearest"
)

// sources are a server's schema.
type sources struct {
	files map[string]string
	defs  []definition
}

// definition is one, and the file it stands in.
type definition struct {
	excerpt.Definition
	file string
}

// sources asks for the sources and finds what they define.
func (s *session) sources(ctx context.Context) (*sources, error) {
	e, err := s.proto(ctx, "")
	if err != nil {
		return nil, err
	}
	known := &sources{files: e.Files}
	for _, name := range slices.Sorted(maps.Keys(e.Files)) {
		defs, err := excerpt.Definitions(name, e.Files[name])
		if err != nil {
			return nil, fmt.Errorf("the source of %s is not understood: %w", name, err)
		}
		for _, d := range defs {
			known.defs = append(known.defs, definition{d, name})
		}
	}
	return known, nil
}

// source is what describe prints for a symbol, without a last line feed.
func (k *sources) source(symbol string) (string, error) {
	if symbol == "" {
		return k.services(), nil
	}
	if text, ok := k.files[symbol]; ok {
		return strings.TrimRight(text, "\n"), nil
	}
	d, err := k.find(symbol)
	if err != nil {
		return "", err
	}
	parts := []string{d.Text}
	for _, name := range d.Types {
		if of := k.typeNamed(name, d.Name); of != nil && !slices.Contains(parts, of.Text) {
			parts = append(parts, of.Text)
		}
	}
	return strings.Join(parts, "\n\n"), nil
}

// services are the sources of all services, by package.
func (k *sources) services() string {
	var parts []string
	last := ""
	for _, d := range k.defs {
		if d.Kind != excerpt.Service {
			continue
		}
		if in, _, ok := cutLast(d.Name); ok && in != last {
			parts = append(parts, "package "+in+";")
			last = in
		}
		parts = append(parts, d.Text)
	}
	return strings.Join(parts, "\n\n")
}

// cutLast cuts the last part off a full name.
func cutLast(name string) (scope, last string, ok bool) {
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 {
		return "", name, false
	}
	return name[:dot], name[dot+1:], true
}

// find looks for a definition by its full name, or by the last parts of it that no other
// has. A type or service counts before a field.
func (k *sources) find(symbol string) (*definition, error) {
	name := strings.ReplaceAll(strings.Trim(symbol, "/."), "/", ".")
	var found []*definition
	for i := range k.defs {
		switch d := &k.defs[i]; {
		case d.Name == name:
			return d, nil
		case strings.HasSuffix(d.Name, "."+name):
			found = append(found, d)
		}
	}
	if top := slices.DeleteFunc(slices.Clone(found), func(d *definition) bool { return d.Inner() }); len(top) > 0 {
		found = top
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		var names []string
		for _, d := range found {
			names = append(names, d.Name)
		}
		return nil, fmt.Errorf("%q is short for several: %s", symbol, strings.Join(names[:min(len(names), 10)], ", "))
	}
	return nil, fmt.Errorf("there is no %q in the schema%s", symbol, nearest.Hint(symbol, k.names()))
}

// names are the full names of all but fields, and the names of the files.
func (k *sources) names() []string {
	names := slices.Sorted(maps.Keys(k.files))
	for _, d := range k.defs {
		if !d.Inner() {
			names = append(names, d.Name)
		}
	}
	return names
}

// typeNamed finds the message that a name means within a scope: the innermost that fits.
func (k *sources) typeNamed(name, scope string) *definition {
	for full := strings.HasPrefix(name, "."); ; {
		candidate := strings.TrimPrefix(name, ".")
		if !full && scope != "" {
			candidate = scope + "." + name
		}
		for i := range k.defs {
			if k.defs[i].Name == candidate && k.defs[i].Kind == excerpt.Message {
				return &k.defs[i]
			}
		}
		if full || scope == "" {
			return nil
		}
		scope, _, _ = cutLast(scope)
	}
}
