package schema

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/bufbuild/protocompile"
	"github.com/bufbuild/protocompile/ast"
	"github.com/bufbuild/protocompile/parser"
	"github.com/bufbuild/protocompile/reporter"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/grpcline/grpcline/internal/quote"
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
	warned   bool // something was reported that is no error
	reporter reporter.Reporter
}

// maxDiagnostics is how many errors are told; the compiler stops at them.
const maxDiagnostics = 100

var errEnough = errors.New("there are errors enough")

// compile links the texts. Its error is a *CompileError, or ctx's.
func compile(ctx context.Context, t *texts, set *protoregistry.Files) (*Files, error) {
	c := &compilation{texts: t, set: set, trees: map[string]*ast.FileNode{}, parsed: map[string]parser.Result{}, left: map[string]bool{}}
	c.reporter = reporter.NewReporter(func(e reporter.ErrorWithPos) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if c.isOnlyWarning(e) {
			return nil
		}
		if c.report(e); len(c.found) >= maxDiagnostics {
			return errEnough
		}
		return nil
	}, nil)
	for _, f := range t.files {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if len(c.found) >= maxDiagnostics {
			c.left[f.name] = true
			continue
		}
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
	if len(c.found) >= maxDiagnostics {
		names = nil
	}
	linked, err := compiler.Compile(ctx, names...)
	if c.warned && len(c.found) == 0 && ctx.Err() == nil {
		linked, err = c.relink(ctx, names)
	}
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
	c.found = append(c.found, c.diagnostic(at, placeInText.ReplaceAllStringFunc(e.Unwrap().Error(), c.inFile)))
}

// diagnostic puts a message on a place in a text as the compiler has it.
func (c *compilation) diagnostic(at ast.SourcePos, message string) Diagnostic {
	line, column := at.Line, at.Col
	if f := c.file(at.Filename); f != nil {
		line, column = f.place(line, column)
	}
	return Diagnostic{at.Filename, line, column, message}
}

// file is a source with a text, by its name.
func (c *compilation) file(name string) *sourceFile {
	if i, ok := c.texts.byName[name]; ok && c.texts.files[i].prepared != nil {
		return &c.texts.files[i]
	}
	return nil
}

// placeInText is a place in a message of the compiler's, such as that of another
// definition.
var placeInText = regexp.MustCompile(`[^\s":]+:\d+:\d+`)

// inFile is the same place in the file.
func (c *compilation) inFile(place string) string {
	parts := strings.Split(place, ":")
	line, errLine := strconv.Atoi(parts[1])
	column, errColumn := strconv.Atoi(parts[2])
	f := c.file(parts[0])
	if f == nil || errLine != nil || errColumn != nil {
		return place
	}
	line, column = f.place(line, column)
	return fmt.Sprintf("%s:%d:%d", parts[0], line, column)
}

// parse reports what is wrong with a file by itself. Where its syntax is right it
// is linked all the same, so that wrong types are reported beside, say, a number
// that is used twice.
func (c *compilation) parse(f sourceFile) {
	if f.wrong != nil {
		c.found = append(c.found, *f.wrong)
		c.left[f.name] = true
		return
	}
	tree, err := parser.Parse(f.name, strings.NewReader(f.text), reporter.NewHandler(c.reporter))
	c.trees[f.name] = tree
	if err != nil {
		c.left[f.name] = true
		return
	}
	unmask(tree, f.masked)
	parsed, _ := parser.ResultFromAST(tree, true, reporter.NewHandler(c.reporter))
	for i, imported := range parsed.FileDescriptorProto().GetDependency() {
		parsed.FileDescriptorProto().Dependency[i] = c.texts.canonical(imported)
	}
	c.parsed[f.name] = parsed
}

// unmask gives the parts of methods' types their names back.
func unmask(tree *ast.FileNode, masked []int) {
	if len(masked) == 0 {
		return
	}
	fix := func(t *ast.RPCTypeNode) {
		name, ok := t.MessageType.(*ast.CompoundIdentNode)
		if !ok {
			return
		}
		for _, part := range name.Components {
			if _, ok := slices.BinarySearch(masked, tree.NodeInfo(part).Start().Offset); ok && part.Val == mask {
				part.Val = "stream"
			}
		}
		parts := make([]string, len(name.Components))
		for i, part := range name.Components {
			parts[i] = part.Val
		}
		dot := strings.Repeat(".", len(name.Val)-len(strings.TrimPrefix(name.Val, ".")))
		name.Val = dot + strings.Join(parts, ".")
	}
	for _, decl := range tree.Decls {
		service, ok := decl.(*ast.ServiceNode)
		if !ok {
			continue
		}
		for _, element := range service.Decls {
			if rpc, ok := element.(*ast.RPCNode); ok {
				fix(rpc.Input)
				fix(rpc.Output)
			}
		}
	}
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
	c.found = append(c.found, c.diagnostic(c.trees[file].NodeInfo(i.Name).Start(), message))
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
			if len(c.found) >= maxDiagnostics {
				return
			}
			name := i.Name.AsString()
			if looked, missing := c.texts.missing[name]; missing {
				others := slices.DeleteFunc(slices.Clone(known), func(k string) bool { return k == f.name })
				c.reportImport(f.name, i, fmt.Sprintf("the import %s is not given%s%s", quote.Path(name), nor(looked), nearestFile(name, others)))
			}
		}
	}
}

// nor says where else something was looked for.
func nor(places []string) string {
	if len(places) == 0 {
		return ""
	}
	return ", nor is there " + strings.Join(places, " or ")
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
			imported := c.texts.canonical(i.Name.AsString())
			switch state[imported] {
			case entered:
				if c.left[name] = true; len(c.found) < maxDiagnostics {
					cycle := append(slices.Clone(path[slices.Index(path, imported):]), imported)
					c.reportImport(name, i, "the files import each other: "+strings.Join(cycle, " → "))
				}
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
