package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
)

// linker makes descriptors of FileDescriptorProtos that need not fit together:
// servers leave files out, name them differently from their imports, and some
// write type names without their package. So a file is linked after the files
// whose types it uses, whatever its list of imports says; those of the list that
// are there are kept, as options may need them. What uses a type that nobody has
// is kept as far as it can be (see mend), and a definition that is there already
// wins.
type linker struct {
	registry *protoregistry.Files // what is linked so far
	protos   map[string]*descriptorpb.FileDescriptorProto
	visited  map[string]bool
	cycle    map[string]int                   // path → number of the import cycle it is part of
	owner    map[protoreflect.FullName]string // messages and enums → path of the file that has them
	unusable map[protoreflect.FullName]string
	problems []string // one sentence for everything that was mended or left out
}

// precedence says whose files are those of google/protobuf/.
type precedence bool

const (
	bundledWins precedence = false // so that well-known types have the shape that their JSON form relies on
	givenWins   precedence = true
)

// link adds the files to r.
func link(r *protoregistry.Files, files map[string]*descriptorpb.FileDescriptorProto, wins precedence) *linker {
	l := &linker{
		registry: r,
		protos:   map[string]*descriptorpb.FileDescriptorProto{},
		visited:  map[string]bool{},
		owner:    map[protoreflect.FullName]string{},
		unusable: map[protoreflect.FullName]string{},
	}
	for _, f := range wellKnownFiles() {
		if files[f.Path()] == nil || wins == bundledWins {
			register(r, f)
		}
	}
	paths := slices.Sorted(maps.Keys(files))
	for _, path := range paths {
		l.addBundled(path, files, wins)
	}
	claimed := map[protoreflect.FullName]bool{}
	for _, path := range paths {
		if _, err := r.FindFileByPath(path); err == nil {
			continue
		}
		f := proto.Clone(files[path]).(*descriptorpb.FileDescriptorProto)
		nameMapEntries(f.MessageType)
		l.protos[path] = f
		l.claim(f, claimed)
		eachType(f, func(name protoreflect.FullName) { l.owner[name] = path })
	}
	l.cycle = cyclesOf(paths, func(path string) []string {
		if f := l.protos[path]; f != nil {
			return append(l.uses(f), f.GetDependency()...)
		}
		return nil
	})
	for _, path := range paths {
		l.visit(path)
	}
	addKnownTypes(r)
	return l
}

// addBundled registers the bundled files that a file imports and nobody gives, or
// that win.
func (l *linker) addBundled(path string, files map[string]*descriptorpb.FileDescriptorProto, wins precedence) {
	for _, name := range append([]string{path}, files[path].GetDependency()...) {
		if _, given := files[name]; given && (wins == givenWins || !strings.HasPrefix(name, "google/protobuf/")) {
			continue
		}
		if f, ok := bundledFile(name); ok {
			register(l.registry, f)
		}
	}
}

// claim drops the top-level definitions whose names are taken, by what is linked
// already or by an earlier file.
func (l *linker) claim(f *descriptorpb.FileDescriptorProto, claimed map[protoreflect.FullName]bool) {
	scope := protoreflect.FullName(f.GetPackage())
	total := 0
	taken := func(name string) bool {
		full := scope.Append(protoreflect.Name(name))
		_, err := l.registry.FindDescriptorByName(full)
		if err == nil || claimed[full] {
			return true
		}
		claimed[full] = true
		return false
	}
	count := func() int {
		return len(f.MessageType) + len(f.EnumType) + len(f.Service) + len(f.Extension)
	}
	total = count()
	f.MessageType = slices.DeleteFunc(f.MessageType, func(m *descriptorpb.DescriptorProto) bool { return taken(m.GetName()) })
	f.EnumType = slices.DeleteFunc(f.EnumType, func(e *descriptorpb.EnumDescriptorProto) bool { return taken(e.GetName()) })
	f.Service = slices.DeleteFunc(f.Service, func(s *descriptorpb.ServiceDescriptorProto) bool { return taken(s.GetName()) })
	f.Extension = slices.DeleteFunc(f.Extension, func(x *descriptorpb.FieldDescriptorProto) bool { return taken(x.GetName()) })
	if count() != total {
		f.SourceCodeInfo = nil // its paths count the definitions that are gone
	}
}

// visit links a file after those whose types it uses, and after those that it
// imports unless they are in a cycle with it. A file that uses, through others,
// its own user is linked without that user's types.
func (l *linker) visit(path string) {
	f := l.protos[path]
	if f == nil || l.visited[path] {
		return
	}
	l.visited[path] = true
	for _, needed := range l.uses(f) {
		l.visit(needed)
	}
	for _, imported := range f.GetDependency() {
		if l.cycle[imported] != l.cycle[path] {
			l.visit(imported)
		}
	}
	l.mend(f)
	sets := hideMessageSets(f)
	linked, err := protodesc.NewFile(f, l.registry)
	if err == nil {
		showMessageSets(linked, sets)
		err = l.registry.RegisterFile(linked)
	}
	if err == nil {
		return
	}
	reason := fmt.Sprintf("the description of file %q is not valid: %s", path, strings.TrimSpace(strings.TrimPrefix(err.Error(), "proto:")))
	l.problems = append(l.problems, reason)
	for _, s := range f.GetService() {
		l.unusable[protoreflect.FullName(f.GetPackage()).Append(protoreflect.Name(s.GetName()))] = reason
	}
}
