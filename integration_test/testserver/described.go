package testserver

import (
	"context"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/bufbuild/protocompile"
	"github.com/bufbuild/protocompile/linker"
	"github.com/bufbuild/protocompile/protoutil"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	reflectionv1 "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
	"google.golang.org/protobuf/types/known/anypb"
)

// Described is a server whose reflection (v1) tells what the test wants it to. It
// answers each method with the bytes set for it, and others with the request.
type Described struct {
	Addr string

	t       testing.TB
	mu      sync.Mutex
	units   []unit
	replies map[string]func(grpc.ServerStream, []byte) error
	asked   map[string]int
}

// Source is a .proto file of a Described server.
type Source struct {
	Name, Text string

	ByName     bool // it is given by its name, else only by what it defines
	Unlisted   bool // its services are not in the list
	Untold     bool // its extensions are not in the list of numbers
	Spoil      func(*descriptorpb.FileDescriptorProto)
	Unanswered error // ends the stream of who asks for it
}

// unit is a compiled source.
type unit struct {
	Source
	file *descriptorpb.FileDescriptorProto
	raw  []byte
	def  linker.File
}

// Describe starts a server with these sources.
func Describe(t testing.TB, sources ...Source) *Described {
	t.Helper()
	d := &Described{t: t, replies: map[string]func(grpc.ServerStream, []byte) error{}, asked: map[string]int{}}
	d.Deploy(sources...)
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d.Addr = lis.Addr().String()
	server := grpc.NewServer(grpc.ForceServerCodecV2(newRawCodec()), grpc.UnknownServiceHandler(d.handle))
	reflectionv1.RegisterServerReflectionServer(server, &describer{described: d})
	served := make(chan error, 1)
	go func() { served <- server.Serve(lis) }()
	t.Cleanup(func() {
		server.Stop()
		<-served
	})
	return d
}

