package introspect

import (
	"fmt"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/dynamicpb"
)

func TestTemplate(t *testing.T) {
	zooFiles, oldFiles := load(t, "zoo", zoo), load(t, "old", old)
	tests := []struct{ message, want string }{
		{"zoo.Empty", `{}`},
		{"zoo.Kinds", `{"a":1.5,"b":1.5,"c":1,"d":"1","e":1,"f":"1","g":1,"h":"1","i":1,"j":"1","k":1,"l":"1","m":true,"n":"text","o":"AAEC",` +
			`"p":"RED","q":1,"r":["text"],"snakeCase":"text","Given \"name\"":"text",` +
			`"s":{"key":{"name":"text","next":{},"children":[{}],"links":{"key":{}}}},"t":{"true":"RED"},"u":{"1":"AAEC"},"v":{"1":"text"}}`},
		{"zoo.Choice", `{"self":{},"leftSide":"1"}`},
		{"google.protobuf.Int64Value", `"1"`},
		{"google.protobuf.Value", `"text"`},
		{"old.Required", `{"id":"text","again":{"id":"text","inner":{"data":"AAEC"}},"list":[{"id":"text","inner":{"data":"AAEC"}}],"pair":{"left":1},` +
			`"inner":{"data":"AAEC","up":{"id":"text","inner":{"data":"AAEC"}}},"x":"text"}`},
	}
	for _, tt := range tests {
		files := zooFiles
		if strings.HasPrefix(tt.message, "old.") {
			files = oldFiles
		}
		got, err := Template(messageOf(t, files, tt.message))
		if err != nil || string(got) != tt.want {
			t.Errorf("%s: got %s, %v", tt.message, got, err)
		}
	}
}

// Messages that all contain each other unfold for ever; the template stays small
// and still valid.
func TestTemplateIsBounded(t *testing.T) {
	const n = 30
	var text strings.Builder
	text.WriteString("syntax = \"proto2\";\n")
	for i := range n {
		fmt.Fprintf(&text, "message M%d { required string id = 100;\n", i)
		for j := range n {
			fmt.Fprintf(&text, "optional M%d f%d = %d;\n", j, j, j+1)
		}
		text.WriteString("}\n")
	}
	md := messageOf(t, load(t, "tangle", text.String()), "M0")
	got, err := Template(md)
	if err != nil || len(got) > templateBytes {
		t.Fatalf("%d bytes, %v", len(got), err)
	}
	if err := protojson.Unmarshal(got, dynamicpb.NewMessage(md)); err != nil {
		t.Error(err)
	}
	if !strings.Contains(string(got), `"f29":{`) {
		t.Errorf("the last field is missing in %s", got)
	}
}

// Required messages that double at each level have no template of any use.
func TestTemplateTooLarge(t *testing.T) {
	var text strings.Builder
	text.WriteString("syntax = \"proto2\";\n")
	for i := range 40 {
		fmt.Fprintf(&text, "message M%d { required M%d a = 1; required M%d b = 2; }\n", i, i+1, i+1)
	}
	text.WriteString("message M40 {}")
	if got, err := Template(messageOf(t, load(t, "doubling", text.String()), "M0")); err == nil || !strings.Contains(err.Error(), "M0") {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

// A message that requires itself cannot be written; the template is an attempt.
func TestTemplateOfImpossibleMessage(t *testing.T) {
	md := messageOf(t, load(t, "impossible", "message M { required M m = 1; }"), "M")
	if got, err := Template(md); err != nil || string(got) != `{"m":{"m":{}}}` {
		t.Errorf("got %s, %v", got, err)
	}
}

// TestHostileTypes describes types that lead to very many others, or very deep.
func TestHostileTypes(t *testing.T) {
	const many = 3_000
	label := func(i int) string { return fmt.Sprintf("message T%d { required T%d next = 1; }\n", i, (i+1)%many) }
	var chain, wide strings.Builder
	chain.WriteString("syntax = \"proto2\";\n")
	wide.WriteString("syntax = \"proto3\";\nmessage T0 {\n")
	for i := range many {
		chain.WriteString(label(i))
		fmt.Fprintf(&wide, "  T0 f%d = %d;\n", i, i+20_000)
	}
	wide.WriteString("}\n")
	for name, tt := range map[string]struct{ source, says string }{
		"a chain of required messages": {chain.String(), "levels of required messages"},
		"a message with itself inside": {wide.String(), ""},
	} {
		md := messageOf(t, load(t, name, tt.source), "T0")
		if _, err := Template(md); (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := Schema(md); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
