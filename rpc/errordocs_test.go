package rpc

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"

	"github.com/grpcline/grpcline/state"
)

// TestReasonsAreDocumented checks that each reason of package state is documented
// once, with the code it is told with.
func TestReasonsAreDocumented(t *testing.T) {
	var all []string
	for _, e := range errorDocs() {
		for _, word := range e.Reasons {
			all = append(all, word)
			if slices.Contains(declaredReasons(t), word) && codeOf(state.Reason(word)) != e.Code {
				t.Errorf("%s is documented with the code %d and told with %d", word, e.Code, codeOf(state.Reason(word)))
			}
		}
	}
	slices.Sort(all)
	if unique := slices.Compact(slices.Clone(all)); len(unique) != len(all) {
		t.Errorf("documented twice: %v", all)
	}
	for _, word := range declaredReasons(t) {
		if !slices.Contains(all, word) {
			t.Errorf("%s is not documented", word)
		}
	}
}

// declaredReasons reads the constants of type Reason from the source of state.
func declaredReasons(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../state/errors.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		kind, _ := spec.Type.(*ast.Ident)
		value, _ := spec.Values[0].(*ast.BasicLit)
		if kind != nil && kind.Name == "Reason" && value != nil {
			word, err := strconv.Unquote(value.Value)
			if err != nil {
				t.Fatal(err)
			}
			words = append(words, word)
		}
		return true
	})
	if len(words) == 0 {
		t.Fatal("state declares no reasons")
	}
	return words
}
