package schema

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestPrepare(t *testing.T) {
	long := strings.Repeat("int32 a = 1; ", 100)
	for name, tt := range map[string]struct{ in, want string }{
		"nothing":                       {"", ""},
		"comments keep what is in them": {"// \"{[ import \"a\\b\"\n/* ' { */ m", "// \"{[ import \"a\\b\"\n/* ' { */ m"},
		"Windows-1251":                  {"// \xcf\xf0\xe8\xe2\xe5\xf2 ж? no\n/* \xdf */ x", "// Привет Р¶? no\n/* Я */ x"},
		"backslashes of imports":        {`import public "a\b\\c"; option x = "a\\b"; m { import "d\e" }`, `import public "a/b/c"; option x = "a\\b"; m { import "d\e" }`},
		"stream":                        {"rpc M(a.stream.b) returns (stream stream.c); stream.d e", "rpc M(a.s_ream.b) returns (stream stream.c); stream.d e"},
		"a stream that is a keyword":    {"rpc M(stream .a.stream) returns (.stream.b)", "rpc M(stream .a.s_ream) returns (.s_ream.b)"},
		"an open comment":               {"a /* b", "a /* b"},
		"an open string":                {"a \"b\\\nc", "a \"b\\\nc"},
	} {
		got, wrong := prepare("f", tt.in)
		if wrong != nil || got.text != tt.want {
			t.Errorf("%s: %v %v", name, got, wrong)
		}
	}
	got, wrong := prepare("f", "first;\n\tm { "+long+"}\nlast;")
	if wrong != nil || len(got.breaks) == 0 {
		t.Fatalf("%v %v", got, wrong)
	}
	for i, line := range strings.Split(got.text, "\n") {
		if at := strings.Index(line, "last"); at >= 0 {
			if l, c := got.place(i+1, at+1); l != 3 || c != 1 {
				t.Errorf("the last line is at %d:%d", l, c)
			}
		}
		if at := strings.Index(line, "}"); at >= 0 {
			if l, c := got.place(i+1, at+1); l != 2 || c != 9+len("m { "+long) {
				t.Errorf("the brace is at %d:%d", l, c)
			}
		}
	}
}

// FuzzPrepare: what the compiler gets is the text with line breaks put in, and each
// break knows where it is.
func FuzzPrepare(f *testing.F) {
	for _, seed := range []string{"", "syntax = \"proto3\";", "a\tb", "/* \xff */", "rpc M(.a.stream)", strings.Repeat("x y;", 200), "import \"a\\b\";", "edition = \"2024\";", "\"\\"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		got, wrong := prepare("f", in)
		if wrong != nil {
			if wrong.Line < 1 || wrong.Column < 1 || wrong.Message == "" {
				t.Fatalf("%+v", wrong)
			}
			return
		}
		if !utf8.ValidString(got.text) {
			t.Fatalf("%q", got.text)
		}
		if utf8.ValidString(in) && !strings.Contains(in, `\`) && len(got.text) != len(in)+len(got.breaks) {
			t.Fatalf("%d bytes of %d with %d breaks", len(got.text), len(in), len(got.breaks))
		}
		for _, b := range got.breaks {
			if line, column := got.place(b.line, 1); line != b.fileLine || column != b.column {
				t.Fatalf("%+v is at %d:%d", b, line, column)
			}
		}
		if line, _ := got.place(strings.Count(got.text, "\n")+1, 1); line != strings.Count(in, "\n")+1 {
			t.Fatalf("the last line is %d of %d", line, strings.Count(in, "\n")+1)
		}
	})
}
