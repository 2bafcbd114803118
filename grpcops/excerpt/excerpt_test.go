package excerpt

import (
	"strings"
	"testing"
)

const source = `// A licence.

// About the file.
syntax = "proto2";
package a.b;

// Other: a comment on its own.

// Service does.
//   Much.
service S {
  option deprecated = true;
  // One method.
  rpc M(R) returns (stream R); // behind
  rpc N(R) returns (R) {
    option deprecated = true;
  }
}
/* Block */
message R {
  message Inner { optional int32 n = 1; }
  // A map.
  map<string, Inner> all = 1;
  oneof choice {
    // Text.
    string text = 2;
    group Pair = 3 { optional int32 left = 1; }
  }
  enum E {
    ZERO = 0; // nothing
  }
  extensions 100 to 200;
}
extend R { optional int32 more = 100; }
`

func TestDefinitions(t *testing.T) {
	all, err := Definitions("x.proto", source)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	texts := map[string]string{}
	for _, d := range all {
		names = append(names, string(d.Kind)+" "+d.Name)
		texts[d.Name] = d.Text
	}
	const want = `service a.b.S
method a.b.S.M
method a.b.S.N
message a.b.R
message a.b.R.Inner
field a.b.R.Inner.n
field a.b.R.all
oneof a.b.R.choice
field a.b.R.text
message a.b.R.Pair
field a.b.R.Pair.left
enum a.b.R.E
enum value a.b.R.ZERO
field a.b.more`
	if got := strings.Join(names, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for name, want := range map[string]string{
		"a.b.S.M":         "// One method.\nrpc M(R) returns (stream R); // behind",
		"a.b.S.N":         "rpc N(R) returns (R) {\n  option deprecated = true;\n}",
		"a.b.R.Inner":     "message Inner { optional int32 n = 1; }",
		"a.b.R.all":       "// A map.\nmap<string, Inner> all = 1;",
		"a.b.R.choice":    "oneof choice {\n  // Text.\n  string text = 2;\n  group Pair = 3 { optional int32 left = 1; }\n}",
		"a.b.R.ZERO":      "ZERO = 0; // nothing",
		"a.b.more":        "optional int32 more = 100;",
		"a.b.R.text":      "// Text.\nstring text = 2;",
		"a.b.R.Pair":      "group Pair = 3 { optional int32 left = 1; }",
		"a.b.R.Inner.n":   "optional int32 n = 1;",
		"a.b.R.Pair.left": "optional int32 left = 1;",
	} {
		if texts[name] != want {
			t.Errorf("%s is\n%s\nwant\n%s", name, texts[name], want)
		}
	}
	if !strings.HasPrefix(texts["a.b.S"], "// Service does.\n//   Much.\nservice S {") || !strings.HasPrefix(texts["a.b.R"], "/* Block */\nmessage R {") {
		t.Errorf("the comments are not those:\n%s\n%s", texts["a.b.S"], texts["a.b.R"])
	}
}

// FuzzDefinitions never fails otherwise than by an error.
func FuzzDefinitions(f *testing.F) {
	f.Add(source)
	f.Add("message A { message B {} } // c")
	f.Fuzz(func(t *testing.T, text string) {
		_, _ = Definitions("x.proto", text)
	})
}
