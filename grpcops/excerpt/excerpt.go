// Package excerpt finds definitions in the text of a .proto file, and cuts them out
// with their comments. All functions are pure.
package excerpt

import (
	"fmt"
	"strings"

	"github.com/bufbuild/protocompile/ast"
	"github.com/bufbuild/protocompile/parser"
	"github.com/bufbuild/protocompile/reporter"
)

// Kind is what a Definition defines.
type Kind string

// The kinds.
const (
	Service   Kind = "service"
	Method    Kind = "method"
	Message   Kind = "message"
	Enum      Kind = "enum"
	EnumValue Kind = "enum value"
	Field     Kind = "field" // extensions too
	Oneof     Kind = "oneof"
)

// Definition is something with a name.
type Definition struct {
	Name string // in full, without a leading dot
	Kind Kind
	Text string // the source, comments included, without indentation and a last line feed
	// Types are the request and the response of a method, as the source names them.
	Types []string
}

// Inner tells whether the definition is a part of a type.
func (d *Definition) Inner() bool {
	return d.Kind == Field || d.Kind == EnumValue || d.Kind == Oneof
}

// Definitions are all definitions in the text of a file, in its order. The error is that
// of text that is no .proto source.
func Definitions(file, text string) (found []Definition, err error) {
	defer func() { // the parser fails so at some broken literals
		if r := recover(); r != nil {
			err = fmt.Errorf("%s: %v", file, r)
		}
	}()
	tree, err := parser.Parse(file, strings.NewReader(text), reporter.NewHandler(nil))
	if err != nil {
		return nil, err
	}
	f := &finder{tree: tree, text: text}
	for _, d := range tree.Decls {
		if p, ok := d.(*ast.PackageNode); ok {
			f.scope = []string{string(p.Name.AsIdentifier())}
		}
	}
	err = ast.Walk(tree, &ast.SimpleVisitor{}, ast.WithBefore(f.enter), ast.WithAfter(f.leave))
	return f.found, err
}

type finder struct {
	tree  *ast.FileNode
	text  string
	scope []string // the package and the definitions around
	found []Definition
}

// definition is what a node defines: its name, its kind, and whether names within it
// have its own before them.
func definition(n ast.Node) (name string, kind Kind, scopes bool) {
	switch n := n.(type) {
	case *ast.ServiceNode:
		return n.Name.Val, Service, true
	case *ast.RPCNode:
		return n.Name.Val, Method, false
	case *ast.MessageNode:
		return n.Name.Val, Message, true
	case *ast.GroupNode:
		return n.Name.Val, Message, true
	case *ast.EnumNode:
		return n.Name.Val, Enum, false // its values are named beside it
	case *ast.EnumValueNode:
		return n.Name.Val, EnumValue, false
	case *ast.FieldNode:
		return n.Name.Val, Field, false
	case *ast.MapFieldNode:
		return n.Name.Val, Field, false
	case *ast.OneofNode:
		return n.Name.Val, Oneof, false
	}
	return "", "", false
}

func (f *finder) enter(n ast.Node) error {
	name, kind, scopes := definition(n)
	if name == "" {
		return nil
	}
	full := strings.Join(append(f.scope[:len(f.scope):len(f.scope)], name), ".")
	d := Definition{Name: full, Kind: kind, Text: f.cut(n)}
	if m, ok := n.(*ast.RPCNode); ok {
		d.Types = []string{string(m.Input.MessageType.AsIdentifier()), string(m.Output.MessageType.AsIdentifier())}
	}
	f.found = append(f.found, d)
	if scopes {
		f.scope = append(f.scope, name)
	}
	return nil
}

func (f *finder) leave(n ast.Node) error {
	if name, _, scopes := definition(n); name != "" && scopes {
		f.scope = f.scope[:len(f.scope)-1]
	}
	return nil
}

// cut is the text of a node with the comments before it, and the one behind it on its
// last line.
func (f *finder) cut(n ast.Node) string {
	info := f.tree.NodeInfo(n)
	start, end := info.Start(), info.End().Offset+1
	before := info.LeadingComments()
	for i := before.Len() - 1; i >= 0 && before.Index(i).End().Line+1 >= start.Line; i-- {
		start = before.Index(i).Start()
	}
	behind := info.TrailingComments()
	for i := 0; i < behind.Len() && behind.Index(i).Start().Line == info.End().Line; i++ {
		end = behind.Index(i).End().Offset + 1
	}
	text := strings.TrimRight(f.text[start.Offset:min(end, len(f.text))], " \t\r\n")
	indentation := f.text[strings.LastIndexByte(f.text[:start.Offset], '\n')+1 : start.Offset]
	if strings.TrimSpace(indentation) != "" {
		return text
	}
	return strings.ReplaceAll(text, "\n"+indentation, "\n")
}
