package integration_test

import (
	"math/rand/v2"
	"testing"

	"github.com/grpcline/grpcline/integration_test/testserver"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"
)

// TestRandomMessages sends messages as protojson writes them, in several of its
// styles: they come back in its canonical form.
func TestRandomMessages(t *testing.T) {
	r := newRig(t)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	g := messageMaker{rand.New(rand.NewPCG(seed, 0))}
	types := dynamicpb.NewTypes(testserver.Files(t))
	for method, name := range map[string]protoreflect.FullName{
		"kitchen.v3.Echo/Sink": "kitchen.v3.Sink", "kitchen.v2.Echo/Old": "kitchen.v2.Old", "kitchen.ed.Echo/Fresh": "kitchen.ed.Fresh",
	} {
		found, err := testserver.Files(t).FindDescriptorByName(name)
		if err != nil {
			t.Fatal(err)
		}
		descriptor, ok := found.(protoreflect.MessageDescriptor)
		if !ok {
			t.Fatalf("%s is no message", name)
		}
		for n := range 200 {
			m := g.message(descriptor, n%4)
			canonical, err := protojson.MarshalOptions{Resolver: types}.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			styled, err := protojson.MarshalOptions{
				Resolver: types, UseProtoNames: n%2 == 0, UseEnumNumbers: n%3 == 0, Multiline: n%7 == 0,
			}.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			got, failed := r.echo("", method, string(styled))
			if failed != nil {
				t.Errorf("%s %.2000s: %v", method, styled, failed)
			} else if !sameJSON(t, string(got), string(canonical)) {
				t.Errorf("%s %s came back as %s", method, canonical, got)
			}
			names, failed := r.echo("", method, string(canonical), obj{"json": obj{"useProtoNames": true, "enumsAsNumbers": true}})
			want, err := protojson.MarshalOptions{Resolver: types, UseProtoNames: true, UseEnumNumbers: true}.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			if failed != nil || !sameJSON(t, string(names), string(want)) {
				t.Errorf("%s %s with other names came back as %s: %v", method, canonical, names, failed)
			}
		}
	}
}
