package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
)

// resolve finds the message or enum that a type name means inside scope: a name
// with a leading dot is full, another is searched outwards.
func (l *linker) resolve(scope protoreflect.FullName, name string) (protoreflect.FullName, bool) {
	if full, ok := strings.CutPrefix(name, "."); ok {
		return protoreflect.FullName(full), l.has(protoreflect.FullName(full))
	}
	for {
		full := protoreflect.FullName(name)
		if scope != "" {
			full = scope + "." + full
		}
		if l.has(full) {
			return full, true
		}
		if scope == "" {
			return protoreflect.FullName(name), false
		}
		scope = scope.Parent()
	}
}

func (l *linker) has(name protoreflect.FullName) bool {
	if _, ok := l.owner[name]; ok {
		return true
	}
	_, err := l.registry.FindDescriptorByName(name)
	return err == nil
}

// uses lists the files whose types f uses, itself included.
func (l *linker) uses(f *descriptorpb.FileDescriptorProto) []string {
	paths := map[string]bool{}
	eachUse(f, func(scope protoreflect.FullName, name string) {
		if full, ok := l.resolve(scope, name); ok && l.owner[full] != "" {
			paths[l.owner[full]] = true
		}
	})
	return slices.Sorted(maps.Keys(paths))
}

// mend makes f fit what is linked: type names become full, imports that are
// missing go and those that the types need come, a field whose type is missing becomes the bytes (or, for an
// enum, the number) that it is on the wire, so that nothing received is lost, and
// a method or extension whose message is missing is left out.
func (l *linker) mend(f *descriptorpb.FileDescriptorProto) {
	imports := map[string]bool{}
	find := func(scope protoreflect.FullName, name *string) bool {
		full, _ := l.resolve(scope, *name)
		*name = "." + string(full)
		if l.owner[full] == f.GetName() {
			return true
		}
		d, err := l.registry.FindDescriptorByName(full)
		if err == nil {
			imports[d.ParentFile().Path()] = true
		}
		return err == nil
	}
	eachField(f, func(scope protoreflect.FullName, field *descriptorpb.FieldDescriptorProto) bool {
		if field.Extendee != nil && !find(scope, field.Extendee) {
			l.leftOut(f, "extension %s.%s", scope, field.GetName(), *field.Extendee)
			return false
		}
		if field.TypeName == nil || find(scope, field.TypeName) {
			return true
		}
		l.problems = append(l.problems, missingType(fmt.Sprintf("field %s.%s", scope, field.GetName()), *field.TypeName))
		if field.GetType() == descriptorpb.FieldDescriptorProto_TYPE_GROUP {
			f.SourceCodeInfo = nil
			return false
		}
		kind := descriptorpb.FieldDescriptorProto_TYPE_BYTES
		if field.GetType() == descriptorpb.FieldDescriptorProto_TYPE_ENUM {
			kind = descriptorpb.FieldDescriptorProto_TYPE_INT32
		}
		field.Type, field.TypeName, field.DefaultValue = &kind, nil, nil
		return true
	})
	eachMethod(f, func(service protoreflect.FullName, method *descriptorpb.MethodDescriptorProto) bool {
		for _, name := range []**string{&method.InputType, &method.OutputType} {
			if *name == nil {
				*name = new(string)
			}
			if !find(service, *name) {
				reason := l.leftOut(f, "method %s.%s", service, method.GetName(), **name)
				l.unusable[service.Append(protoreflect.Name(method.GetName()))] = reason
				return false
			}
		}
		return true
	})
	l.mendImports(f, imports)
}

// mendImports leaves out the imports that are not linked, and adds those needed
// that the others do not bring with them.
func (l *linker) mendImports(f *descriptorpb.FileDescriptorProto, needed map[string]bool) {
	var kept []string
	place := map[int32]int32{} // of an import in the list before → in kept
	var brings func(d protoreflect.FileDescriptor)
	brings = func(d protoreflect.FileDescriptor) {
		delete(needed, d.Path())
		for i := range d.Imports().Len() {
			if d.Imports().Get(i).IsPublic {
				brings(d.Imports().Get(i).FileDescriptor)
			}
		}
	}
	for i, path := range f.GetDependency() {
		d, err := l.registry.FindFileByPath(path)
		if err != nil || slices.Contains(kept, path) {
			continue
		}
		place[int32(i)] = int32(len(kept))
		kept = append(kept, path)
		brings(d)
	}
	f.Dependency = append(kept, slices.Sorted(maps.Keys(needed))...)
	f.PublicDependency = moved(f.PublicDependency, place)
	f.WeakDependency = moved(f.WeakDependency, place)
	f.OptionDependency = nil
}

// moved are indexes after the list that they point into has changed.
func moved(indexes []int32, place map[int32]int32) []int32 {
	var list []int32
	for _, i := range indexes {
		if to, ok := place[i]; ok {
			list = append(list, to)
		}
	}
	return list
}

func (l *linker) leftOut(f *descriptorpb.FileDescriptorProto, what string, scope protoreflect.FullName, name, typeName string) string {
	f.SourceCodeInfo = nil // its paths count the definitions that are gone
	reason := missingType(fmt.Sprintf(what, scope, name), typeName)
	l.problems = append(l.problems, reason)
	return reason
}

func missingType(what, typeName string) string {
	return fmt.Sprintf("the %s needs the type %s, whose description is missing", what, strings.TrimPrefix(typeName, "."))
}
