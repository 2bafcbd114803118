package testserver

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/reflection"
	reflectionv1 "google.golang.org/grpc/reflection/grpc_reflection_v1"
	reflectionv1alpha "google.golang.org/grpc/reflection/grpc_reflection_v1alpha"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/dynamicpb"
)

// Options says how a server differs from a plaintext one without reflection.
type Options struct {
	TLS        *tls.Config
	Reflection string       // versions of server reflection: "v1", "v1alpha" or "both"
	Listener   net.Listener // a port of 127.0.0.1 unless given
	Server     []grpc.ServerOption

	// Front stands before the server, over plain HTTP/2, and may answer in its place.
	Front func(server http.Handler) http.Handler
}

// ConnKey is the key of the net.Conn in the context of a request that Front sees.
type ConnKey struct{}

// Server serves script.v1.Script by script and echoes every other method of
// the embedded schemas.
type Server struct {
	Addr   string // host:port, or the socket's path
	Health *health.Server

	gates  gates
	files  *protoregistry.Files
	server *grpc.Server
	conns  connCounter
	calls  callCounter
}

// StartAt starts a server at an address where none was; the test is skipped where
// another process has taken the port meanwhile.
func StartAt(t testing.TB, address string, o Options) *Server {
	t.Helper()
	lis, err := net.Listen("tcp", address)
	if err != nil {
		t.Skip("the port has been taken:", err)
	}
	o.Listener = lis
	return Start(t, o)
}

// Start starts a server that stops with the test.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	lis := o.Listener
	if lis == nil {
		var err error
		if lis, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
	}
	s := &Server{Addr: lis.Addr().String(), Health: health.NewServer(), files: Files(t)}
	s.conns.changed = sync.NewCond(&s.conns.mu)
	options := append([]grpc.ServerOption{
		grpc.ForceServerCodecV2(newRawCodec()),
		grpc.UnknownServiceHandler(s.handle),
		grpc.StatsHandler(&s.conns),
		grpc.MaxRecvMsgSize(1 << 30),
		grpc.MaxConcurrentStreams(1 << 30),
	}, o.Server...)
	if o.TLS != nil {
		options = append(options, grpc.Creds(credentials.NewTLS(o.TLS)))
	}
	s.server = grpc.NewServer(options...)
	healthpb.RegisterHealthServer(s.server, s.Health)
	s.register(o.Reflection)
	serve, stop := s.server.Serve, s.Stop
	if o.Front != nil {
		front := &http.Server{
			Handler: o.Front(s.server), Protocols: new(http.Protocols), ErrorLog: log.New(io.Discard, "", 0),
			ConnContext: func(ctx context.Context, conn net.Conn) context.Context {
				return context.WithValue(ctx, ConnKey{}, conn)
			},
		}
		front.Protocols.SetUnencryptedHTTP2(true)
		serve, stop = front.Serve, func() {
			front.Close()
			s.Stop()
		}
	}
	served := make(chan error, 1)
	go func() { served <- serve(lis) }()
	t.Cleanup(func() {
		stop()
		<-served
	})
	return s
}

// Stop cuts every connection.
func (s *Server) Stop() { s.server.Stop() }

// GracefulStop sends GOAWAY and returns when the last call has ended.
func (s *Server) GracefulStop() { s.server.GracefulStop() }

// GetServiceInfo lists the services of the schemas for server reflection.
func (s *Server) GetServiceInfo() map[string]grpc.ServiceInfo {
	services := s.server.GetServiceInfo()
	s.files.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		for i := range file.Services().Len() {
			services[string(file.Services().Get(i).FullName())] = grpc.ServiceInfo{Metadata: file.Path()}
		}
		return true
	})
	return services
}

func (s *Server) register(versions string) {
	resolver := fallback{first: s.files, second: protoregistry.GlobalFiles}
	options := reflection.ServerOptions{
		Services: s, DescriptorResolver: resolver, ExtensionResolver: s.extensions(),
	}
	if versions == "v1" || versions == "both" {
		reflectionv1.RegisterServerReflectionServer(s.server, reflection.NewServerV1(options))
	}
	if versions == "v1alpha" || versions == "both" {
		reflectionv1alpha.RegisterServerReflectionServer(s.server, reflection.NewServer(options))
	}
}

// extensions lists the extensions of the schemas for server reflection.
func (s *Server) extensions() *protoregistry.Types {
	types := new(protoregistry.Types)
	add := func(found protoreflect.ExtensionDescriptors) {
		for i := range found.Len() {
			// Only a name used twice fails, and the compiler has seen to that.
			_ = types.RegisterExtension(dynamicpb.NewExtensionType(found.Get(i)))
		}
	}
	s.files.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		add(file.Extensions())
		for i := range file.Messages().Len() {
			add(file.Messages().Get(i).Extensions())
		}
		return true
	})
	return types
}

func (s *Server) handle(_ any, stream grpc.ServerStream) error {
	path, _ := grpc.MethodFromServerStream(stream)
	s.calls.add(path)
	name := protoreflect.FullName(strings.ReplaceAll(strings.TrimPrefix(path, "/"), "/", "."))
	found, err := s.files.FindDescriptorByName(name)
	method, ok := found.(protoreflect.MethodDescriptor)
	if err != nil || !ok {
		return status.Errorf(codes.Unimplemented, "unknown method %s", path)
	}
	r := &run{server: s, stream: stream, method: path}
	md, _ := metadata.FromIncomingContext(stream.Context())
	if len(md["script"]) > 0 {
		return r.script(md["script"][0])
	}
	if method.IsStreamingClient() && !method.IsStreamingServer() {
		return r.count()
	}
	return r.echo()
}

func (r *run) script(text string) error {
	var steps []Step
	if err := json.Unmarshal([]byte(text), &steps); err != nil {
		return status.Errorf(codes.InvalidArgument, "the script is not one: %v", err)
	}
	for _, s := range steps {
		if err := r.step(s); errors.Is(err, errEndOK) {
			return nil
		} else if err != nil {
			return err
		}
	}
	return nil
}

// fallback finds in two registries what reflection asks for.
type fallback struct{ first, second *protoregistry.Files }

func (f fallback) FindFileByPath(path string) (protoreflect.FileDescriptor, error) {
	if file, err := f.first.FindFileByPath(path); err == nil {
		return file, nil
	}
	return f.second.FindFileByPath(path)
}

func (f fallback) FindDescriptorByName(name protoreflect.FullName) (protoreflect.Descriptor, error) {
	if d, err := f.first.FindDescriptorByName(name); err == nil {
		return d, nil
	}
	return f.second.FindDescriptorByName(name)
}
