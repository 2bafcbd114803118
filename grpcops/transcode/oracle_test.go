package transcode

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"
)

var errPanic = errors.New("the oracle panicked")

// oracleJSON is what proto.Unmarshal and protojson.Marshal make of wire bytes.
func (s *schema) oracleJSON(md protoreflect.MessageDescriptor, wire []byte, o Options) (_ []byte, err error) {
	defer func() {
		// proto.Unmarshal of v1.36 does so for a map entry with a second key of
		// another wire type.
		if p := recover(); p != nil {
			err = errPanic
		}
	}()
	m := dynamicpb.NewMessage(md)
	if err := (proto.UnmarshalOptions{Resolver: s.types}).Unmarshal(wire, m); err != nil {
		return nil, err
	}
	text, err := protojson.MarshalOptions{
		Resolver: s.types, UseProtoNames: o.UseProtoNames,
		UseEnumNumbers: o.EnumsAsNumbers, EmitDefaultValues: o.EmitDefaults,
	}.Marshal(m)
	if err != nil {
		return nil, err
	}
	var compact bytes.Buffer
	err = json.Compact(&compact, text)
	return compact.Bytes(), err
}

// oracleMessage is what protojson.Unmarshal makes of JSON.
func (s *schema) oracleMessage(md protoreflect.MessageDescriptor, text []byte, o Options) (proto.Message, error) {
	m := dynamicpb.NewMessage(md)
	err := protojson.UnmarshalOptions{Resolver: s.types, DiscardUnknown: o.AllowUnknownFields}.Unmarshal(text, m)
	return m, err
}

// deliberate reports whether an error of the oracle is one that this package does
// not make, by its documentation.
func deliberate(err error) bool {
	return err == errPanic || strings.Contains(err.Error(), "none of the oneof fields is set") || // a Value without a kind
		strings.Contains(err.Error(), "unable to resolve") // an Any of unknown type
}

// compareJSON compares AppendJSON with the oracle.
func (s *schema) compareJSON(t testing.TB, md protoreflect.MessageDescriptor, wire []byte, o Options) {
	t.Helper()
	want, wantErr := s.oracleJSON(md, wire, o)
	got, err := s.codec.Message(md).AppendJSON([]byte("before"), wire, o)
	if !bytes.HasPrefix(got, []byte("before")) {
		t.Fatalf("%s %x: what was in dst is lost: %q", md.FullName(), wire, got)
	}
	got = got[len("before"):]
	switch {
	case wantErr != nil && deliberate(wantErr):
	case (err == nil) != (wantErr == nil):
		t.Fatalf("%s %x: error %v, want %v\n got %s\nwant %s", md.FullName(), wire, err, wantErr, got, want)
	case err != nil && len(got) > 0:
		t.Fatalf("%s %x: output with an error: %q", md.FullName(), wire, got)
	case err == nil && !bytes.Equal(got, want):
		t.Fatalf("%s %x %+v:\n got %s\nwant %s", md.FullName(), wire, o, got, want)
	}
	if err == nil && !json.Valid(got) {
		t.Fatalf("%s %x: not JSON: %s", md.FullName(), wire, got)
	}
}

// compareWire compares AppendWire with the oracle.
func (s *schema) compareWire(t testing.TB, md protoreflect.MessageDescriptor, text []byte, o Options) {
	t.Helper()
	want, wantErr := s.oracleMessage(md, text, o)
	wire, err := s.codec.Message(md).AppendWire([]byte("before"), text, o)
	if !bytes.HasPrefix(wire, []byte("before")) {
		t.Fatalf("%s %s: what was in dst is lost", md.FullName(), text)
	}
	wire = wire[len("before"):]
	if wantErr != nil && deliberate(wantErr) {
		return
	}
	if (err == nil) != (wantErr == nil) {
		t.Fatalf("%s %s: error %v, want %v", md.FullName(), text, err, wantErr)
	}
	if err != nil {
		if len(wire) > 0 {
			t.Fatalf("%s %s: output with an error: %x", md.FullName(), text, wire)
		}
		return
	}
	got := dynamicpb.NewMessage(md)
	if err := (proto.UnmarshalOptions{Resolver: s.types}).Unmarshal(wire, got); err != nil {
		t.Fatalf("%s %s: wire %x: %v", md.FullName(), text, wire, err)
	}
	if proto.Equal(got, want) {
		return
	}
	// The bytes of an Any may be equal only in what they mean.
	a, errA := protojson.MarshalOptions{Resolver: s.types}.Marshal(got)
	b, errB := protojson.MarshalOptions{Resolver: s.types}.Marshal(want)
	if !hasAny(md, nil) || errA != nil || errB != nil || !bytes.Equal(a, b) {
		t.Fatalf("%s %s: wire %x\n got %v %v\nwant %v %v", md.FullName(), text, wire, got, errA, want, errB)
	}
}

// hasAny reports whether a message type may contain an Any.
func hasAny(md protoreflect.MessageDescriptor, seen map[protoreflect.FullName]bool) bool {
	if seen == nil {
		seen = make(map[protoreflect.FullName]bool)
	}
	if md.FullName() == "google.protobuf.Any" || md.ExtensionRanges().Len() > 0 {
		return true
	}
	if seen[md.FullName()] {
		return false
	}
	seen[md.FullName()] = true
	for i := range md.Fields().Len() {
		if sub := md.Fields().Get(i).Message(); sub != nil && hasAny(sub, seen) {
			return true
		}
	}
	return false
}
