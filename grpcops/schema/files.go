// Package schema is where a connection's types come from: .proto sources that
// are compiled here, descriptor sets, and the server's reflection. Whatever the
// source, the result is a Files.
//
// A Files is immutable and safe for concurrent use. A Cache is safe for concurrent
// use; it says itself what becomes of its goroutines. Reflect ends its stream
// before it returns.
package schema

import (
	"maps"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/grpcline/grpcline/grpcops/transcode"
)

// Files is a linked schema.
type Files struct {
	registry *protoregistry.Files
	services []protoreflect.ServiceDescriptor             // sorted by full name
	unusable map[protoreflect.FullName]string             // services and methods that could not be linked, and why
	protos   map[string]*descriptorpb.FileDescriptorProto // what was linked, by path; empty for compiled sources
	paths    []string                                     // of the files that were given, or that the server has
	codec    func() *transcode.Codec

	version string // of the reflection that gave it, if one did
	bytes   int    // of what that gave
	memory  int    // about how many bytes it holds
}

// Services are those of the given files and the files they import, or those the
// server lists, sorted by full name; bundled imports are not searched.
func (f *Files) Services() []protoreflect.ServiceDescriptor { return f.services }

// ServiceNames are the sorted full names of Services, and of the services that
// the server lists but whose description it does not give.
func (f *Files) ServiceNames() []string {
	names := map[string]bool{}
	for _, s := range f.services {
		names[string(s.FullName())] = true
	}
	for name := range f.unusable {
		if !f.isMethod(name) {
			names[string(name)] = true
		}
	}
	list := slices.AppendSeq(make([]string, 0, len(names)), maps.Keys(names)) // never nil
	slices.Sort(list)
	return list
}

// FindService finds a service by its full name; a leading dot is ignored.
func (f *Files) FindService(name string) (protoreflect.ServiceDescriptor, bool) {
	d, err := f.registry.FindDescriptorByName(protoreflect.FullName(strings.TrimPrefix(name, ".")))
	if err != nil {
		return nil, false
	}
	s, ok := d.(protoreflect.ServiceDescriptor)
	return s, ok
}

// Unusable says in a sentence why a service, or a method ("pkg.Service.Method"),
// that the server has cannot be used, and is empty where nothing is known of it.
func (f *Files) Unusable(name string) string {
	return f.unusable[protoreflect.FullName(strings.TrimPrefix(name, "."))]
}

// Registry has all files, imports included, and the well-known types that an Any
// may hold without the schema importing them.
func (f *Files) Registry() *protoregistry.Files { return f.registry }

// Codec turns messages of this schema into JSON and back. It is made once.
func (f *Files) Codec() *transcode.Codec { return f.codec() }

// isMethod tells an unusable method from an unusable service.
func (f *Files) isMethod(name protoreflect.FullName) bool {
	_, ok := f.FindService(string(name.Parent()))
	return ok
}
