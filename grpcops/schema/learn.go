package schema

import (
	"context"
	"maps"
	"slices"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/grpcline/grpcline/grpcops/transcode"
)

// Learn asks the server's reflection, which f must have come from, for what it did
// not tell at first because no file names it. The result has all of f and what
// was new; it is f itself if nothing was. Its Codec is that of f, which knows the
// new types from then on.
func (f *Files) Learn(ctx context.Context, cc grpc.ClientConnInterface, names []transcode.Name) (*Files, error) {
	r := newReflected(f.version)
	r.bytes, r.memory = f.bytes, f.memory
	r.protos = maps.Clone(f.protos)
	for _, known := range f.protos {
		r.note(known)
	}
	r.wantMissingTypes()
	r.queue = nil // all that was asked for
	for _, n := range names {
		if n.Symbol != "" {
			r.want(query{kind: symbol, name: string(n.Symbol)})
		} else {
			r.want(query{kind: extension, name: string(n.Message), number: int32(n.Number)})
		}
	}
	if err := r.fetch(ctx, cc); err != nil {
		return f, err
	}
	fresh := map[string]*descriptorpb.FileDescriptorProto{}
	for path, file := range r.protos {
		if f.protos[path] == nil {
			fresh[path] = file
		}
	}
	if len(fresh) == 0 {
		return f, nil
	}
	base := &protoregistry.Files{}
	f.registry.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		register(base, file)
		return true
	})
	learned := *f
	fresh = beside(base, fresh)
	link(base, fresh, bundledWins)
	learned.registry, learned.protos, learned.bytes, learned.memory = base, r.protos, r.bytes, r.memory
	learned.paths = append(slices.Clone(f.paths), slices.Sorted(maps.Keys(fresh))...)
	f.Codec().Learn(base)
	return &learned, nil
}
