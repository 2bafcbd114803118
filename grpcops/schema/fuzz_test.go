package schema

import (
	"errors"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
)

// Whatever the text is, it compiles or has diagnostics with a file.
func FuzzCompile(f *testing.F) {
	for _, s := range []string{
		"syntax = \"proto3\"; import \"b.proto\"; message A { B b = 1; oneof o { int32 x = 2; } map<string, A> m = 3; }",
		"edition = \"2023\"; package p; enum E { A = 0; } service S { rpc M(stream X) returns (Y); }",
		"message A { optional group G = 1 {} extensions 5 to max; } extend A { optional int32 x = 5 [default = 3]; }",
		"import \"b.proto\"; option (foo).bar = { a: [1, 2] };", "import \"main.proto\";", "\xef\xbb\xbfmessage", "import weak \"\";",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, err := NewCache(DefaultCacheBytes).Load(t.Context(), Given{Proto: protosOf("main.proto", text, "b.proto", "message B {}")})
		if err == nil {
			return
		}
		var compileError *CompileError
		if !errors.As(err, &compileError) {
			t.Fatalf("%q: %v", text, err)
		}
		for _, d := range compileError.Diagnostics {
			if d.File == "" || d.Message == "" || strings.Contains(d.Message, "panic") {
				t.Fatalf("%q: %+v", text, d)
			}
		}
	})
}

// Whatever file a server gives, linking ends and other files are not harmed.
func FuzzLink(f *testing.F) {
	for _, text := range []string{
		"syntax = \"proto3\"; message A { A a = 1; B b = 2; enum E { X = 0; } E e = 3; optional int32 o = 4; } message B {}",
		"message A { extensions 1 to 5; optional group G = 6 { required int32 x = 1; } } extend A { optional string s = 2; }",
		"syntax = \"proto3\"; package own; message B { map<string, B> m = 1; } service S { rpc M(B) returns (B); }",
	} {
		files, err := NewCache(DefaultCacheBytes).Load(f.Context(), Given{Proto: Lone(NewSource(text))})
		if err != nil {
			f.Fatal(err)
		}
		main, _ := files.Registry().FindFileByPath(loneName)
		raw, _ := proto.Marshal(protodesc.ToFileDescriptorProto(main))
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		fuzzed := &descriptorpb.FileDescriptorProto{}
		if proto.Unmarshal(raw, fuzzed) != nil {
			return
		}
		fuzzed.Name = proto.String("b.proto")
		own := &descriptorpb.FileDescriptorProto{
			Name: proto.String("a.proto"), Package: proto.String("own.part"),
			MessageType: []*descriptorpb.DescriptorProto{{Name: proto.String("Own")}},
		}
		protos := map[string]*descriptorpb.FileDescriptorProto{"b.proto": fuzzed, "a.proto": own}
		files, _ := linkAll(&protoregistry.Files{}, protos, servicesOf(fuzzed), bundledWins)
		if _, err := files.Registry().FindDescriptorByName("own.part.Own"); err != nil {
			t.Fatal(err)
		}
	})
}
