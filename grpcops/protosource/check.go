package protosource

import (
	"context"
	"errors"
	"strings"

	"github.com/bufbuild/protocompile"
	"github.com/bufbuild/protocompile/protoutil"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

// checker compiles texts against the files they belong to.
type checker struct {
	registry *protoregistry.Files
	types    *dynamicpb.Types // of registry, for options
}

func newChecker(files []protoreflect.FileDescriptor) *checker {
	registry := &protoregistry.Files{}
	for _, f := range files {
		_ = registry.RegisterFile(f) // fails if a name is taken, and then the first file is the one that is meant
	}
	return &checker{registry, dynamicpb.NewTypes(registry)}
}

// compile makes a descriptor of the text of f.
func (c *checker) compile(ctx context.Context, f protoreflect.FileDescriptor, text string) (protoreflect.FileDescriptor, error) {
	find := func(path string) (protocompile.SearchResult, error) {
		if path == f.Path() {
			return protocompile.SearchResult{Source: strings.NewReader(text)}, nil
		}
		imported, err := c.registry.FindFileByPath(path)
		return protocompile.SearchResult{Desc: imported}, err
	}
	compiler := protocompile.Compiler{Resolver: protocompile.ResolverFunc(find), MaxParallelism: 1}
	linked, err := compiler.Compile(ctx, f.Path())
	if err != nil {
		return nil, err
	}
	if len(linked) != 1 {
		return nil, errors.New("nothing was compiled")
	}
	return linked[0], nil
}

// same compares two files without their comments and positions.
func (c *checker) same(a, b protoreflect.FileDescriptor) bool {
	x, okX := c.plain(a)
	y, okY := c.plain(b)
	return okX && okY && proto.Equal(x, y)
}

// plain is the proto of a file in which equal files are equal: options are
// resolved, and what means the same as its absence is left out.
func (c *checker) plain(f protoreflect.FileDescriptor) (*descriptorpb.FileDescriptorProto, bool) {
	wire, err := proto.Marshal(protoutil.ProtoFromFileDescriptor(f))
	p := &descriptorpb.FileDescriptorProto{}
	if err != nil || (proto.UnmarshalOptions{Resolver: c.types}).Unmarshal(wire, p) != nil {
		return nil, false
	}
	p.SourceCodeInfo = nil
	if p.GetSyntax() == "proto2" {
		p.Syntax = nil
	}
	plainFields(p.Extension)
	plainMessages(p.MessageType)
	return p, true
}

func plainMessages(messages []*descriptorpb.DescriptorProto) {
	for _, m := range messages {
		plainFields(m.Field)
		plainFields(m.Extension)
		plainMessages(m.NestedType)
	}
}

// plainFields drops JSON names that follow from the field's name.
func plainFields(fields []*descriptorpb.FieldDescriptorProto) {
	for _, f := range fields {
		if f.Extendee != nil || f.GetJsonName() == jsonName(f.GetName()) {
			f.JsonName = nil
		}
	}
}

// jsonName is the lowerCamelCase name that protoc gives a field.
func jsonName(name string) string {
	var b strings.Builder
	upper := false
	for _, c := range []byte(name) {
		switch {
		case c == '_':
			upper = true
			continue
		case upper && 'a' <= c && c <= 'z':
			c -= 'a' - 'A'
		}
		upper = false
		b.WriteByte(c)
	}
	return b.String()
}
