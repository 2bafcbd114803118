package schema

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bufbuild/protocompile"
	"github.com/bufbuild/protocompile/ast"
	"github.com/bufbuild/protocompile/parser"
	"github.com/bufbuild/protocompile/reporter"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// compilation is one run of the compiler. Everything is parsed first, so that
// the errors of all files are reported at once; what has a syntax error, misses
// an import or is part of an import cycle is left out of linking.
type compilation struct {
	texts    *texts
	set      *protoregistry.Files     // of the descriptor set
	trees    map[string]*ast.FileNode // with what could be parsed where there are syntax errors
	parsed   map[string]parser.Result // of the files without
	left     map[string]bool          // files left out of linking
	found    []Diagnostic
	reporter reporter.Reporter
}

// compile links the texts. Its error is a *CompileError, or ctx's.
func compile(ctx context.Context, t *texts, set *protoregistry.Files) (*Files, error) {
	c := &compilation{texts: t, set: set, trees: map[string]*ast.FileNode{}, parsed: map[string]parser.Result{}, left: map[string]bool{}}
	c.reporter = reporter.NewReporter(func(e reporter.ErrorWithPos) error {
		c.report(e)
		return nil
	}, nil)
	for _, f := range t.files {
		c.parse(f)
	}
	c.checkImports()
	c.checkCycles()

	var names []string
	for _, f := range t.files {
		if !c.left[f.name] {
			names = append(names, f.name)
		}
	}
	compiler := protocompile.Compiler{
		Resolver:       protocompile.ResolverFunc(c.find),
		Reporter:       c.reporter,
		SourceInfoMode: protocompile.SourceInfoStandard,
	}
	linked, err := compiler.Compile(ctx, names...)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	var positioned reporter.ErrorWithPos
	if errors.As(err, &positioned) && len(c.found) == 0 {
		c.report(positioned)
	}
	if len(c.found) > 0 {
		c.explainTwins()
		for i, d := range c.found {
			c.found[i].Message += c.typeHint(d.Message)
		}
		return nil, newCompileError(c.found)
	}
	if err != nil {
		return nil, newCompileError([]Diagnostic{{File: t.files[0].name, Message: err.Error()}})
	}
	registry := &protoregistry.Files{}
	var services []string
	for _, f := range linked {
		register(registry, f)
		for i := range f.Services().Len() {
			services = append(services, string(f.Services().Get(i).FullName()))
		}
	}
	addKnownTypes(registry)
	files := newFiles(registry, services)
	files.paths = names
	return files, nil
}

// find is the compiler's view of the files.
func (c *compilation) find(name string) (protocompile.SearchResult, error) {
	if parsed, ok := c.parsed[name]; ok && !c.left[name] {
		return protocompile.SearchResult{ParseResult: parsed}, nil
	}
	if _, ok := c.texts.byName[name]; ok {
		return protocompile.SearchResult{}, protoregistry.NotFound
	}
	if f, err := c.set.FindFileByPath(name); err == nil {
		return protocompile.SearchResult{Desc: f}, nil
	}
	if f, ok := bundledFile(name); ok {
		return protocompile.SearchResult{Desc: f}, nil
	}
	return protocompile.SearchResult{}, protoregistry.NotFound
}

func (c *compilation) report(e reporter.ErrorWithPos) {
	at := e.GetPosition()
	c.found = append(c.found, Diagnostic{at.Filename, at.Line, at.Col, e.Unwrap().Error()})
}

// parse reports what is wrong with a file by itself. Where its syntax is right it
// is linked all the same, so that wrong types are reported beside, say, a number
// that is used twice.
func (c *compilation) parse(f sourceFile) {
	if d, ok := notUTF8(f); ok {
		c.found = append(c.found, d)
		c.left[f.name] = true
		return
	}
	tree, err := parser.Parse(f.name, strings.NewReader(f.text), reporter.NewHandler(c.reporter))
	c.trees[f.name] = tree
	if err != nil {
		c.left[f.name] = true
		return
	}
	c.parsed[f.name], _ = parser.ResultFromAST(tree, true, reporter.NewHandler(c.reporter))
}

// notUTF8 finds the first byte that is not UTF-8.
func notUTF8(f sourceFile) (Diagnostic, bool) {
	if utf8.ValidString(f.text) {
		return Diagnostic{}, false
	}
	message := "the file is not UTF-8"
	if strings.HasPrefix(f.text, "\xff\xfe") || strings.HasPrefix(f.text, "\xfe\xff") {
		message = "the file is UTF-16: save it as UTF-8"
	}
	valid := f.text[:len(f.text)-len(strings.TrimLeftFunc(f.text, func(r rune) bool { return r != utf8.RuneError }))]
	line := strings.Count(valid, "\n")
	column := utf8.RuneCountInString(valid[strings.LastIndexByte(valid, '\n')+1:])
	return Diagnostic{f.name, line + 1, column + 1, message}, true
}

// importsOf are the import statements of a parsed file.
func (c *compilation) importsOf(name string) []*ast.ImportNode {
	var imports []*ast.ImportNode
	if tree := c.trees[name]; tree != nil {
		for _, decl := range tree.Decls {
			if i, ok := decl.(*ast.ImportNode); ok {
				imports = append(imports, i)
			}
		}
	}
	return imports
}

// reportImport puts an error on an import statement and leaves its file out.
func (c *compilation) reportImport(file string, i *ast.ImportNode, message string) {
	at := c.trees[file].NodeInfo(i.Name).Start()
	c.found = append(c.found, Diagnostic{file, at.Line, at.Col, message})
	c.left[file] = true
}

// checkImports reports the imports that were found nowhere.
func (c *compilation) checkImports() {
	var known []string
	for _, f := range c.texts.files {
		known = append(known, f.name)
	}
	for _, f := range c.texts.files {
		for _, i := range c.importsOf(f.name) {
			if name := i.Name.AsString(); c.texts.missing[name] {
				others := slices.DeleteFunc(slices.Clone(known), func(k string) bool { return k == f.name })
				c.reportImport(f.name, i, fmt.Sprintf("the import %q is not given%s", name, nearestFile(name, others)))
			}
		}
	}
}

// checkCycles reports each import that closes a cycle.
func (c *compilation) checkCycles() {
	const entered, finished = 1, 2
	state := map[string]int{}
	var path []string
	var visit func(name string)
	visit = func(name string) {
		state[name] = entered
		path = append(path, name)
		for _, i := range c.importsOf(name) {
			imported := i.Name.AsString()
			switch state[imported] {
			case entered:
				cycle := append(slices.Clone(path[slices.Index(path, imported):]), imported)
				c.reportImport(name, i, "the files import each other: "+strings.Join(cycle, " → "))
			case 0:
				visit(imported)
			}
		}
		path = path[:len(path)-1]
		state[name] = finished
	}
	for _, f := range c.texts.files {
		if state[f.name] == 0 {
			visit(f.name)
		}
	}
}
