package grpcops

import (
	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/reflection"
	reflectionpb "google.golang.org/grpc/reflection/grpc_reflection_v1"
	alphapb "google.golang.org/grpc/reflection/grpc_reflection_v1alpha"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/grpcline/grpcline/grpcops/schema"
)

// registerOwn registers what the worker answers itself, reflection and health, and
// returns the names of those services.
func registerOwn(server *grpc.Server, files *schema.Files, services []protoreflect.ServiceDescriptor, p *ServerParams) map[string]bool {
	names := listed{}
	for _, sd := range services {
		names[string(sd.FullName())] = grpc.ServiceInfo{}
	}
	own := map[string]bool{}
	if p.Health == nil || *p.Health {
		healthy := health.NewServer()
		for name := range names {
			healthy.SetServingStatus(name, healthpb.HealthCheckResponse_SERVING)
		}
		healthpb.RegisterHealthServer(server, healthy)
		own[healthpb.Health_ServiceDesc.ServiceName] = true
	}
	if p.Reflection == nil || *p.Reflection {
		own[reflectionpb.ServerReflection_ServiceDesc.ServiceName] = true
		own[alphapb.ServerReflection_ServiceDesc.ServiceName] = true
		for name := range own {
			names[name] = grpc.ServiceInfo{}
		}
		options := reflection.ServerOptions{
			Services:           names,
			DescriptorResolver: withOwn{files.Registry()},
			ExtensionResolver:  extensions{dynamicpb.NewTypes(files.Registry()), files.Registry()},
		}
		reflectionpb.RegisterServerReflectionServer(server, reflection.NewServerV1(options))
		alphapb.RegisterServerReflectionServer(server, reflection.NewServer(options))
	}
	return own
}

// listed are the services that reflection lists.
type listed map[string]grpc.ServiceInfo

// GetServiceInfo gives the names; reflection asks for nothing else.
func (l listed) GetServiceInfo() map[string]grpc.ServiceInfo { return l }

// withOwn finds what is in a schema, and else what the worker serves itself.
type withOwn struct{ files *protoregistry.Files }

func (w withOwn) FindFileByPath(path string) (protoreflect.FileDescriptor, error) {
	if fd, err := w.files.FindFileByPath(path); err == nil {
		return fd, nil
	}
	return protoregistry.GlobalFiles.FindFileByPath(path)
}

func (w withOwn) FindDescriptorByName(name protoreflect.FullName) (protoreflect.Descriptor, error) {
	if d, err := w.files.FindDescriptorByName(name); err == nil {
		return d, nil
	}
	return protoregistry.GlobalFiles.FindDescriptorByName(name)
}

// extensions are those of a schema.
type extensions struct {
	*dynamicpb.Types
	files *protoregistry.Files
}

// RangeExtensionsByMessage visits the extensions of a message until visit returns
// false.
func (e extensions) RangeExtensionsByMessage(message protoreflect.FullName, visit func(protoreflect.ExtensionType) bool) {
	e.files.RangeFiles(func(fd protoreflect.FileDescriptor) bool {
		return eachExtension(fd, func(xd protoreflect.ExtensionDescriptor) bool {
			return xd.ContainingMessage().FullName() != message || visit(dynamicpb.NewExtensionType(xd))
		})
	})
}

// extended has extensions declared in it: a file or a message.
type extended interface {
	Messages() protoreflect.MessageDescriptors
	Extensions() protoreflect.ExtensionDescriptors
}

// eachExtension visits the extensions declared in d and in its messages until
// visit returns false, and returns that.
func eachExtension(d extended, visit func(protoreflect.ExtensionDescriptor) bool) bool {
	for i := range d.Extensions().Len() {
		if !visit(d.Extensions().Get(i)) {
			return false
		}
	}
	for i := range d.Messages().Len() {
		if !eachExtension(d.Messages().Get(i), visit) {
			return false
		}
	}
	return true
}
