package schema

import (
	"context"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
)

// writeFiles puts files, given as pairs of path and text, under a new folder and
// makes it the current one.
func writeFiles(t *testing.T, pairs ...string) string {
	t.Helper()
	folder := t.TempDir()
	for i := 0; i < len(pairs); i += 2 {
		path := filepath.Join(folder, pairs[i])
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(pairs[i+1]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(folder)
	return folder
}

func TestWhereFilesAreFound(t *testing.T) {
	const p3 = "syntax = \"proto3\"; "
	folder := writeFiles(t,
		"here.proto", p3+"message Here {}",
		"sub/main.proto", p3+`import "beside.proto"; import "far.proto"; message M { Beside b = 1; Far f = 2; Deep d = 3; }`,
		"sub/beside.proto", p3+`message Beside {}`,
		"include/far.proto", p3+`import public "deep/deep.proto"; message Far {}`,
		"include/deep/deep.proto", p3+`import "own.proto"; message Deep { Own o = 1; }`,
		"include/deep/own.proto", p3+`message Own {}`,
		"sub/only.proto", p3+`message Wrong {}`,
		"sub/both.proto", p3+`import "only.proto"; message Both { Only o = 1; }`,
		"all/a.proto", p3+`message A {}`,
		"all/b/c.proto", p3+`import "a.proto"; import "b/d.proto"; message C { A a = 1; D d = 2; }`,
		"all/b/d.proto", p3+`message D {}`,
		"all/.hidden/e.proto", p3+`message A {}`,
		"back.proto", p3+`import "common\types.proto"; import 'common\\more.proto'; message Back { T t = 1; U u = 2; }`,
		"common/types.proto", p3+`message T {}`,
		"common/more.proto", p3+`message U {}`,
		"include/only.proto", p3+`message Only {}`,
	)
	lone := func(path string) *Protos { return Lone(NewSource(path)) }
	list := func(sources ...string) *Protos {
		p := &Protos{form: listed}
		for _, s := range sources {
			p.files = append(p.files, namedSource{source: NewSource(s)})
		}
		return p
	}
	tests := []struct {
		name  string
		given Given
		want  string // a message that is there
	}{
		{"current folder", Given{Proto: lone("here.proto")}, "Here"},
		{"absolute", Given{Proto: lone(filepath.Join(folder, "here.proto"))}, "Here"},
		{"imports in import paths and beside the file", Given{Proto: lone("sub/main.proto"), ImportPaths: []string{"include"}}, "Own"},
		{"an import path before the file's own folder", Given{Proto: lone("sub/both.proto"), ImportPaths: []string{"include"}}, "Only"},
		{"a folder", Given{Proto: lone("all")}, "C"},
		{"an import from where the name of the file counts", Given{Proto: lone("b/c.proto"), ImportPaths: []string{"all"}}, "D"},
		{"the same without an import path", Given{Proto: protosOf("x.proto", p3+`import "b/c.proto"; message X { C c = 1; }`), ImportPaths: []string{"all"}}, "X"},
		{"a list", Given{Proto: list("all/b/d.proto", "here.proto", "include", p3+`import "here.proto"; import "d.proto"; import "far.proto"; message L { Here h = 1; D d = 2; Far f = 3; }`)}, "L"},
		{"two texts in a list", Given{Proto: list(p3+"message One {}", p3+`import "main.proto"; message Two { One o = 1; }`)}, "Two"},
		{"two files of one name in a list", Given{Proto: list("all/a.proto", "here.proto", "./all/a.proto")}, "A"},
		{"backslashes in an import", Given{Proto: lone("back.proto")}, "Back"},
		{"backslashes in a given name", Given{Proto: protosOf("x.proto", p3+`import "a/b.proto"; message X { B b = 1; }`, `a\b.proto`, p3+"message B {}")}, "X"},
		{"one file by two names", Given{Proto: list("all/b/c.proto", "all")}, "C"},
		{"imports of a text", Given{Proto: lone(p3 + `import "only.proto"; message M { Only o = 1; }`), ImportPaths: []string{"include"}}, "Only"},
		{"a given name before the disk", Given{
			Proto:       protosOf("a.proto", p3+`import "only.proto"; message M { Given g = 1; }`, "only.proto", p3+"message Given {}"),
			ImportPaths: []string{"include"},
		}, "Given"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := mustLoad(t, tt.given)
			if _, err := f.Registry().FindDescriptorByName(protoreflect.FullName(tt.want)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestFilesRefused(t *testing.T) {
	folder := writeFiles(t, "a.proto", "import \"folder.proto\";", "folder.proto/x", "", "bad.bin", "\xff\xff")
	set := func(s string) *DescriptorSet { d := NewDescriptorSet(s); return &d }
	tests := []struct {
		name        string
		given       Given
		param, want string
	}{
		{"no file", Given{Proto: Lone(NewSource("no.proto")), ImportPaths: []string{folder}}, "proto",
			`the schema: there is no file "no.proto" in ` + folder + " nor in " + folder + "; a schema that is not a path has a line break, a semicolon or a brace in it"},
		{"no absolute file", Given{Proto: Lone(Source{File: new("/no/file.proto")})}, "proto",
			`the schema: there is no file "/no/file.proto"`},
		{"a folder", Given{Proto: Lone(NewSource("folder.proto"))}, "proto", `the schema: the folder "folder.proto" has no .proto files`},
		{"a folder as an import", Given{Proto: Lone(NewSource("a.proto"))}, "proto", `the import "folder.proto": "folder.proto" is a folder, not a file`},
		{"below a file", Given{Proto: Lone(NewSource("a.proto/b.proto"))}, "proto", `there is no file "a.proto/b.proto"`},
		{"a path with NUL", Given{Proto: Lone(NewSource("a\x00.proto"))}, "proto", `there is no file "a\x00.proto"`},
		{"set neither path nor base64", Given{DescriptorSet: set("no.bin")}, "descriptorSet",
			`the descriptor set: "no.bin" is neither a file in ` + folder + " nor base64"},
		{"set not base64", Given{DescriptorSet: &DescriptorSet{Base64: new("?")}}, "descriptorSet", "the descriptor set: it is not base64"},
		{"set no file", Given{DescriptorSet: &DescriptorSet{File: new("CgA=")}}, "descriptorSet", `the descriptor set: there is no file "CgA=" in ` + folder},
		{"set not a set", Given{DescriptorSet: set("bad.bin")}, "descriptorSet", "the descriptor set is not a google.protobuf.FileDescriptorSet"},
		{"set empty", Given{DescriptorSet: set("====")}, "descriptorSet", "the descriptor set is not a google.protobuf.FileDescriptorSet"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := NewCache(DefaultCacheBytes).Load(t.Context(), tt.given)
			var sourceError *SourceError
			if !errors.As(err, &sourceError) || sourceError.Param != tt.param || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

// setOf compiles the sources and gives them as a descriptor set, last first,
// without bundled files.
func setOf(t *testing.T, pairs ...string) []byte {
	t.Helper()
	compiled := mustLoad(t, Given{Proto: protosOf(pairs...)})
	set := &descriptorpb.FileDescriptorSet{}
	for i := len(pairs) - 2; i >= 0; i -= 2 {
		f, err := compiled.Registry().FindFileByPath(pairs[i])
		if err != nil {
			t.Fatal(err)
		}
		set.File = append(set.File, protodesc.ToFileDescriptorProto(f))
	}
	raw, err := proto.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestDescriptorSetOfAnyLength has sets whose first bytes are every length there is,
// those of "\n{" and "\n{\n\"" too, which is how JSON may begin.
func TestDescriptorSetOfAnyLength(t *testing.T) {
	for n := range 200 {
		name := strings.Repeat("x", n+1)
		for more := range 200 {
			file := &descriptorpb.FileDescriptorProto{Name: &name, Package: new("p" + strings.Repeat("q", more))}
			raw, err := proto.Marshal(&descriptorpb.FileDescriptorSet{File: []*descriptorpb.FileDescriptorProto{file}})
			if err != nil {
				t.Fatal(err)
			}
			d := DescriptorSet{Base64: new(base64.StdEncoding.EncodeToString(raw))}
			if _, files, err := d.read(t.Context(), nil); err != nil || len(files) != 1 || files[0].GetName() != name {
				t.Fatalf("%q: %v", raw[:4], err)
			}
		}
	}
	d := DescriptorSet{Base64: new(base64.StdEncoding.EncodeToString([]byte("\n{\"file\":[{\"name\":\"a.proto\"}]}")))}
	if _, files, err := d.read(t.Context(), nil); err != nil || len(files) != 1 {
		t.Errorf("JSON behind a line feed: %v", err)
	}
}

func TestDescriptorSet(t *testing.T) {
	const p3 = "syntax = \"proto3\"; "
	raw := setOf(t,
		"a.proto", p3+`import "google/protobuf/duration.proto"; message A { google.protobuf.Duration d = 1; }`,
		"b.proto", p3+"package b; import \"a.proto\";\n// S serves.\nservice S { rpc Do(A) returns (A); }",
	)
	writeFiles(t, "set.bin", string(raw), "dir/other.bin", string(raw))
	b64 := base64.StdEncoding.EncodeToString(raw)
	tests := []struct {
		name  string
		given Given
	}{
		{"path", Given{DescriptorSet: &DescriptorSet{either: new("set.bin")}}},
		{"path in an import path", Given{DescriptorSet: &DescriptorSet{File: new("other.bin")}, ImportPaths: []string{"dir"}}},
		{"base64", Given{DescriptorSet: &DescriptorSet{either: &b64}}},
		{"base64 in lines, unpadded", Given{DescriptorSet: &DescriptorSet{Base64: new(b64[:40] + "\r\n" + strings.TrimRight(b64[40:], "="))}}},
		{"base64url", Given{DescriptorSet: &DescriptorSet{Base64: new(base64.URLEncoding.EncodeToString(raw))}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := mustLoad(t, tt.given)
			s, ok := f.FindService("b.S")
			if !ok || len(f.Services()) != 1 {
				t.Fatalf("services are %v", f.ServiceNames())
			}
			if c := s.ParentFile().SourceLocations().ByDescriptor(s).LeadingComments; c != " S serves.\n" {
				t.Errorf("the comment is %q", c)
			}
		})
	}
	t.Run("proto imports the set and wins", func(t *testing.T) {
		f := mustLoad(t, Given{
			Proto:         protosOf("m.proto", p3+`package b; import "a.proto"; service S { rpc Mine(A) returns (A); } service T {}`),
			DescriptorSet: &DescriptorSet{either: &b64},
		})
		s, _ := f.FindService("b.S")
		if got := strings.Join(f.ServiceNames(), " "); got != "b.S b.T" || s.Methods().Get(0).Name() != "Mine" {
			t.Errorf("services are %s, b.S is %v", got, s)
		}
	})
	t.Run("a file is missing", func(t *testing.T) {
		var set descriptorpb.FileDescriptorSet
		if err := proto.Unmarshal(raw, &set); err != nil {
			t.Fatal(err)
		}
		_, err := linkSet(set.File[:1])
		if err == nil || !strings.Contains(err.Error(), `has no file "a.proto", which "b.proto" imports`) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a type is missing", func(t *testing.T) {
		var set descriptorpb.FileDescriptorSet
		if err := proto.Unmarshal(raw, &set); err != nil {
			t.Fatal(err)
		}
		set.File[1].MessageType = nil
		_, err := linkSet(set.File)
		var sourceError *SourceError
		if !errors.As(err, &sourceError) || !strings.Contains(err.Error(), "the method b.S.Do needs the type A, whose description is missing") {
			t.Errorf("got %v", err)
		}
	})
}

func TestLoadEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := NewCache(DefaultCacheBytes).Load(ctx, Given{Proto: Lone(NewSource("message A {}"))}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
