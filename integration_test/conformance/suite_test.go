package conformance

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/bufbuild/protocompile"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/dynamicpb"
)

// The suite's package and its service.
const (
	suite   = "connectrpc.conformance.v1."
	service = suite + "ConformanceService"
)

// suiteTypes turn what the runner says into JSON and back, independently of the
// worker.
type suiteTypes struct {
	files *protoregistry.Files
	types *dynamicpb.Types
}

func loadSuite() (*suiteTypes, error) {
	compiler := protocompile.Compiler{Resolver: protocompile.WithStandardImports(&protocompile.SourceResolver{ImportPaths: []string{os.Getenv(protosVariable)}})}
	compiled, err := compiler.Compile(context.Background(), "connectrpc/conformance/v1/client_compat.proto", "connectrpc/conformance/v1/server_compat.proto")
	if err != nil {
		return nil, err
	}
	s := &suiteTypes{files: &protoregistry.Files{}}
	var add func(fd protoreflect.FileDescriptor) error
	add = func(fd protoreflect.FileDescriptor) error {
		if _, err := s.files.FindFileByPath(fd.Path()); err == nil {
			return nil
		}
		for i := range fd.Imports().Len() {
			if err := add(fd.Imports().Get(i).FileDescriptor); err != nil {
				return err
			}
		}
		return s.files.RegisterFile(fd)
	}
	for _, fd := range compiled {
		if err := add(fd); err != nil {
			return nil, err
		}
	}
	s.types = dynamicpb.NewTypes(s.files)
	return s, nil
}

func (s *suiteTypes) message(name string) (proto.Message, error) {
	d, err := s.files.FindDescriptorByName(protoreflect.FullName(suite + name))
	if err != nil {
		return nil, err
	}
	md, ok := d.(protoreflect.MessageDescriptor)
	if !ok {
		return nil, fmt.Errorf("%s is no message", name)
	}
	return dynamicpb.NewMessage(md), nil
}

// decode reads a message of the runner.
func (s *suiteTypes) decode(name string, wire []byte) (object, error) {
	m, err := s.message(name)
	if err != nil {
		return nil, err
	}
	if err := (proto.UnmarshalOptions{Resolver: s.types}).Unmarshal(wire, m); err != nil {
		return nil, err
	}
	text, err := protojson.MarshalOptions{Resolver: s.types}.Marshal(m)
	if err != nil {
		return nil, err
	}
	var o object
	return o, json.Unmarshal(text, &o)
}

// encode makes a message for the runner.
func (s *suiteTypes) encode(name string, o object) ([]byte, error) {
	text, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	m, err := s.message(name)
	if err != nil {
		return nil, err
	}
	if err := (protojson.UnmarshalOptions{Resolver: s.types}).Unmarshal(text, m); err != nil {
		return nil, fmt.Errorf("%w in %s", err, text)
	}
	return proto.Marshal(m)
}

// schema are the connection or server params with the suite's schema.
func schema() object {
	folder := os.Getenv(protosVariable)
	return object{
		"proto":       object{"connectrpc/conformance/v1/service.proto": object{"file": folder + "/connectrpc/conformance/v1/service.proto"}},
		"importPaths": []string{folder},
	}
}
