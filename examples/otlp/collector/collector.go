// Package collector stands in for an OpenTelemetry collector: it takes traces over
// OTLP/gRPC and hands the spans on.
package collector

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/reflection"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	collectorpb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
)

// New makes a server, with reflection, that gives each request's spans to export.
// The calls of export may overlap.
func New(export func([]*tracepb.ResourceSpans), options ...grpc.ServerOption) *grpc.Server {
	s := grpc.NewServer(options...)
	collectorpb.RegisterTraceServiceServer(s, service{export: export})
	reflection.Register(s)
	return s
}

// Descriptors is the schema of the trace service as a FileDescriptorSet: what a
// client needs for a collector without reflection.
func Descriptors() ([]byte, error) {
	set := &descriptorpb.FileDescriptorSet{}
	seen := map[string]bool{}
	var add func(protoreflect.FileDescriptor)
	add = func(fd protoreflect.FileDescriptor) {
		if seen[fd.Path()] {
			return
		}
		seen[fd.Path()] = true
		for i := range fd.Imports().Len() {
			add(fd.Imports().Get(i).FileDescriptor)
		}
		set.File = append(set.File, protodesc.ToFileDescriptorProto(fd))
	}
	add(collectorpb.File_opentelemetry_proto_collector_trace_v1_trace_service_proto)
	return proto.MarshalOptions{Deterministic: true}.Marshal(set)
}

type service struct {
	collectorpb.UnimplementedTraceServiceServer
	export func([]*tracepb.ResourceSpans)
}

// Export takes spans whose ids have the length that OTLP prescribes; others are
// rejected and counted in the answer's partial success.
func (s service) Export(_ context.Context, in *collectorpb.ExportTraceServiceRequest) (*collectorpb.ExportTraceServiceResponse, error) {
	if len(in.GetResourceSpans()) == 0 {
		return nil, status.Error(codes.InvalidArgument, "no spans")
	}
	rejected := int64(0)
	for _, resource := range in.GetResourceSpans() {
		for _, scope := range resource.GetScopeSpans() {
			good := scope.Spans[:0]
			for _, span := range scope.GetSpans() {
				if len(span.GetTraceId()) == 16 && len(span.GetSpanId()) == 8 {
					good = append(good, span)
				} else {
					rejected++
				}
			}
			scope.Spans = good
		}
	}
	s.export(in.GetResourceSpans())
	reply := &collectorpb.ExportTraceServiceResponse{}
	if rejected > 0 {
		reply.PartialSuccess = &collectorpb.ExportTracePartialSuccess{
			RejectedSpans: rejected,
			ErrorMessage:  "a trace id has 16 bytes, a span id 8",
		}
	}
	return reply, nil
}
