package schema

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/grpcline/grpcline/internal/nearest"
)

// Needed are the files of the schema with all that they import, imports first;
// with a symbol, only the file that defines it with what that imports. A symbol
// is the full name of a service, method, message, enum, field or enum value, also
// as pkg.Service/Method, or the name of a file. The error is one sentence about
// the symbol.
func (f *Files) Needed(symbol string) ([]protoreflect.FileDescriptor, error) {
	var needed []protoreflect.FileDescriptor
	seen := map[string]bool{}
	var add func(protoreflect.FileDescriptor)
	add = func(file protoreflect.FileDescriptor) {
		if file.IsPlaceholder() || seen[file.Path()] {
			return
		}
		seen[file.Path()] = true
		for i := range file.Imports().Len() {
			add(file.Imports().Get(i).FileDescriptor)
		}
		needed = append(needed, file)
	}
	if symbol != "" {
		file, err := f.fileOf(symbol)
		if err != nil {
			return nil, err
		}
		add(file)
		return needed, nil
	}
	for _, path := range f.paths {
		if file, err := f.registry.FindFileByPath(path); err == nil {
			add(file)
		}
	}
	return needed, nil
}

// fileOf finds the file that a symbol is in, or is.
func (f *Files) fileOf(symbol string) (protoreflect.FileDescriptor, error) {
	if file, err := f.registry.FindFileByPath(symbol); err == nil {
		return file, nil
	}
	name := strings.ReplaceAll(strings.Trim(symbol, "./"), "/", ".")
	if d, err := f.registry.FindDescriptorByName(protoreflect.FullName(name)); err == nil {
		return d.ParentFile(), nil
	}
	if why := f.Unusable(name); why != "" {
		return nil, fmt.Errorf("%s", why)
	}
	return nil, fmt.Errorf("the schema has no symbol %q%s", symbol, f.nearestSymbol(symbol, name))
}

// nearestSymbol is the end of a sentence about a name that is not there. A name of
// something inside a message or a service is looked for among those of its kind.
func (f *Files) nearestSymbol(symbol, name string) string {
	var known []string
	if parent, err := f.registry.FindDescriptorByName(protoreflect.FullName(name).Parent()); err == nil {
		known = membersOfDescriptor(parent)
	}
	if hint := nearest.Hint(name, known); hint != "" {
		return hint
	}
	var paths []string
	known = f.ServiceNames()
	f.registry.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		paths = append(paths, file.Path())
		known = appendTypes(known, file)
		for i := range file.Services().Len() {
			known = append(known, membersOfDescriptor(file.Services().Get(i))...)
		}
		return true
	})
	slices.Sort(paths)
	if hint := hintOf(symbol, paths); hint != "" && strings.HasSuffix(symbol, ".proto") {
		return hint
	}
	slices.Sort(known)
	return nearest.Hint(name, slices.Compact(known))
}

// membersOfDescriptor are the full names of what is directly in a message, an enum
// or a service.
func membersOfDescriptor(d protoreflect.Descriptor) []string {
	var names []string
	switch d := d.(type) {
	case protoreflect.ServiceDescriptor:
		for i := range d.Methods().Len() {
			names = append(names, string(d.Methods().Get(i).FullName()))
		}
	case protoreflect.MessageDescriptor:
		for i := range d.Fields().Len() {
			names = append(names, string(d.Fields().Get(i).FullName()))
		}
		names = appendTypes(names, d)
	}
	return names
}

// appendTypes appends the full names of the messages and enums in a file or a message.
func appendTypes(names []string, in interface {
	Messages() protoreflect.MessageDescriptors
	Enums() protoreflect.EnumDescriptors
}) []string {
	for i := range in.Messages().Len() {
		names = append(names, string(in.Messages().Get(i).FullName()))
		names = appendTypes(names, in.Messages().Get(i))
	}
	for i := range in.Enums().Len() {
		names = append(names, string(in.Enums().Get(i).FullName()))
	}
	return names
}
