package integration_test

import (
	"strings"
	"testing"

	"github.com/grpcline/grpcline/integration_test/testserver"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"
)

// incompleteSet is a descriptor set without the files that its file imports.
func incompleteSet(t testing.TB) []byte {
	t.Helper()
	set := new(descriptorpb.FileDescriptorSet)
	if err := proto.Unmarshal(testserver.DescriptorSet(t, testserver.Files(t), "editions.proto"), set); err != nil {
		t.Fatal(err)
	}
	set.File = set.File[len(set.File)-1:]
	raw, err := proto.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestDiagnostics compiles schemas with errors: all are reported, each where
// it is.
func TestDiagnostics(t *testing.T) {
	type place struct {
		file         string
		line, column int
		mentions     string
	}
	cases := []struct {
		name   string
		source obj
		want   []place
	}{
		{"unknown type", obj{"proto": "syntax = \"proto3\";\nmessage A {\n  Nope n = 1;\n}\n"}, []place{{"main.proto", 3, 3, "Nope"}}},
		{"two errors in a file", obj{"proto": "syntax = \"proto3\";\nmessage A {\n  Nope n = 1;\n  Nada m = 2;\n}\n"},
			[]place{{"main.proto", 3, 3, "Nope"}, {"main.proto", 4, 3, "Nada"}}},
		{"errors in two files", obj{"proto": obj{
			"a.proto": "syntax = \"proto3\";\nmessage A { Nope n = 1; }\n",
			"b.proto": "syntax = \"proto3\";\n\nmessage B { Nada n = 1; }\n",
		}}, []place{{"a.proto", 2, 13, "Nope"}, {"b.proto", 3, 13, "Nada"}}},
		{"a syntax error", obj{"proto": "syntax = \"proto3\";\nmessage A {\n  string s == 1;\n}\n"}, []place{{"main.proto", 3, 0, ""}}},
		{"two syntax errors", obj{"proto": "syntax = \"proto3\";\nmessage A {\n  string s == 1;\n}\nmessage B {\n  string;\n}\n"},
			[]place{{"main.proto", 3, 0, ""}, {"main.proto", 6, 0, ""}}},
		{"a number twice", obj{"proto": "syntax = \"proto3\";\nmessage A {\n  string a = 1;\n  string b = 1;\n}\n"},
			[]place{{"main.proto", 4, 0, ""}}},
		{"a missing import", obj{"proto": obj{
			"dir/main.proto":   "syntax = \"proto3\";\nimport \"comon.proto\";\n",
			"dir/common.proto": "syntax = \"proto3\";\n",
		}}, []place{{"dir/main.proto", 2, 0, "dir/common.proto"}}},
		{"an import cycle", obj{"proto": obj{
			"a.proto": "syntax = \"proto3\";\nimport \"b.proto\";\n",
			"b.proto": "syntax = \"proto3\";\nimport \"a.proto\";\n",
		}}, []place{{"", 0, 0, ""}}},
		{"an import of itself", obj{"proto": obj{"a.proto": "syntax = \"proto3\";\nimport \"a.proto\";\n"}}, []place{{"a.proto", 0, 0, ""}}},
	}
	h := Start(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := h.Fail("openConnection", with(obj{"address": "localhost:1", "lazy": true}, c.source), -32602)
			if err.Data.Param != "proto" {
				t.Errorf("data.param is %q", err.Data.Param)
			}
			for _, want := range c.want {
				found := false
				for _, d := range err.Data.Diagnostics {
					found = found || (want.file == "" || d.File == want.file) && (want.line == 0 || d.Line == want.line) &&
						(want.column == 0 || d.Column == want.column) && strings.Contains(d.Message, want.mentions)
				}
				if !found {
					t.Errorf("no diagnostic %+v in %+v", want, err.Data.Diagnostics)
				}
			}
			h.ping()
		})
	}
}

// TestLargeSchema compiles a schema of many messages once for many openings.
func TestLargeSchema(t *testing.T) {
	var text strings.Builder
	text.WriteString("syntax = \"proto3\";\n")
	for i := range 2000 {
		text.WriteString("message M" + strings.Repeat("x", i%50) + string(rune('A'+i%26)) + strings.Repeat("y", i/26) + " { string s = 1; }\n")
	}
	h := Start(t)
	var pending []*Pending
	for range 50 {
		pending = append(pending, h.Go("openConnection", obj{"address": "localhost:1", "lazy": true, "connectTimeoutMs": 0, "proto": text.String()}))
	}
	for _, p := range pending {
		p.Must()
	}
}
