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
func linkAll(base *protoregistry.Files, protos map[string]*descriptorpb.FileDescriptorProto, services []string) (*Files, *linker) {
	l := link(base, protos)
	f := newFiles(base, services)
	f.unusable, f.protos, f.paths = l.unusable, protos, slices.Sorted(maps.Keys(protos))
	return f, l
}

// linkSet makes a Files of a descriptor set, whose files may be in any order but
// must be complete, bundled files aside.
func linkSet(set []*descriptorpb.FileDescriptorProto) (*Files, error) {
	protos := map[string]*descriptorpb.FileDescriptorProto{}
	for _, f := range set {
		if why := unreasonable(f); why != "" {
			return nil, &SourceError{"descriptorSet", why, nil}
		}
		protos[f.GetName()] = f
	}
	var services []string
	for _, f := range set {
		for _, imported := range f.GetDependency() {
			if _, bundled := bundledFile(imported); protos[imported] == nil && !bundled {
				return nil, &SourceError{"descriptorSet", fmt.Sprintf("the descriptor set has no file %q, which %q imports (protoc --include_imports puts it in)", imported, f.GetName()), nil}
			}
		}
		services = append(services, servicesOf(f)...)
	}
	files, l := linkAll(&protoregistry.Files{}, protos, services)
	if len(l.problems) > 0 {
		return nil, &SourceError{"descriptorSet", "in the descriptor set, " + l.problems[0], nil}
	}
	return files, nil
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
	merged, _ := linkAll(base, beside(base, other.protos), services)
	merged.paths = append(merged.paths, given.paths...)
	merged.version, merged.bytes = other.version, other.bytes
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
