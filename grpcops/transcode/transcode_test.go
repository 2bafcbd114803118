package transcode

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/grpcline/grpcline/internal/jsonscan"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// TestBothWays checks what is not like protojson, and the switches it lacks.
func TestBothWays(t *testing.T) {
	s := compileSchema(t, testSources)
	for _, test := range []struct {
		name    string
		message protoreflect.FullName
		in, out string
		o       Options
	}{
		{name: "Any of unknown type", message: "three.Known", in: `{"any":{"@type":"x/nobody.Knows","value":"AQI="}}`},
		{name: "empty Any of unknown type", message: "three.Known", in: `{"any":{"@type":"nobody.Knows","value":""}}`},
		{name: "Any of unknown type, value first", message: "three.Known", in: `{"any":{"value":"AQI","@type":"x/nobody.Knows"}}`, out: `{"any":{"@type":"x/nobody.Knows","value":"AQI="}}`},
		{name: "Any of a google.rpc type", message: "google.protobuf.Any", in: `{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"1.500s"}`},
		{name: "null is a Value's null", message: "three.Known", in: `{"value":null}`},
		{name: "null in a Struct", message: "three.Known", in: `{"struct":{"a":null}}`},
		{name: "null is no other field", message: "three.Known", in: `{"int32Value":null,"any":null,"list":null}`, out: `{}`},
		{name: "not an object", message: "google.protobuf.Duration", in: `"1.500s"`},
		{name: "64-bit integers as numbers", message: "three.Scalars", o: Options{Int64AsNumbers: true},
			in: `{"int64":-9223372036854775808,"sint64":-1,"sfixed64":1,"uint64":18446744073709551615,"fixed64":5}`},
		{name: "64-bit map keys stay strings", message: "three.Maps", o: Options{Int64AsNumbers: true}, in: `{"wide":{"7":"AA=="}}`},
		{name: "unknown enum names and fields skipped", message: "three.Lists", o: Options{AllowUnknownFields: true},
			in: `{"colors":["RED","PUCE","GREEN"],"nobody":[{"a":"]}"}],"[no.body]":1}`, out: `{"colors":["RED","GREEN"]}`},
		{name: "spaces", message: "three.Item", in: " {\t\"name\" :\r\n\"a\" , \"next\" : { } } ", out: `{"name":"a","next":{}}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := s.codec.Message(s.message(t, test.message))
			wire, err := m.AppendWire(nil, []byte(test.in), test.o)
			if err != nil {
				t.Fatal(err)
			}
			got, err := m.AppendJSON(nil, wire, test.o)
			want := test.out
			if want == "" {
				want = test.in
			}
			if err != nil || string(got) != want {
				t.Errorf("got %s, error %v, want %s", got, err, want)
			}
		})
	}
}

func TestValueWithoutKind(t *testing.T) {
	s := compileSchema(t, testSources)
	m := s.codec.Message(s.message(t, "three.Known"))
	got, err := m.AppendJSON(nil, protowire.AppendBytes(protowire.AppendTag([]byte{6<<3 | 2, 0}, 20, protowire.BytesType), nil), Options{})
	if want := `{"value":null,"values":[null]}`; err != nil || string(got) != want {
		t.Errorf("got %s, error %v, want %s", got, err, want)
	}
}

func TestAppendWires(t *testing.T) {
	s := compileSchema(t, testSources)
	m := s.codec.Message(s.message(t, "three.Item"))
	dst, ends, err := m.AppendWires([]byte("before"), []int{6}, []byte(` [ {"name":"a"} , {}, {"n":5}]`), Options{})
	if want := "before\x0a\x01a\x10\x05"; err != nil || string(dst) != want || !slices.Equal(ends, []int{6, 9, 9, 11}) {
		t.Errorf("got %q %v, error %v, want %q", dst, ends, err, want)
	}
	dst, ends, err = m.AppendWires([]byte("before"), []int{6}, []byte(`[]`), Options{})
	if err != nil || string(dst) != "before" || len(ends) != 1 {
		t.Errorf("empty: got %q %v, error %v", dst, ends, err)
	}
	for text, want := range map[string]string{`[{},{"n":[]}]`: "[1].n", `[{},5]`: "[1]", `{}`: "", `[{}] 1`: "", `[{}`: ""} {
		dst, ends, err := m.AppendWires([]byte("before"), []int{6}, []byte(text), Options{})
		var fault *Error
		if !errors.As(err, &fault) || fault.Path != want || string(dst) != "before" || len(ends) != 1 {
			t.Errorf("%s: got %q %v, error %v, want one at %q", text, dst, ends, err, want)
		}
	}
}

// TestDeep checks that depth is limited on the way in and harmless on the way out.
func TestDeep(t *testing.T) {
	s := compileSchema(t, testSources)
	m := s.codec.Message(s.message(t, "three.Item"))
	nested := func(n int) string { return strings.Repeat(`{"next":`, n-1) + "{}" + strings.Repeat("}", n-1) }
	if _, err := m.AppendWire(nil, []byte(nested(jsonscan.MaxDepth)), Options{}); err != nil {
		t.Errorf("%d levels: %.100v", jsonscan.MaxDepth, err)
	}
	if _, err := m.AppendWire(nil, []byte(nested(jsonscan.MaxDepth+1)), Options{}); err == nil || !strings.Contains(err.Error(), "more than 1000 levels") {
		t.Errorf("%d levels: error %.100v", jsonscan.MaxDepth+1, err)
	}
	wire := []byte(nil)
	for range maxWireDepth - 1 {
		wire = protowire.AppendBytes([]byte{3<<3 | 2}, wire)
	}
	got, err := m.AppendJSON(nil, wire, Options{})
	if err != nil || string(got) != nested(maxWireDepth) {
		t.Errorf("%d levels on the wire: error %.100v", maxWireDepth, err)
	}
	wire = protowire.AppendBytes([]byte{3<<3 | 2}, wire)
	if _, err := m.AppendJSON(nil, wire, Options{}); err == nil {
		t.Errorf("%d levels on the wire: no error", maxWireDepth+1)
	}
	var any []byte // Any in Any, whose levels count too
	for range maxWireDepth + 1 {
		any = protowire.AppendBytes(append(protowire.AppendString([]byte{1<<3 | 2}, "a/google.protobuf.Any"), 2<<3|2), any)
	}
	if _, err := s.codec.Message(s.message(t, "google.protobuf.Any")).AppendJSON(nil, any, Options{}); err == nil {
		t.Errorf("%d levels of Any: no error", maxWireDepth+1)
	}
}

// TestConcurrent compiles and uses plans from many goroutines, for the race detector.
func TestConcurrent(t *testing.T) {
	s := compileSchema(t, testSources)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for _, name := range testTypes {
				m := s.codec.Message(s.message(t, name))
				if m != s.codec.Message(s.message(t, name)) {
					t.Errorf("%s: compiled twice", name)
				}
			}
			m := s.codec.Message(s.message(t, "three.Known"))
			text := fmt.Sprintf(`{"any":{"@type":"x/two.Old","withDefault":%d,"[two.note]":"a"}}`, i)
			wire, err := m.AppendWire(nil, []byte(text), Options{})
			if err != nil {
				t.Error(err)
			}
			if got, err := m.AppendJSON(nil, wire, Options{}); err != nil || string(got) != text {
				t.Errorf("got %s, error %v, want %s", got, err, text)
			}
		})
	}
	group.Wait()
}
