package schema

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// protosOf makes Protos of pairs of file name and text.
func protosOf(pairs ...string) *Protos {
	p := &Protos{}
	for i := 0; i < len(pairs); i += 2 {
		p.files = append(p.files, namedSource{pairs[i], Source{Text: &pairs[i+1]}})
	}
	return p
}

func mustLoad(t *testing.T, g Given) *Files {
	t.Helper()
	f, err := NewCache(DefaultCacheBytes).Load(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestCompile(t *testing.T) {
	f := mustLoad(t, Given{Proto: protosOf(
		"z.proto", `syntax = "proto3"; package z; import "a.proto"; import "google/api/annotations.proto"; import "google/type/money.proto";
			service Last { rpc Do(a.In) returns (google.type.Money) { option (google.api.http) = { get: "/v1" }; } }`,
		"a.proto", "\ufeffsyntax = \"proto3\"; package a;\n// In is documented.\nmessage In {}\nservice First {}",
	)})
	if got := strings.Join(f.ServiceNames(), " "); got != "a.First z.Last" {
		t.Errorf("services are %s", got)
	}
	last, ok := f.FindService(".z.Last")
	if !ok || last.Methods().Get(0).Output().FullName() != "google.type.Money" {
		t.Fatalf("z.Last is %v", last)
	}
	if _, ok := f.FindService("a.In"); ok {
		t.Error("a message was found as a service")
	}
	in := last.Methods().Get(0).Input()
	if c := in.ParentFile().SourceLocations().ByDescriptor(in).LeadingComments; c != " In is documented.\n" {
		t.Errorf("the comment is %q", c)
	}
	for _, name := range []string{"google.protobuf.Empty", "google.rpc.ErrorInfo", "google.api.HttpRule"} {
		if _, err := f.Registry().FindDescriptorByName(protoreflect.FullName(name)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if first := f.Codec(); first == nil || f.Codec() != first {
		t.Error("the codec is not made once")
	}
}

func TestCompileOrderAndOverride(t *testing.T) {
	f := mustLoad(t, Given{Proto: protosOf(
		"main.proto", `syntax = "proto3"; import "google/type/money.proto"; import "google/protobuf/empty.proto"; message M { google.type.Money m = 1; }`,
		"google/type/money.proto", `syntax = "proto3"; package google.type; message Money { string own = 1; }`,
	)})
	d, err := f.Registry().FindDescriptorByName("google.type.Money.own")
	if err != nil {
		t.Errorf("the given file did not win: %v, %v", d, err)
	}
}

func TestDiagnostics(t *testing.T) {
	const p3 = "syntax = \"proto3\";\n"
	tests := []struct {
		name  string
		files []string
		want  []string // file:line:column: beginning of the message
	}{
		{"syntax errors of several files",
			[]string{"b.proto", p3 + "message { }\nmessage B {", "a.proto", p3 + "message A { int32 x = ; }"},
			[]string{"a.proto:2:23: syntax error", "b.proto:2:9: syntax error", "b.proto:3:12: syntax error"}},
		{"all type errors of a file",
			[]string{"a.proto", p3 + "message A { Foo x = 1; Bar y = 2; int32 z = 2; }"},
			[]string{"a.proto:2:13: field A.x: unknown type Foo", "a.proto:2:24: field A.y: unknown type Bar", "a.proto:2:45: message A: fields y and z both have the same tag 2"}},
		{"types that are near or not imported",
			[]string{"a.proto", p3 + "package p; message Item {}\nmessage A { Itm x = 1; google.protobuf.Duration y = 2; q.B z = 3; }", "b.proto", p3 + "package q; message B {}"},
			[]string{`a.proto:3:13: field p.A.x: unknown type Itm; did you mean "p.Item"?`,
				`a.proto:3:24: field p.A.y: unknown type google.protobuf.Duration; it is in "google/protobuf/duration.proto", which is not imported`,
				`a.proto:3:56: field p.A.z: unknown type q.B; it is in "b.proto", which is not imported`}},
		{"type errors beside a syntax error elsewhere",
			[]string{"b.proto", p3 + "message B {", "a.proto", p3 + "message A { Foo x = 1; }"},
			[]string{"a.proto:2:13: field A.x: unknown type Foo", "b.proto:2:12: syntax error"}},
		{"missing import with the nearest name",
			[]string{"b.proto", p3 + "import \"comon.proto\";\nimport \"nowhere/at/all.proto\";", "common.proto", p3},
			[]string{`b.proto:2:8: the import "comon.proto" is not given; did you mean "common.proto"?`, `b.proto:3:8: the import "nowhere/at/all.proto" is not given`}},
		{"missing import whose folder is wrong",
			[]string{"b.proto", p3 + "import \"common.proto\";", "shared/common.proto", p3},
			[]string{`b.proto:2:8: the import "common.proto" is not given; did you mean "shared/common.proto"?`}},
		{"missing import near a bundled one",
			[]string{"b.proto", p3 + "import \"google/protobuf/timestmp.proto\";"},
			[]string{`b.proto:2:8: the import "google/protobuf/timestmp.proto" is not given; did you mean "google/protobuf/timestamp.proto"`}},
		{"missing import and a syntax error in one file",
			[]string{"b.proto", p3 + "import \"x.proto\";\nmessage {}"},
			[]string{`b.proto:2:8: the import "x.proto" is not given`, "b.proto:3:9: syntax error"}},
		{"cycle",
			[]string{"a.proto", p3 + "import \"b.proto\";", "b.proto", p3 + "import \"c.proto\";", "c.proto", p3 + "import \"a.proto\";"},
			[]string{"c.proto:2:8: the files import each other: a.proto → b.proto → c.proto → a.proto"}},
		{"a file that imports itself",
			[]string{"a.proto", p3 + "import \"a.proto\";"},
			[]string{"a.proto:2:8: the files import each other: a.proto → a.proto"}},
		{"not UTF-8",
			[]string{"a.proto", p3 + "// \xcf\xf0\xe8\xe2\xe5\xf2\nmessage M { int32 \xff = 1; }\n"},
			[]string{"a.proto:3:19: the file is not UTF-8; if it is Windows-1251, save it as UTF-8 (in comments alone Windows-1251 is read)"}},
		{"not UTF-8 in a string",
			[]string{"a.proto", p3 + "option java_package = \"é\xe9\";"},
			[]string{"a.proto:2:25: the file is not UTF-8"}},
		{"HTML",
			[]string{"a.proto", "\n<!DOCTYPE html>\n<html>"},
			[]string{"a.proto:1:1: the file is an HTML page"}},
		{"gzip",
			[]string{"a.proto", "\x1f\x8b\b"},
			[]string{"a.proto:1:1: the file is compressed with gzip"}},
		{"zip",
			[]string{"a.proto", "PK\x03\x04"},
			[]string{"a.proto:1:1: the file is a zip archive"}},
		{"UTF-16 without a mark",
			[]string{"a.proto", "s\x00y\x00n\x00t\x00a\x00x\x00"},
			[]string{"a.proto:1:1: the file is UTF-16: save it as UTF-8"}},
		{"edition 2024",
			[]string{"a.proto", "// new\nedition = \"2024\";\nexport message M {}"},
			[]string{"a.proto:2:11: sources of edition 2024 are not supported"}},
		{"nested too deeply",
			[]string{"a.proto", p3 + strings.Repeat("message M {", 101) + strings.Repeat("}", 101)},
			[]string{"a.proto:2:1111: more than 100 levels of nesting"}},
		{"far along a line",
			[]string{"a.proto", p3 + strings.Repeat("message M { int32 x = 1; }", 100) + "\n" + strings.Repeat(" ", 3000) + "messag"},
			[]string{`a.proto:3:3001: syntax error`}},
		{"UTF-16",
			[]string{"a.proto", "\xff\xfes\x00"},
			[]string{"a.proto:1:1: the file is UTF-16: save it as UTF-8"}},
		{"a name defined twice",
			[]string{"a.proto", p3 + "message A {}\nmessage A {}"},
			[]string{`a.proto:3:9: symbol "A" already defined at a.proto:2:9`}},
		{"a file under two names",
			[]string{"a.proto", p3 + "message A { int32 x = 1; }\nmessage B {}", "b.proto", p3 + "message A { int32 x = 1; }\nmessage B {}"},
			[]string{`b.proto:1:1: the same file as "a.proto"; give it once, under the name by which it is imported`}},
		{"nothing like proto",
			[]string{"a.proto", "<html>;"},
			[]string{"a.proto:1:1: "}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := NewCache(DefaultCacheBytes).Load(t.Context(), Given{Proto: protosOf(tt.files...)})
			var compileError *CompileError
			if !errors.As(err, &compileError) {
				t.Fatalf("got %v", err)
			}
			var got []string
			for _, d := range compileError.Diagnostics {
				got = append(got, fmt.Sprintf("%s:%d:%d: %s", d.File, d.Line, d.Column, d.Message))
			}
			if len(got) != len(tt.want) {
				t.Fatalf("got %s", strings.Join(got, "\n"))
			}
			for i := range got {
				if !strings.HasPrefix(got[i], tt.want[i]) {
					t.Errorf("got %s, want %s", got[i], tt.want[i])
				}
			}
		})
	}
}

func TestCompileErrorSentence(t *testing.T) {
	d := Diagnostic{"a.proto", 1, 2, "no"}
	tests := []struct {
		n    int
		want string
	}{
		{1, "the schema does not compile: a.proto:1:2: no"},
		{2, "the schema does not compile: a.proto:1:2: no (and one more error)"},
		{4, "the schema does not compile: a.proto:1:2: no (and 3 more errors)"},
	}
	for _, tt := range tests {
		e := &CompileError{}
		for range tt.n {
			e.Diagnostics = append(e.Diagnostics, d)
		}
		if e.Error() != tt.want {
			t.Errorf("got %s, want %s", e, tt.want)
		}
	}
}
