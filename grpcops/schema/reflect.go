package schema

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	reflection "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
)

// What one server may make us fetch.
const (
	maxReflectBytes   = 64 << 20 // of file descriptors
	maxReflectFiles   = 8192
	maxReflectQueries = 32768
	maxQueryName      = 2048 // bytes
)

// Reflect fetches all that the server's reflection (v1, else v1alpha) tells of
// the services it lists: their files, what those import, and the extensions it
// knows of the messages in them. Metadata and time are ctx's.
//
// A file that the server does not give, or whose description is not valid, costs
// no more than what needs it: see Files.Unusable. The error is ErrNoReflection, or a
// *ReflectionError.
//
// The protocol is spoken here, and not by grpcreflect, because that gives up all
// of a file for a missing or cyclic import, and has no bound on what a server may
// make it fetch.
func Reflect(ctx context.Context, cc grpc.ClientConnInterface) (*Files, error) {
	ctx, cancel := context.WithCancel(ctx) // ends the streams
	defer cancel()
	for _, version := range []string{"v1", "v1alpha"} {
		r := &reflected{
			stream: reflectStream{ctx: ctx, cc: cc, version: version},
			protos: map[string]*descriptorpb.FileDescriptorProto{},
			have:   map[query]bool{},
			asked:  map[query]bool{},
		}
		r.want(query{kind: services})
		err := r.fetch()
		switch {
		case err == nil:
			return r.files(), nil
		case len(r.asked) > 1 || status.Code(err) != codes.Unimplemented:
			return nil, &ReflectionError{version, err, r.stream.headers, r.stream.trailers}
		}
	}
	return nil, ErrNoReflection
}

// reflected is what was fetched so far, and what is to be asked for.
type reflected struct {
	stream   reflectStream
	services []string // as the server lists them
	protos   map[string]*descriptorpb.FileDescriptorProto
	bytes    int            // size of protos on the wire
	have     map[query]bool // what protos answers
	asked    map[query]bool // what was ever in queue
	queue    []query
}

// want puts a query at the end of the queue, once. A name longer than any real one
// is not asked for: maxBatch relies on queries being small.
func (r *reflected) want(q query) {
	if !r.asked[q] && !r.have[q] && len(q.name) <= maxQueryName {
		r.asked[q] = true
		r.queue = append(r.queue, q)
	}
}

// fetch works through the queue, which the answers make longer.
func (r *reflected) fetch() error {
	for len(r.queue) > 0 {
		var batch []query
		for len(r.queue) > 0 && len(batch) < maxBatch {
			if q := r.queue[0]; !r.have[q] {
				batch = append(batch, q)
			}
			r.queue = r.queue[1:]
		}
		if err := r.stream.ask(batch, r.take); err != nil {
			return err
		}
		if len(r.asked) > maxReflectQueries {
			return status.Errorf(codes.ResourceExhausted, "it takes more than %d queries", maxReflectQueries)
		}
	}
	return nil
}

// take keeps what an answer has. What the server does not know, or answers with
// something else, is left missing; only the list of services must come.
func (r *reflected) take(q query, answer *reflection.ServerReflectionResponse) error {
	if q.kind == services {
		if e := answer.GetErrorResponse(); e != nil {
			return status.Error(codes.Code(e.GetErrorCode()), e.GetErrorMessage())
		}
		for _, s := range answer.GetListServicesResponse().GetService() {
			if protoreflect.FullName(s.GetName()).IsValid() {
				r.services = append(r.services, s.GetName())
				r.want(query{kind: symbol, name: s.GetName()})
			}
		}
	}
	for _, number := range answer.GetAllExtensionNumbersResponse().GetExtensionNumber() {
		r.want(query{kind: extension, name: q.name, number: number})
	}
	for _, raw := range answer.GetFileDescriptorResponse().GetFileDescriptorProto() {
		if r.bytes += len(raw); r.bytes > maxReflectBytes {
			return status.Errorf(codes.ResourceExhausted, "it gives more than %d MiB of descriptions", maxReflectBytes>>20)
		}
		f := &descriptorpb.FileDescriptorProto{}
		if proto.Unmarshal(raw, f) == nil && f.GetName() != "" && r.protos[f.GetName()] == nil {
			r.add(f)
		}
		if len(r.protos) > maxReflectFiles {
			return status.Errorf(codes.ResourceExhausted, "it gives more than %d files", maxReflectFiles)
		}
	}
	return nil
}

// add keeps a file and wants what belongs to it.
func (r *reflected) add(f *descriptorpb.FileDescriptorProto) {
	r.protos[f.GetName()] = f
	r.have[query{kind: file, name: f.GetName()}] = true
	for _, name := range servicesOf(f) {
		r.have[query{kind: symbol, name: name}] = true
	}
	for _, imported := range f.GetDependency() {
		r.want(query{kind: file, name: imported})
	}
	eachField(f, func(_ protoreflect.FullName, field *descriptorpb.FieldDescriptorProto) bool {
		if field.Extendee != nil {
			r.have[query{kind: extension, name: strings.TrimPrefix(field.GetExtendee(), "."), number: field.GetNumber()}] = true
		}
		return true
	})
	if strings.HasPrefix(f.GetName(), "google/protobuf/") {
		return // options are not part of any message
	}
	var messages func(scope protoreflect.FullName, list []*descriptorpb.DescriptorProto)
	messages = func(scope protoreflect.FullName, list []*descriptorpb.DescriptorProto) {
		for _, m := range list {
			name := scope.Append(protoreflect.Name(m.GetName()))
			if len(m.GetExtensionRange()) > 0 {
				r.want(query{kind: extensions, name: string(name)})
			}
			messages(name, m.GetNestedType())
		}
	}
	messages(protoreflect.FullName(f.GetPackage()), f.GetMessageType())
}

// files links what was fetched.
func (r *reflected) files() *Files {
	f, _ := linkAll(&protoregistry.Files{}, r.protos, slices.Clone(r.services))
	for _, name := range r.services {
		full := protoreflect.FullName(name)
		if _, ok := f.FindService(name); !ok && f.unusable[full] == "" {
			f.unusable[full] = fmt.Sprintf("the server lists the service %s but does not describe it", name)
		}
	}
	return f
}
