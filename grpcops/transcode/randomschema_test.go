package transcode

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// schemaMaker writes the source of a random schema.
type schemaMaker struct {
	*rand.Rand
	strings.Builder
	syntax string // proto2, proto3 or 2023
	names  int    // so far
}

const randomMessages = 4

// randomSchema returns the source of a file with messages random.M0 to M3.
func randomSchema(seed uint64) string {
	s := &schemaMaker{Rand: rand.New(rand.NewPCG(seed, 3))}
	s.syntax = []string{"proto2", "proto3", "2023"}[seed%3]
	if s.syntax == "2023" {
		fmt.Fprintf(s, "edition = %q;\n", s.syntax)
	} else {
		fmt.Fprintf(s, "syntax = %q;\n", s.syntax)
	}
	s.WriteString("package random;\n")
	for _, name := range []string{"any", "duration", "empty", "field_mask", "struct", "timestamp", "wrappers"} {
		fmt.Fprintf(s, "import \"google/protobuf/%s.proto\";\n", name)
	}
	if s.syntax == "2023" && s.IntN(2) == 0 {
		s.WriteString("option features.repeated_field_encoding = EXPANDED;\n")
	}
	s.WriteString("enum E { E_ZERO = 0; E_ONE = 1; E_FAR = 100000; E_LOW = -5; }\n")
	for i := range randomMessages {
		s.message(fmt.Sprintf("M%d", i))
	}
	if s.syntax != "proto3" {
		s.WriteString("extend M0 {\n")
		s.field(1000, false)
		s.field(1001, false)
		s.WriteString("}\n")
	}
	return s.String()
}

func (s *schemaMaker) message(name string) {
	fmt.Fprintf(s, "message %s {\n", name)
	used := make(map[int]bool)
	number := func() int {
		for {
			n := 1 + s.IntN(40)
			if s.IntN(10) == 0 {
				n = 20000 + s.IntN(1<<29-20000)
			}
			if !used[n] {
				used[n] = true
				return n
			}
		}
	}
	for range 1 + s.IntN(12) {
		switch s.IntN(10) {
		case 0:
			s.names++
			fmt.Fprintf(s, "  oneof o%d {\n", s.names)
			for range 1 + s.IntN(4) {
				fmt.Fprintf(s, "    %s %s = %d;\n", s.kind(), s.name(), number())
			}
			s.WriteString("  }\n")
		case 1:
			keys := []string{"string", "bool", "int32", "sint64", "uint32", "fixed64", "sfixed32", "uint64"}
			fmt.Fprintf(s, "  map<%s, %s> %s = %d;\n", keys[s.IntN(len(keys))], s.kind(), s.name(), number())
		default:
			s.field(number(), true)
		}
	}
	if s.syntax != "proto3" && name == "M0" {
		s.WriteString("  extensions 1000 to 1100;\n")
	}
	s.WriteString("}\n")
}

// field writes a field that is not in a oneof.
func (s *schemaMaker) field(number int, mayBeRequired bool) {
	kind := s.kind()
	isMessage := strings.HasPrefix(kind, "M") || strings.HasPrefix(kind, "google") && !strings.HasSuffix(kind, "NullValue")
	label, options := "", ""
	switch repeated := s.IntN(3) == 0; {
	case repeated:
		label = "repeated "
	case s.syntax == "proto2" && mayBeRequired && !isMessage && s.IntN(8) == 0:
		label = "required "
	case s.syntax == "proto2" || s.syntax == "proto3" && s.IntN(3) == 0:
		label = "optional "
	case s.syntax == "2023" && !isMessage && mayBeRequired && s.IntN(2) == 0:
		options = " [features.field_presence = IMPLICIT]"
	}
	if s.syntax == "2023" && isMessage && s.IntN(3) == 0 {
		options = " [features.message_encoding = DELIMITED]"
	}
	if s.syntax == "proto2" && label != "required " && s.IntN(6) == 0 {
		s.names++
		fmt.Fprintf(s, "  %sgroup Group%d = %d { optional %s g%d = 1; }\n", label, s.names, number, s.kind(), s.names)
		return
	}
	fmt.Fprintf(s, "  %s%s %s = %d%s;\n", label, kind, s.name(), number, options)
}

// name returns a name that is not in use, in one of the styles that people use.
func (s *schemaMaker) name() string {
	s.names++
	style := []string{"f%d", "snake_case_%d", "camelCase%d", "UPPER_%d", "_lead%d", "trail%d_", "two__%d", "n_%d_x"}
	return fmt.Sprintf(style[s.IntN(len(style))], s.names)
}

func (s *schemaMaker) kind() string {
	switch s.IntN(6) {
	case 0:
		return fmt.Sprintf("M%d", s.IntN(randomMessages))
	case 1:
		known := []string{"Any", "Duration", "Empty", "FieldMask", "Struct", "Value", "ListValue", "Timestamp", "BoolValue",
			"Int32Value", "Int64Value", "UInt64Value", "FloatValue", "DoubleValue", "StringValue", "BytesValue", "NullValue"}
		return "google.protobuf." + known[s.IntN(len(known))]
	case 2:
		return "E"
	}
	scalars := []string{"bool", "int32", "sint32", "sfixed32", "uint32", "fixed32", "int64", "sint64", "sfixed64",
		"uint64", "fixed64", "float", "double", "string", "bytes", "string"}
	return scalars[s.IntN(len(scalars))]
}

func TestDifferentialRandomSchema(t *testing.T) {
	for seed := range uint64(rounds(t, 30)) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			source := randomSchema(seed)
			s := compileSchema(t, map[string]string{"random.proto": source})
			t.Cleanup(func() {
				if t.Failed() {
					t.Log(source)
				}
			})
			for i := range randomMessages {
				md := s.message(t, protoreflect.FullName(fmt.Sprintf("random.M%d", i)))
				for n := range uint64(20) {
					compareRandom(t, s, md, n, []protoreflect.FullName{"random.M1", "random.M2", "google.protobuf.Duration", "google.protobuf.Empty"})
				}
			}
		})
	}
}

func FuzzRandomSchema(f *testing.F) {
	for seed := range uint64(10) {
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, seed, message uint64) {
		s := compileSchema(t, map[string]string{"random.proto": randomSchema(seed)})
		md := s.message(t, protoreflect.FullName(fmt.Sprintf("random.M%d", message%randomMessages)))
		for n := range uint64(4) {
			compareRandom(t, s, md, message*4+n, []protoreflect.FullName{"random.M1", "random.M2", "google.protobuf.Value"})
		}
	})
}