// Deploy replaces the sources. Each is compiled with the others that come before it.
func (d *Described) Deploy(sources ...Source) {
	d.t.Helper()
	var units []unit
	for i, s := range sources {
		texts := map[string]string{}
		for _, before := range sources[:i] {
			texts[before.Name] = before.Text
		}
		texts[s.Name] = s.Text
		compiler := protocompile.Compiler{Resolver: protocompile.WithStandardImports(&protocompile.SourceResolver{
			Accessor: protocompile.SourceAccessorFromMap(texts),
		})}
		linked, err := compiler.Compile(context.Background(), s.Name)
		if err != nil {
			d.t.Fatal(err)
		}
		file := proto.CloneOf(protoutil.ProtoFromFileDescriptor(linked[0]))
		if s.Spoil != nil {
			s.Spoil(file)
		}
		raw, err := proto.Marshal(file)
		if err != nil {
			d.t.Fatal(err)
		}
		units = append(units, unit{s, file, raw, linked[0]})
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.units = units
}

// Message is the wire form of a message of a source, from its JSON.
func (d *Described) Message(name, json string) []byte {
	d.t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, u := range d.units {
		m, ok := u.def.FindDescriptorByName(protoreflect.FullName(name)).(protoreflect.MessageDescriptor)
		if !ok {
			continue
		}
		message := dynamicpb.NewMessage(m)
		if err := protojson.Unmarshal([]byte(json), message); err != nil {
			d.t.Fatal(err)
		}
		raw, err := proto.Marshal(message)
		if err != nil {
			d.t.Fatal(err)
		}
		return raw
	}
	d.t.Fatalf("no source has %s", name)
	return nil
}

// Reply sets what a method, as /pkg.Service/Method, answers.
func (d *Described) Reply(path string, answer func(stream grpc.ServerStream, request []byte) error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.replies[path] = answer
}

// ReplyBytes sets the message that a method answers.
func (d *Described) ReplyBytes(path string, messages ...[]byte) {
	d.Reply(path, func(stream grpc.ServerStream, _ []byte) error {
		for _, m := range messages {
			if err := stream.SendMsg(frame(m)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Asked is how often the list of services ("") or a file or symbol was asked for.
func (d *Described) Asked(what string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.asked[what]
}

func (d *Described) handle(_ any, stream grpc.ServerStream) error {
	path, _ := grpc.MethodFromServerStream(stream)
	var request frame
	if err := stream.RecvMsg(&request); err != nil {
		return err
	}
	d.mu.Lock()
	answer := d.replies[path]
	d.mu.Unlock()
	if answer == nil {
		return stream.SendMsg(request)
	}
	return answer(stream, request)
}

// describer answers the questions about a Described server.
type describer struct {
	reflectionv1.UnimplementedServerReflectionServer
	described *Described
}

func (r *describer) ServerReflectionInfo(stream reflectionv1.ServerReflection_ServerReflectionInfoServer) error {
	for {
		in, err := stream.Recv()
		if err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		out, err := r.described.answer(in)
		if err != nil {
			return err
		}
		out.OriginalRequest = in
		if err := stream.Send(out); err != nil {
			return err
		}
	}
}

func (d *Described) answer(in *reflectionv1.ServerReflectionRequest) (*reflectionv1.ServerReflectionResponse, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked[in.GetFileByFilename()+in.GetFileContainingSymbol()]++
	out := &reflectionv1.ServerReflectionResponse{}
	if in.GetListServices() != "" {
		list := &reflectionv1.ListServiceResponse{}
		for _, u := range d.units {
			for i := range u.def.Services().Len() {
				if !u.Unlisted {
					list.Service = append(list.Service, &reflectionv1.ServiceResponse{Name: string(u.def.Services().Get(i).FullName())})
				}
			}
		}
		out.MessageResponse = &reflectionv1.ServerReflectionResponse_ListServicesResponse{ListServicesResponse: list}
		return out, nil
	}
	if message := in.GetAllExtensionNumbersOfType(); message != "" {
		numbers := &reflectionv1.ExtensionNumberResponse{BaseTypeName: message}
		for _, u := range d.units {
			for i := range u.def.Extensions().Len() {
				if x := u.def.Extensions().Get(i); !u.Untold && string(x.ContainingMessage().FullName()) == message {
					numbers.ExtensionNumber = append(numbers.ExtensionNumber, int32(x.Number()))
				}
			}
		}
		if len(numbers.ExtensionNumber) > 0 {
			out.MessageResponse = &reflectionv1.ServerReflectionResponse_AllExtensionNumbersResponse{AllExtensionNumbersResponse: numbers}
			return out, nil
		}
	}
	for _, u := range d.units {
		if !u.has(in) {
			continue
		}
		if u.Unanswered != nil {
			return nil, u.Unanswered
		}
		out.MessageResponse = &reflectionv1.ServerReflectionResponse_FileDescriptorResponse{
			FileDescriptorResponse: &reflectionv1.FileDescriptorResponse{FileDescriptorProto: [][]byte{u.raw}},
		}
		return out, nil
	}
	out.MessageResponse = &reflectionv1.ServerReflectionResponse_ErrorResponse{
		ErrorResponse: &reflectionv1.ErrorResponse{ErrorCode: int32(codes.NotFound), ErrorMessage: "not found"},
	}
	return out, nil
}

// has tells whether a unit is what is asked for.
func (u *unit) has(in *reflectionv1.ServerReflectionRequest) bool {
	if name := in.GetFileByFilename(); name != "" {
		return u.ByName && name == u.Name
	}
	if symbol := in.GetFileContainingSymbol(); symbol != "" {
		return u.def.FindDescriptorByName(protoreflect.FullName(symbol)) != nil
	}
	if want := in.GetFileContainingExtension(); want != nil {
		for i := range u.def.Extensions().Len() {
			x := u.def.Extensions().Get(i)
			if string(x.ContainingMessage().FullName()) == want.ContainingType && int32(x.Number()) == want.ExtensionNumber {
				return true
			}
		}
	}
	return false
}

// Refuse is a status for Source.Unanswered.
func Refuse(code codes.Code) error { return status.Error(code, "this one is broken") }

// Any is the wire form of a google.protobuf.Any.
func (d *Described) Any(name string, value []byte) []byte {
	d.t.Helper()
	raw, err := proto.Marshal(&anypb.Any{TypeUrl: "type.googleapis.com/" + name, Value: value})
	if err != nil {
		d.t.Fatal(err)
	}
	return raw
}
