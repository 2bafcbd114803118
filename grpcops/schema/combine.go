package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/grpcline/grpcline/grpcops/transcode"
)

// newFiles makes a Files with the services of those names that the registry has.
func newFiles(r *protoregistry.Files, services []string) *Files {
	f := &Files{registry: r, unusable: map[protoreflect.FullName]string{}}
	f.codec = sync.OnceValue(func() *transcode.Codec { return transcode.NewCodec(r) })
	slices.Sort(services)
	for _, name := range slices.Compact(services) {
		if s, ok := f.FindService(name); ok {
			f.services = append(f.services, s)
		}
	}
	return f
}

// linkAll makes a Files of descriptor protos with the given services.
func linkAll(base *protoregistry.Files, protos map[string]*descriptorpb.FileDescriptorProto, services []string, wins precedence) (*Files, *linker) {
	l := link(base, protos, wins)
	f := newFiles(base, services)
	f.unusable, f.protos, f.paths = l.unusable, protos, slices.Sorted(maps.Keys(protos))
	return f, l
}

// linkSet makes a Files of a descriptor set, whose files may be in any order but
// must be complete, bundled files aside, and must fit together. What it has under
// the names of bundled files wins over those.
func linkSet(set []*descriptorpb.FileDescriptorProto) (*Files, error) {
	protos := map[string]*descriptorpb.FileDescriptorProto{}
	wrong := func(format string, args ...any) (*Files, error) {
		return nil, &SourceError{"descriptorSet", fmt.Sprintf(format, args...), nil}
	}
	for _, f := range set {
		if why := unreasonable(f); why != "" {
			return wrong("%s", why)
		}
		if same := protos[f.GetName()]; same != nil && !proto.Equal(same, f) {
			return wrong("the descriptor set has two different files %q", f.GetName())
		}
		protos[f.GetName()] = f
	}
	if first, second, symbol := definedTwiceIn(protos); symbol != "" {
		return wrong("in the descriptor set, %q and %q both define %s", first, second, symbol)
	}
	var services []string
	for _, f := range set {
		for _, imported := range f.GetDependency() {
			if _, bundled := bundledFile(imported); protos[imported] == nil && !bundled {
				return wrong("the descriptor set has no file %q, which %q imports (protoc --include_imports puts it in)", imported, f.GetName())
			}
		}
		services = append(services, servicesOf(f)...)
	}
	files, l := linkAll(&protoregistry.Files{}, protos, services, givenWins)
	if len(l.problems) > 0 {
		return wrong("in the descriptor set, %s", l.problems[0])
	}
	return files, nil
}

// definedTwiceIn finds a name that two files define at their top.
func definedTwiceIn(protos map[string]*descriptorpb.FileDescriptorProto) (first, second, symbol string) {
	definer := map[string]string{}
	for _, path := range slices.Sorted(maps.Keys(protos)) {
		f := protos[path]
		for _, name := range topNames(f) {
			full := strings.TrimPrefix(f.GetPackage()+"."+name, ".")
			if other, taken := definer[full]; taken && other != path {
				return other, path, full
			}
			definer[full] = path
		}
	}
	return "", "", ""
}

// topNames are the names that a file defines in its package.
func topNames(f *descriptorpb.FileDescriptorProto) []string {
	var names []string
	for _, m := range f.GetMessageType() {
		names = append(names, m.GetName())
	}
	for _, e := range f.GetEnumType() {
		names = append(names, e.GetName())
		for _, v := range e.GetValue() {
			names = append(names, v.GetName())
		}
	}
	for _, s := range f.GetService() {
		names = append(names, s.GetName())
	}
	for _, x := range f.GetExtension() {
		names = append(names, x.GetName())
	}
	return names
}

func servicesOf(f *descriptorpb.FileDescriptorProto) []string {
	var names []string
	for _, s := range f.GetService() {
		names = append(names, strings.TrimPrefix(f.GetPackage()+"."+s.GetName(), "."))
	}
	return names
}

// Merge adds to given what other, made by Reflect or of a descriptor set, has
// beyond it. Where both define a name, given wins.
func Merge(given, other *Files) *Files {
	base := &protoregistry.Files{}
	given.registry.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		register(base, f)
		return true
	})
	services := append(names(given.services), names(other.services)...)
	added := maps.Clone(other.protos)
	maps.DeleteFunc(added, func(path string, _ *descriptorpb.FileDescriptorProto) bool { // what given has imported from other
		have, err := base.FindFileByPath(path)
		theirs, errTheirs := other.registry.FindFileByPath(path)
		return err == nil && errTheirs == nil && have == theirs
	})
	merged, _ := linkAll(base, beside(base, added), services, bundledWins)
	merged.paths = append(merged.paths, given.paths...)
	merged.version, merged.bytes, merged.memory = other.version, other.bytes, other.memory
	for name, reason := range other.unusable {
		if _, err := base.FindDescriptorByName(name); err != nil {
			merged.unusable[name] = reason
		}
	}
	return merged
}

// anotherOfThatName is put behind the path of a file whose own is taken.
const anotherOfThatName = " of another source"

// beside returns the files under paths that are free in r: two sources may use one
// path for different files. (The linker goes by the types, not by the paths, that a
// file imports.)
func beside(r *protoregistry.Files, files map[string]*descriptorpb.FileDescriptorProto) map[string]*descriptorpb.FileDescriptorProto {
	free := make(map[string]*descriptorpb.FileDescriptorProto, len(files))
	for path, f := range files {
		if _, bundled := bundledFile(path); !bundled {
			for _, err := r.FindFileByPath(path); err == nil; _, err = r.FindFileByPath(path) {
				path += anotherOfThatName
			}
		}
		if path != f.GetName() {
			f = proto.Clone(f).(*descriptorpb.FileDescriptorProto)
			f.Name = &path
		}
		free[path] = f
	}
	return free
}

func names(services []protoreflect.ServiceDescriptor) []string {
	var list []string
	for _, s := range services {
		list = append(list, string(s.FullName()))
	}
	return list
}
