package protosource

import (
	"slices"
	"strings"

	"github.com/bufbuild/protocompile/ast"
	"github.com/bufbuild/protocompile/parser"
	"github.com/bufbuild/protocompile/protoutil"
	"github.com/bufbuild/protocompile/reporter"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// mend puts into a text of protoprint what it leaves out:
//
//   - "optional" before an extension in proto3 that has it;
//   - "{}" behind a method that has options of which none is set;
//   - the full name of a method's type if the service has a method that is
//     called like the first part of the short one: the method would be meant.
//
// It takes out the spaces around the types of methods.
func mend(text string, f protoreflect.FileDescriptor) string {
	tree, err := parser.Parse(f.Path(), strings.NewReader(text), reporter.NewHandler(nil))
	if err != nil {
		return text
	}
	m := &mender{tree: tree}
	for _, decl := range tree.Decls {
		switch node := decl.(type) {
		case *ast.ServiceNode:
			if s := f.Services().ByName(protoreflect.Name(node.Name.Val)); s != nil {
				m.service(node, s)
			}
		case *ast.ExtendNode:
			m.extensions(node, f.Extensions(), f.Messages())
		case *ast.MessageNode:
			m.message(node.Name.Val, node.Decls, f.Messages())
		}
	}
	slices.SortFunc(m.edits, func(a, b edit) int { return b.at - a.at })
	for _, e := range m.edits { // from the end, so that the positions before it stay
		text = text[:e.at] + e.with + text[e.at+e.drop:]
	}
	return text
}

type mender struct {
	tree  *ast.FileNode
	edits []edit
}

// edit puts a text in the place of drop bytes.
type edit struct {
	at, drop int
	with     string
}

func (m *mender) replace(node ast.Node, with string) {
	info := m.tree.NodeInfo(node)
	m.edits = append(m.edits, edit{info.Start().Offset, len(info.RawText()), with})
}

// close takes out the space between two nodes that have nothing else between them.
func (m *mender) close(a, b ast.Node) {
	before, after := m.tree.NodeInfo(a), m.tree.NodeInfo(b)
	from := before.Start().Offset + len(before.RawText())
	if between := after.Start().Offset - from; between > 0 && after.LeadingComments().Len() == 0 && before.TrailingComments().Len() == 0 {
		m.edits = append(m.edits, edit{from, between, ""})
	}
}

func (m *mender) service(node *ast.ServiceNode, s protoreflect.ServiceDescriptor) {
	for _, decl := range node.Decls {
		rpc, ok := decl.(*ast.RPCNode)
		if !ok {
			continue
		}
		method := s.Methods().ByName(protoreflect.Name(rpc.Name.Val))
		if method == nil {
			continue
		}
		m.close(rpc.Name, rpc.Input.OpenParen)
		for _, side := range []*ast.RPCTypeNode{rpc.Input, rpc.Output} {
			first := ast.Node(side.MessageType)
			if side.Stream != nil {
				first = side.Stream
			}
			m.close(side.OpenParen, first)
			m.close(side.MessageType, side.CloseParen)
		}
		m.methodType(rpc.Input, method.Input(), s)
		m.methodType(rpc.Output, method.Output(), s)
		if rpc.Semicolon != nil && method.Options().ProtoReflect().IsValid() {
			m.replace(rpc.Semicolon, "{}")
		}
	}
}

func (m *mender) methodType(node *ast.RPCTypeNode, means protoreflect.MessageDescriptor, s protoreflect.ServiceDescriptor) {
	first, _, _ := strings.Cut(string(node.MessageType.AsIdentifier()), ".")
	if s.Methods().ByName(protoreflect.Name(first)) != nil {
		m.replace(node.MessageType, "."+string(means.FullName()))
	}
}

func (m *mender) message(name string, decls []ast.MessageElement, among protoreflect.MessageDescriptors) {
	message := among.ByName(protoreflect.Name(name))
	if message == nil {
		return
	}
	for _, decl := range decls {
		switch node := decl.(type) {
		case *ast.ExtendNode:
			m.extensions(node, message.Extensions(), message.Messages())
		case *ast.MessageNode:
			m.message(node.Name.Val, node.Decls, message.Messages())
		case *ast.GroupNode:
			m.message(node.Name.Val, node.Decls, message.Messages())
		}
	}
}

// extensions mends an extend block in the place that has these extensions and messages.
func (m *mender) extensions(node *ast.ExtendNode, among protoreflect.ExtensionDescriptors, messages protoreflect.MessageDescriptors) {
	for _, decl := range node.Decls {
		switch field := decl.(type) {
		case *ast.FieldNode:
			x := among.ByName(protoreflect.Name(field.Name.Val))
			if x != nil && field.Label.KeywordNode == nil && protoutil.ProtoFromFieldDescriptor(x).GetProto3Optional() {
				m.edits = append(m.edits, edit{m.tree.NodeInfo(field.FldType).Start().Offset, 0, "optional "})
			}
		case *ast.GroupNode:
			m.message(field.Name.Val, field.Decls, messages)
		}
	}
}
