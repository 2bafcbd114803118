package schema

import (
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
)

// fileProtos parses FileDescriptorProtos in text form.
func fileProtos(t *testing.T, texts ...string) map[string]*descriptorpb.FileDescriptorProto {
	t.Helper()
	files := map[string]*descriptorpb.FileDescriptorProto{}
	for _, text := range texts {
		f := &descriptorpb.FileDescriptorProto{}
		if err := prototext.Unmarshal([]byte(text), f); err != nil {
			t.Fatal(err)
		}
		files[f.GetName()] = f
	}
	return files
}

// kinds lists the fields of a message with their kinds.
func kinds(t *testing.T, f *Files, message string) string {
	t.Helper()
	d, err := f.Registry().FindDescriptorByName(protoreflect.FullName(message))
	if err != nil {
		t.Fatal(err)
	}
	fields := d.(protoreflect.MessageDescriptor).Fields()
	var list []string
	for i := range fields.Len() {
		kind := fields.Get(i).Kind().String()
		if m := fields.Get(i).Message(); m != nil {
			kind = string(m.FullName())
		}
		list = append(list, string(fields.Get(i).Name())+" "+kind)
	}
	return strings.Join(list, ", ")
}

const field = ` number: 1 label: LABEL_OPTIONAL type: TYPE_MESSAGE type_name: `

func TestLinkWhatFits(t *testing.T) {
	const wanted = `name: "a.proto" package: "p" syntax: "proto3" dependency: "b.proto" message_type { name: "A" field { name: "b"` + field + `".q.B" } }`
	tests := []struct {
		name  string
		files []string
		want  string // fields of p.A
	}{
		{"imports are not listed", []string{
			`name: "a.proto" package: "p" message_type { name: "A" field { name: "b"` + field + `".q.B" } }`,
			`name: "z.proto" package: "q" message_type { name: "B" }`}, "b q.B"},
		{"relative names", []string{
			`name: "a.proto" package: "p" message_type { name: "A" field { name: "b"` + field + `"A.B" } nested_type { name: "B" } }`}, "b p.A.B"},
		{"files that import each other without need", []string{wanted,
			`name: "b.proto" package: "q" dependency: "a.proto" message_type { name: "B" }`}, "b q.B"},
		{"a missing message is its bytes", []string{wanted}, "b bytes"},
		{"a missing enum is its number", []string{
			`name: "a.proto" package: "p" message_type { name: "A" field { name: "e" number: 1 label: LABEL_OPTIONAL type: TYPE_ENUM type_name: ".q.E" default_value: "X" } }`}, "e int32"},
		{"a missing group is left out", []string{
			`name: "a.proto" package: "p" message_type { name: "A" field { name: "g" number: 1 label: LABEL_OPTIONAL type: TYPE_GROUP type_name: ".q.G" } }`}, ""},
		{"a missing map value is its bytes", []string{
			`name: "a.proto" package: "p" message_type { name: "A" field { name: "m" number: 1 label: LABEL_REPEATED type: TYPE_MESSAGE type_name: ".p.A.MEntry" }
				nested_type { name: "MEntry" options { map_entry: true } field { name: "key" number: 1 label: LABEL_OPTIONAL type: TYPE_STRING } field { name: "value" number: 2 label: LABEL_OPTIONAL type: TYPE_MESSAGE type_name: ".q.B" } } }`}, "m p.A.MEntry"},
		{"types in a cycle of files", []string{wanted,
			`name: "b.proto" package: "q" message_type { name: "B" field { name: "a"` + field + `".p.A" } }`}, "b q.B"},
		{"a broken file costs its own types", []string{wanted,
			`name: "b.proto" package: "q" syntax: "proto9" message_type { name: "B" }`}, "b bytes"},
		{"well-known types are the bundled ones", []string{
			`name: "a.proto" package: "p" message_type { name: "A" field { name: "t"` + field + `".google.protobuf.Timestamp" } }`,
			`name: "other.proto" package: "google.protobuf" message_type { name: "Timestamp" }`,
			`name: "google/protobuf/empty.proto" package: "google.protobuf" message_type { name: "Empty" }`}, "t google.protobuf.Timestamp"},
		{"bundled imports", []string{
			`name: "a.proto" package: "p" dependency: "google/type/money.proto" message_type { name: "A" field { name: "m"` + field + `".google.type.Money" } }`}, "m google.type.Money"},
		{"a type defined twice", []string{wanted,
			`name: "b.proto" package: "q" message_type { name: "B" }`, `name: "c.proto" package: "q" message_type { name: "B" } message_type { name: "C" }`}, "b q.B"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, _ := linkAll(&protoregistry.Files{}, fileProtos(t, tt.files...), nil, bundledWins)
			if got := kinds(t, f, "p.A"); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if got := kinds(t, f, "google.protobuf.Timestamp"); got != "seconds int64, nanos int32" {
				t.Errorf("Timestamp is %s", got)
			}
		})
	}
}

