package schema

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/reflection"
	refpb "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"
)

func TestReflectGRPCGo(t *testing.T) {
	cc := connect(t, func(s *grpc.Server) {
		grpc_health_v1.RegisterHealthServer(s, health.NewServer())
		reflection.Register(s)
	})
	f, err := Reflect(t.Context(), cc)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"}
	if got := f.ServiceNames(); !slices.Equal(got, want) {
		t.Errorf("services are %s", got)
	}
	s, _ := f.FindService("grpc.health.v1.Health")
	if got := s.Methods().ByName("Check").Input().FullName(); got != "grpc.health.v1.HealthCheckRequest" {
		t.Errorf("Check takes %s", got)
	}
}

const (
	serviceFile = `name: "a.proto" package: "p" dependency: "b.proto" dependency: "c.proto" dependency: "google/type/money.proto"
		message_type { name: "A" extension_range { start: 5 end: 10 } field { name: "b"` + field + `".p.B" } }
		service { name: "S" method { name: "Do" input_type: ".p.A" output_type: ".google.type.Money" } }`
	importedFile  = `name: "b.proto" package: "p" message_type { name: "B" }`
	cyclicFile    = `name: "c.proto" package: "p" dependency: "a.proto" message_type { name: "C" }`
	extensionFile = `name: "x.proto" package: "p" dependency: "a.proto" extension { name: "note" extendee: ".p.A" number: 7 label: LABEL_OPTIONAL type: TYPE_STRING }`
)

func TestReflectServersOfAllKinds(t *testing.T) {
	notFound := func() (*refpb.ServerReflectionResponse, error) { return errorAnswer(codes.NotFound, "no"), nil }
	all := []string{serviceFile, importedFile, cyclicFile, extensionFile}
	known := serveFiles(t, notFound, all...)
	tests := []struct {
		name, version string
		answer        answerer
		want          string // fields of p.A
	}{
		{"v1", "v1", serveFiles(t, notFound, all...), "b p.B"},
		{"v1alpha only", "v1alpha", serveFiles(t, notFound, all...), "b p.B"},
		{"a missing import", "v1", serveFiles(t, notFound, serviceFile, extensionFile), "b bytes"},
		{"a stream that ends at what is not known", "v1", serveFiles(t, func() (*refpb.ServerReflectionResponse, error) { return nil, nil }, all...), "b p.B"},
		{"a stream that fails at what is not known", "v1", serveFiles(t, func() (*refpb.ServerReflectionResponse, error) {
			return nil, status.Error(codes.NotFound, "no")
		}, all...), "b p.B"},
		{"answers that do not fit", "v1", serveFiles(t, func() (*refpb.ServerReflectionResponse, error) { return listAnswer("q.T"), nil }, all...), "b p.B"},
		{"answers that are not descriptors", "v1", serveFiles(t, func() (*refpb.ServerReflectionResponse, error) { return fileAnswer([]byte("\xff"), nil), nil }, all...), "b p.B"},
		{"one answer a stream", "v1", func(ctx context.Context, request *refpb.ServerReflectionRequest) (*refpb.ServerReflectionResponse, error) {
			response, _ := known(ctx, request)
			return response, errLast
		}, "b p.B"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, err := Reflect(t.Context(), connectFake(t, tt.version, tt.answer))
			if err != nil {
				t.Fatal(err)
			}
			if got := kinds(t, f, "p.A"); got != tt.want {
				t.Errorf("p.A has %s", got)
			}
			s, ok := f.FindService("p.S")
			if !ok || s.Methods().Len() != 1 || len(f.Services()) != 1 {
				t.Errorf("services are %s", f.ServiceNames())
			}
			if _, err := f.Registry().FindDescriptorByName("p.note"); err != nil {
				t.Errorf("the extension is missing: %v", err)
			}
		})
	}
}

func TestReflectUndescribedService(t *testing.T) {
	cc := connectFake(t, "v1", func(_ context.Context, request *refpb.ServerReflectionRequest) (*refpb.ServerReflectionResponse, error) {
		if request.GetFileContainingSymbol() != "" {
			return errorAnswer(codes.NotFound, "no"), nil
		}
		return listAnswer("p.S", "not a name"), nil
	})
	f, err := Reflect(t.Context(), cc)
	if err != nil {
		t.Fatal(err)
	}
	if got := f.ServiceNames(); !slices.Equal(got, []string{"p.S"}) {
		t.Errorf("services are %s", got)
	}
	if got := f.Unusable("p.S"); got != "the server lists the service p.S but does not describe it" {
		t.Errorf("got %q", got)
	}
}

func TestReflectFails(t *testing.T) {
	tests := []struct {
		name   string
		answer answerer
		code   codes.Code
		want   string
	}{
		{"a status", func(ctx context.Context, _ *refpb.ServerReflectionRequest) (*refpb.ServerReflectionResponse, error) {
			md, _ := metadata.FromIncomingContext(ctx)
			return nil, status.Errorf(codes.Unauthenticated, "not %s", md.Get("who"))
		}, codes.Unauthenticated, "the server's reflection (v1) failed: not [me]"},
		{"an error for an answer", func(context.Context, *refpb.ServerReflectionRequest) (*refpb.ServerReflectionResponse, error) {
			return errorAnswer(codes.PermissionDenied, "no"), nil
		}, codes.PermissionDenied, "the server's reflection (v1) failed: no"},
		{"no answer", func(context.Context, *refpb.ServerReflectionRequest) (*refpb.ServerReflectionResponse, error) {
			return nil, nil
		}, codes.Unknown, "the server's reflection (v1) failed: it ended the stream without an answer"},
		{"an end in the middle", func(_ context.Context, request *refpb.ServerReflectionRequest) (*refpb.ServerReflectionResponse, error) {
			if request.GetFileContainingSymbol() != "" {
				return nil, status.Error(codes.Unavailable, "going down")
			}
			return listAnswer("p.S"), nil
		}, codes.Unavailable, "the server's reflection (v1) failed: going down"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ctx := metadata.AppendToOutgoingContext(t.Context(), "who", "me")
			_, err := Reflect(ctx, connectFake(t, "v1", tt.answer))
			if s, ok := status.FromError(err); !ok || s.Code() != tt.code || s.Message() != tt.want {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestNoReflection(t *testing.T) {
	_, err := Reflect(t.Context(), connect(t, func(*grpc.Server) {}))
	if !errors.Is(err, ErrNoReflection) {
		t.Errorf("got %v", err)
	}
}

// A server that says nothing holds up no longer than the request may take.
func TestReflectSilentServer(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	cc := connectFake(t, "v1", func(ctx context.Context, _ *refpb.ServerReflectionRequest) (*refpb.ServerReflectionResponse, error) {
		cancel()
		<-ctx.Done()
		return nil, nil
	})
	_, err := Reflect(ctx, cc)
	if status.Code(err) != codes.Canceled || !strings.Contains(err.Error(), "reflection") {
		t.Errorf("got %v", err)
	}
}
