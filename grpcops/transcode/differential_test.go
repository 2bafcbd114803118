package transcode

import (
	"math/rand/v2"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// optionSets are the ways to write JSON that protojson has too.
var optionSets = []Options{
	{}, {UseProtoNames: true}, {EmitDefaults: true}, {EnumsAsNumbers: true}, {AllowUnknownFields: true},
	{UseProtoNames: true, EmitDefaults: true, EnumsAsNumbers: true, AllowUnknownFields: true},
}

// anyTypes are what the tests put into an Any.
var anyTypes = []protoreflect.FullName{
	"three.Item", "three.Scalars", "three.Known", "two.Strict", "google.protobuf.Timestamp", "google.protobuf.Value",
	"google.protobuf.Empty", "google.protobuf.Any", "google.protobuf.Int64Value", "google.protobuf.Struct", "nobody.Knows",
}

// compareRandom compares both directions for random messages of a type.
func compareRandom(t testing.TB, s *schema, md protoreflect.MessageDescriptor, seed uint64, anys []protoreflect.FullName) {
	t.Helper()
	r := &wireMaker{Rand: rand.New(rand.NewPCG(seed, 1)), schema: s, anys: anys}
	if seed%2 == 1 {
		r.wild = 0.2
	}
	wire := r.message(md, 4)
	o := optionSets[r.IntN(len(optionSets))]
	s.compareJSON(t, md, wire, o)
	text, err := s.oracleJSON(md, wire, o)
	if err != nil {
		return
	}
	s.compareWire(t, md, text, o)
	for range 4 {
		s.compareWire(t, md, mutateJSON(r.Rand, md, text), optionSets[r.IntN(len(optionSets))])
	}
}

func TestDifferentialFixedSchema(t *testing.T) {
	s := compileSchema(t, testSources)
	for _, name := range testTypes {
		t.Run(string(name), func(t *testing.T) {
			md := s.message(t, name)
			for seed := range uint64(rounds(t, 150)) {
				compareRandom(t, s, md, seed, anyTypes)
			}
		})
	}
}

// rounds returns how often to repeat a random test.
func rounds(t *testing.T, n int) int {
	if testing.Short() {
		return n / 10
	}
	return n
}

func FuzzAppendJSON(f *testing.F) {
	s := compileSchema(f, testSources)
	r := &wireMaker{Rand: rand.New(rand.NewPCG(1, 2)), schema: s, wild: 0.1, anys: anyTypes}
	for i, name := range testTypes {
		for range 5 {
			f.Add(uint8(i), uint8(r.IntN(256)), r.message(s.message(f, name), 3))
		}
	}
	f.Fuzz(func(t *testing.T, which, option uint8, wire []byte) {
		md := s.message(t, testTypes[int(which)%len(testTypes)])
		s.compareJSON(t, md, wire, optionSets[int(option)%len(optionSets)])
	})
}

func FuzzAppendWire(f *testing.F) {
	s := compileSchema(f, testSources)
	r := &wireMaker{Rand: rand.New(rand.NewPCG(1, 2)), schema: s, anys: anyTypes}
	for i, name := range testTypes {
		for range 5 {
			if text, err := s.oracleJSON(s.message(f, name), r.message(s.message(f, name), 3), Options{}); err == nil {
				f.Add(uint8(i), uint8(r.IntN(256)), text)
			}
		}
	}
	f.Fuzz(func(t *testing.T, which, option uint8, text []byte) {
		md := s.message(t, testTypes[int(which)%len(testTypes)])
		if !sameLanguage(text) {
			_, _ = s.codec.Message(md).AppendWire(nil, text, Options{}) // may not panic
			return
		}
		s.compareWire(t, md, text, optionSets[int(option)%len(optionSets)])
	})
}