func TestUnusable(t *testing.T) {
	files := fileProtos(t,
		`name: "a.proto" package: "p" message_type { name: "A" } service { name: "S"
			method { name: "Good" input_type: ".p.A" output_type: ".p.A" } method { name: "Bad" input_type: ".p.A" output_type: ".q.B" } method { name: "None" } }
			extension { name: "x" extendee: ".q.B" number: 1 label: LABEL_OPTIONAL type: TYPE_INT32 }`,
		`name: "b.proto" package: "q" syntax: "proto9" service { name: "T" }`)
	f, l := linkAll(&protoregistry.Files{}, files, []string{"p.S", "q.T"}, bundledWins)
	s, _ := f.FindService("p.S")
	if s.Methods().Len() != 1 || s.Methods().Get(0).Name() != "Good" {
		t.Errorf("the methods are %v", s.Methods())
	}
	if len(l.problems) != 4 {
		t.Errorf("the problems are %q", l.problems)
	}
	tests := []struct{ name, want string }{
		{"p.S.Bad", "the method p.S.Bad needs the type q.B, whose description is missing"},
		{"p.S.None", "the method p.S.None needs the type "},
		{".q.T", `the description of file "b.proto" is not valid: invalid syntax: "proto9"`},
		{"p.S", ""},
		{"p.S.Good", ""},
	}
	for _, tt := range tests {
		if got := f.Unusable(tt.name); !strings.HasPrefix(got, tt.want) || got != "" && tt.want == "" {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	if got := f.ServiceNames(); !slices.Equal(got, []string{"p.S", "q.T"}) {
		t.Errorf("services are %s", got)
	}
}

// TestMergeSamePath keeps both of two different files that have one path.
func TestMergeSamePath(t *testing.T) {
	given := mustLoad(t, Given{Proto: protosOf("main.proto", `syntax = "proto3"; package p; message A { string mine = 1; } service Mine { rpc M(A) returns (A); }`)})
	other, _ := linkAll(&protoregistry.Files{}, fileProtos(t,
		`name: "main.proto" package: "p" message_type { name: "A" } message_type { name: "B" }
			service { name: "Theirs" method { name: "M" input_type: ".p.B" output_type: ".p.A" } }`,
		`name: "user.proto" package: "q" dependency: "main.proto" service { name: "User" method { name: "M" input_type: ".p.B" output_type: ".p.A" } }`),
		[]string{"p.Theirs", "q.User"}, bundledWins)
	merged := Merge(given, other)
	if got := strings.Join(merged.ServiceNames(), " "); got != "p.Mine p.Theirs q.User" {
		t.Errorf("services are %s", got)
	}
	if got := kinds(t, merged, "p.A"); got != "mine string" {
		t.Errorf("p.A has %s", got)
	}
	for _, service := range merged.Services() {
		if output := service.Methods().Get(0).Output(); output.Fields().Len() != 1 {
			t.Errorf("%s returns %v", service.FullName(), output)
		}
	}
	third, _ := linkAll(&protoregistry.Files{}, fileProtos(t,
		`name: "main.proto" package: "r" message_type { name: "C" } service { name: "Third" method { name: "M" input_type: ".r.C" output_type: ".r.C" } }`),
		[]string{"r.Third"}, bundledWins)
	if got := strings.Join(Merge(merged, third).ServiceNames(), " "); got != "p.Mine p.Theirs q.User r.Third" {
		t.Errorf("with a third source: %s", got)
	}
	if got := Merge(given, given); len(got.ServiceNames()) != 1 {
		t.Errorf("merged with itself: %v", got.ServiceNames())
	}
}

// TestNoServices lists none, and not nothing.
func TestNoServices(t *testing.T) {
	none := mustLoad(t, Given{Proto: protosOf("main.proto", `syntax = "proto3"; message A {}`)})
	if got := none.ServiceNames(); got == nil || len(got) != 0 {
		t.Errorf("got %#v", got)
	}
}

func TestMerge(t *testing.T) {
	given := mustLoad(t, Given{Proto: protosOf("main.proto", `syntax = "proto3"; package p; message A { string mine = 1; } service S { rpc Mine(A) returns (A); }`)})
	other, _ := linkAll(&protoregistry.Files{}, fileProtos(t,
		`name: "p.proto" package: "p" message_type { name: "A" } message_type { name: "New" field { name: "a"`+field+`".p.A" } }
			service { name: "S" method { name: "Theirs" input_type: ".p.A" output_type: ".lost.B" } } service { name: "Lost" method { name: "M" input_type: ".lost.B" output_type: ".p.A" } }`),
		[]string{"p.S", "p.Lost"}, bundledWins)
	merged := Merge(given, other)
	if got := strings.Join(merged.ServiceNames(), " "); got != "p.Lost p.S" {
		t.Errorf("services are %s", got)
	}
	if got := kinds(t, merged, "p.A"); got != "mine string" {
		t.Errorf("p.A has %s", got)
	}
	if got := kinds(t, merged, "p.New"); got != "a p.A" {
		t.Errorf("p.New has %s", got)
	}
	if s, _ := merged.FindService("p.S"); s.Methods().Get(0).Name() != "Mine" {
		t.Errorf("p.S is %v", s)
	}
	if got := merged.Unusable("p.Lost.M"); !strings.Contains(got, "lost.B") {
		t.Errorf("p.Lost.M: %q", got)
	}
	if _, ok := given.FindService("p.Lost"); ok {
		t.Error("merging changed the given files")
	}
}
