package schema

import (
	"context"
	"errors"
	"fmt"
	"maps"
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

// Reflect fetches all that the server's reflection tells of the services it lists:
// their files, what those import, the types that the files name and do not have,
// and the extensions it knows of the messages in them. Metadata and time are ctx's.
//
// It goes by v1 and, whatever went wrong there, by v1alpha: proxies and servers
// refuse a method that they do not know in every way there is. The error is
// ErrNoReflection, or a *ReflectionError with what went wrong first; a version that
// is merely not implemented did not go wrong.
//
// A file that the server does not give, or whose description is not valid, costs
// no more than what needs it: see Files.Unusable.
//
// The protocol is spoken here, and not by grpcreflect, because that gives up all
// of a file for a missing or cyclic import, and has no bound on what a server may
// make it fetch.
func Reflect(ctx context.Context, cc grpc.ClientConnInterface) (*Files, error) {
	var first *ReflectionError
	for _, version := range []string{"v1", "v1alpha"} {
		r := newReflected(version)
		r.want(query{kind: services})
		failed := r.fetch(ctx, cc)
		if failed == nil {
			return r.files(), nil
		}
		if first == nil || status.Code(first) == codes.Unimplemented && status.Code(failed) != codes.Unimplemented {
			first = failed
		}
		if ctx.Err() != nil || errors.Is(failed, errTooMuch) {
			break
		}
	}
	if status.Code(first) == codes.Unimplemented && ctx.Err() == nil {
		return nil, ErrNoReflection
	}
	return nil, first
}

// errTooMuch marks the errors about what one server may make us fetch.
var errTooMuch = errors.New("too much")

func tooMuchf(format string, args ...any) error {
	return &boundError{status.Newf(codes.ResourceExhausted, format, args...)}
}

// boundError is an errTooMuch with a status.
type boundError struct{ status *status.Status }

func (e *boundError) Error() string              { return e.status.Message() }
func (e *boundError) GRPCStatus() *status.Status { return e.status }
func (*boundError) Is(target error) bool         { return target == errTooMuch }

// reflected is what was fetched so far, and what is to be asked for.
type reflected struct {
	version  string
	services []string                                     // as the server lists them
	protos   map[string]*descriptorpb.FileDescriptorProto // by path; see place
	bytes    int                                          // size of protos on the wire
	memory   int                                          // that protos take
	refused  string                                       // why a file was not taken, empty if all were
	have     map[query]bool                               // what protos answers
	asked    map[query]bool                               // what was ever in queue
	queue    []query
}

func newReflected(version string) *reflected {
	return &reflected{
		version: version,
		protos:  map[string]*descriptorpb.FileDescriptorProto{},
		have:    map[query]bool{},
		asked:   map[query]bool{},
	}
}

// want puts a query at the end of the queue, once. A name longer than any real one
// is not asked for: maxBatch relies on queries being small.
func (r *reflected) want(q query) {
	if !r.asked[q] && !r.have[q] && len(q.name) <= maxQueryName && len(r.asked) <= maxReflectQueries {
		r.asked[q] = true
		r.queue = append(r.queue, q)
	}
}

// fetch works through the queue, which the answers make longer, and then asks for
// the types that are still missing.
func (r *reflected) fetch(ctx context.Context, cc grpc.ClientConnInterface) *ReflectionError {
	ctx, cancel := context.WithCancel(ctx) // ends the streams
	defer cancel()
	stream := reflectStream{ctx: ctx, cc: cc, version: r.version}
	failed := func(err error) *ReflectionError {
		return &ReflectionError{r.version, err, stream.headers, stream.trailers}
	}
	for len(r.queue) > 0 {
		var batch []query
		for len(r.queue) > 0 && len(batch) < maxBatch {
			if q := r.queue[0]; !r.have[q] {
				batch = append(batch, q)
			}
			r.queue = r.queue[1:]
		}
		if err := stream.ask(batch, r.take); err != nil {
			return failed(err)
		}
		if len(r.queue) == 0 {
			r.wantMissingTypes()
		}
		if len(r.asked) > maxReflectQueries {
			return failed(tooMuchf("it takes more than %d queries", maxReflectQueries))
		}
	}
	if len(r.protos) == 0 && stream.final != nil {
		return failed(stream.final)
	}
	return nil
}

// wantMissingTypes asks by name for the types that files use and that no file has:
// the file that should have them may be missing, or another of the same name.
func (r *reflected) wantMissingTypes() {
	known := map[protoreflect.FullName]bool{}
	for _, f := range r.protos {
		eachType(f, func(name protoreflect.FullName) { known[name] = true })
	}
	note := func(_ protoreflect.FullName, name string) {
		full := protoreflect.FullName(strings.TrimPrefix(name, "."))
		if full.IsValid() && !known[full] && !isBundledType(full) {
			r.want(query{kind: symbol, name: string(full)})
		}
	}
	for _, path := range slices.Sorted(maps.Keys(r.protos)) {
		eachUse(r.protos[path], note)
	}
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
			return tooMuchf("it gives more than %d MiB of descriptions", maxReflectBytes>>20)
		}
		f := &descriptorpb.FileDescriptorProto{}
		if r.memory += memoryOf(raw, f, maxDescribed); r.memory > maxDescribed {
			return tooMuchf("its descriptions take more than %d MiB of memory", maxDescribed>>20)
		}
		if proto.Unmarshal(raw, f) != nil || f.GetName() == "" {
			continue
		}
		if why := unreasonable(f); why != "" {
			r.refused = why
			continue
		}
		r.add(f)
		if len(r.protos) > maxReflectFiles {
			return tooMuchf("it gives more than %d files", maxReflectFiles)
		}
	}
	return nil
}

// add keeps a file and wants what belongs to it. A file with the name of another
// and contents of its own, as servers have them that are made of several, is kept
// beside that one.
func (r *reflected) add(f *descriptorpb.FileDescriptorProto) {
	path := f.GetName()
	for same := r.protos[path]; same != nil; same = r.protos[path] {
		own := same.GetName()
		same.Name = f.Name
		equal := proto.Equal(same, f)
		same.Name = &own
		if equal {
			return
		}
		path += anotherOfThatName
	}
	r.note(f)
	f.Name = &path
	r.protos[path] = f
}

// note wants what belongs to a file.
func (r *reflected) note(f *descriptorpb.FileDescriptorProto) {
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
	eachMessage(f, func(name protoreflect.FullName, m *descriptorpb.DescriptorProto) {
		if len(m.GetExtensionRange()) > 0 {
			r.want(query{kind: extensions, name: string(name)})
		}
	})
}

// files links what was fetched.
func (r *reflected) files() *Files {
	f, _ := linkAll(&protoregistry.Files{}, r.protos, slices.Clone(r.services), bundledWins)
	f.version, f.bytes, f.memory = r.version, r.bytes, r.memory
	for _, name := range r.services {
		full := protoreflect.FullName(name)
		if _, ok := f.FindService(name); !ok && f.unusable[full] == "" {
			f.unusable[full] = fmt.Sprintf("the server lists the service %s but does not describe it", name)
			if r.refused != "" {
				f.unusable[full] = fmt.Sprintf("the service %s cannot be used: %s", name, r.refused)
			}
		}
	}
	return f
}
