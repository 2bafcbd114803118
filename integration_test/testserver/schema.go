// Package testserver has gRPC servers that misbehave on request, for tests of
// a gRPC client that is driven from outside.
//
// A server started here belongs to the test that started it: it is stopped,
// and its goroutines have ended, when the test is over.
package testserver

import (
	"context"
	"embed"
	"io/fs"
	"sync"
	"testing"

	"github.com/bufbuild/protocompile"
	"github.com/bufbuild/protocompile/protoutil"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
)

//go:embed protos/*.proto
var protoFiles embed.FS

// Texts returns the servers' schemas, file name to text.
func Texts(t testing.TB) map[string]string {
	t.Helper()
	texts := map[string]string{}
	names, err := fs.Glob(protoFiles, "protos/*.proto")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := protoFiles.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		texts[name[len("protos/"):]] = string(text)
	}
	return texts
}

// compileOnce compiles the embedded schemas; the result is never changed.
var compileOnce = sync.OnceValues(func() (*protoregistry.Files, error) {
	names, err := fs.Glob(protoFiles, "protos/*.proto")
	if err != nil {
		return nil, err
	}
	sources := map[string]string{}
	for i, name := range names {
		text, err := protoFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		names[i] = name[len("protos/"):]
		sources[names[i]] = string(text)
	}
	compiler := protocompile.Compiler{
		Resolver: protocompile.WithStandardImports(&protocompile.SourceResolver{
			Accessor: protocompile.SourceAccessorFromMap(sources),
		}),
		SourceInfoMode: protocompile.SourceInfoStandard,
	}
	linked, err := compiler.Compile(context.Background(), names...)
	if err != nil {
		return nil, err
	}
	files := new(protoregistry.Files)
	var add func(protoreflect.FileDescriptor) error
	add = func(file protoreflect.FileDescriptor) error {
		if _, err := files.FindFileByPath(file.Path()); err == nil {
			return nil
		}
		imports := file.Imports()
		for i := range imports.Len() {
			if err := add(imports.Get(i).FileDescriptor); err != nil {
				return err
			}
		}
		return files.RegisterFile(file)
	}
	for _, file := range linked {
		if err := add(file); err != nil {
			return nil, err
		}
	}
	return files, nil
})

// Files returns the compiled schemas with everything they import.
func Files(t testing.TB) *protoregistry.Files {
	t.Helper()
	files, err := compileOnce()
	if err != nil {
		t.Fatalf("the test server's own schemas do not compile: %v", err)
	}
	return files
}

// DescriptorSet returns a serialized FileDescriptorSet of the named files and
// everything they import, imports first.
func DescriptorSet(t testing.TB, files *protoregistry.Files, names ...string) []byte {
	t.Helper()
	set := new(descriptorpb.FileDescriptorSet)
	seen := map[string]bool{}
	var add func(protoreflect.FileDescriptor)
	add = func(file protoreflect.FileDescriptor) {
		if seen[file.Path()] {
			return
		}
		seen[file.Path()] = true
		imports := file.Imports()
		for i := range imports.Len() {
			add(imports.Get(i).FileDescriptor)
		}
		set.File = append(set.File, protodesc.ToFileDescriptorProto(file))
	}
	for _, name := range names {
		file, err := files.FindFileByPath(name)
		if err != nil {
			t.Fatal(err)
		}
		add(file)
	}
	raw, err := proto.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// Compile makes the descriptor of one file, which may import what comes with protoc.
func Compile(t testing.TB, name, text string) *descriptorpb.FileDescriptorProto {
	t.Helper()
	compiler := protocompile.Compiler{Resolver: protocompile.WithStandardImports(&protocompile.SourceResolver{
		Accessor: protocompile.SourceAccessorFromMap(map[string]string{name: text}),
	})}
	linked, err := compiler.Compile(context.Background(), name)
	if err != nil {
		t.Fatal(err)
	}
	return proto.CloneOf(protoutil.ProtoFromFileDescriptor(linked[0]))
}
