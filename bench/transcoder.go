package main

import (
	"bytes"
	"encoding/json"
	"errors"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/grpcline/grpcline/bench/benchpb"
	"github.com/grpcline/grpcline/grpcops/transcode"
)

// sample is a message in both forms.
type sample struct {
	md   protoreflect.MessageDescriptor
	json []byte
	wire []byte
	plan *transcode.Message
}

func newSample(m proto.Message) (*sample, error) {
	md := m.ProtoReflect().Descriptor()
	files := new(protoregistry.Files)
	if err := files.RegisterFile(benchpb.File_bench_proto); err != nil {
		return nil, err
	}
	wire, err := proto.Marshal(m)
	return &sample{md, []byte(jsonOf(m)), wire, transcode.NewCodec(files).Message(md)}, err
}

// plainJSON turns wire bytes into JSON by a dynamic message.
func (s *sample) plainJSON() ([]byte, error) {
	m := dynamicpb.NewMessage(s.md)
	if err := proto.Unmarshal(s.wire, m); err != nil {
		return nil, err
	}
	return protojson.Marshal(m)
}

// plainWire turns JSON into wire bytes by a dynamic message.
func (s *sample) plainWire() ([]byte, error) {
	m := dynamicpb.NewMessage(s.md)
	if err := protojson.Unmarshal(s.json, m); err != nil {
		return nil, err
	}
	return proto.Marshal(m)
}

// verify checks that both ways give the same.
func (s *sample) verify() error {
	plain, err := s.plainJSON()
	if err != nil {
		return err
	}
	direct, err := s.plan.AppendJSON(nil, s.wire, transcode.Options{})
	if err != nil {
		return err
	}
	var a, b bytes.Buffer
	if err := errors.Join(json.Compact(&a, plain), json.Compact(&b, direct)); err != nil {
		return err
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		return errors.New("the transcoder writes other JSON than protojson")
	}
	wire, err := s.plan.AppendWire(nil, s.json, transcode.Options{})
	if err != nil {
		return err
	}
	got, want := dynamicpb.NewMessage(s.md), dynamicpb.NewMessage(s.md)
	if err := errors.Join(proto.Unmarshal(wire, got), proto.Unmarshal(s.wire, want)); err != nil {
		return err
	}
	if !proto.Equal(got, want) {
		return errors.New("the transcoder writes another message than protojson")
	}
	return nil
}

// toJSONContenders turn a message's wire bytes into JSON.
func toJSONContenders(m proto.Message) []contender {
	return sampleContenders(m, (*sample).plainJSON, func(s *sample, dst []byte) ([]byte, error) {
		return s.plan.AppendJSON(dst, s.wire, transcode.Options{})
	})
}

// toWireContenders turn a message's JSON into wire bytes.
func toWireContenders(m proto.Message) []contender {
	return sampleContenders(m, (*sample).plainWire, func(s *sample, dst []byte) ([]byte, error) {
		return s.plan.AppendWire(dst, s.json, transcode.Options{})
	})
}

func sampleContenders(m proto.Message, plain func(*sample) ([]byte, error), direct func(s *sample, dst []byte) ([]byte, error)) []contender {
	way := func(who column, once func(s *sample) func() error) contender {
		return contender{who, func(*bed, string) (*runner, error) {
			s, err := newSample(m)
			if err != nil {
				return nil, err
			}
			return &runner{timed(1, times(once(s))), func() error { return nil }}, s.verify()
		}}
	}
	return []contender{
		way(protoJSON, func(s *sample) func() error {
			return func() error { _, err := plain(s); return err }
		}),
		way(ours, func(s *sample) func() error {
			var buffer []byte
			return func() error {
				var err error
				buffer, err = direct(s, buffer[:0])
				return err
			}
		}),
	}
}
