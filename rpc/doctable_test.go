package rpc

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the tables of protocol.md")

const protocolFile = "../protocol.md"

// TestProtocolTables checks the tables of protocol.md against the declarations
// of the methods. "go generate ./rpc" rewrites them.
func TestProtocolTables(t *testing.T) {
	was, err := os.ReadFile(protocolFile)
	if err != nil {
		t.Fatal(err)
	}
	text := string(was)
	for _, table := range newTable(allMethods()).api().Tables() {
		start, end := "<!-- "+table.Name+" -->\n", "<!-- /"+table.Name+" -->"
		before, rest, found := strings.Cut(text, start)
		_, after, closed := strings.Cut(rest, end)
		if !found || !closed {
			t.Errorf("protocol.md has no place for %q: %s…%s", table.Name, start, end)
			continue
		}
		text = before + start + table.Text + end + after
	}
	switch {
	case text == string(was):
	case *update:
		if err := os.WriteFile(protocolFile, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		line := bytes.Count(was[:firstDifference(text, string(was))], []byte("\n")) + 1
		t.Errorf("protocol.md is stale from line %d on; run: go generate ./rpc", line)
	}
}

func firstDifference(a, b string) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

// TestEveryMemberIsDocumented looks for members of params, results and errors
// that say nothing of themselves.
func TestEveryMemberIsDocumented(t *testing.T) {
	table := newTable(allMethods())
	for _, name := range table.api().Undocumented() {
		t.Errorf("%s has no doc tag", name)
	}
	for _, m := range table.methods {
		if !strings.HasSuffix(m.Summary, ".") {
			t.Errorf("the summary of %s is no sentence: %q", m.Name, m.Summary)
		}
	}
}
