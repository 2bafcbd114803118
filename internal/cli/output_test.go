package cli

import (
	"bytes"
	"encoding/json"
	"regexp"
	"testing"
)

func TestColoured(t *testing.T) {
	const in = `{"a\"":[1,-2.5e3,true,null,"b: \\"],"c":{}}`
	const want = "{<n>\"a\\\"\"</>:[<d>1</>,<d>-2.5e3</>,<l>true</>,<l>null</>,<s>\"b: \\\\\"</>],<n>\"c\"</>:{}}"
	got := string(coloured([]byte(in)))
	for code, short := range map[string]string{colourName: "<n>", colourString: "<s>", colourNumber: "<d>", colourLiteral: "<l>", colourEnd: "</>"} {
		got = string(bytes.ReplaceAll([]byte(got), []byte(code), []byte(short)))
	}
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

var escapes = regexp.MustCompile("\x1b\\[[0-9]*m")

// FuzzColoured adds nothing but escape sequences.
func FuzzColoured(f *testing.F) {
	f.Add([]byte(`{"a":[1,true,"x\\"]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if !json.Valid(text) {
			return
		}
		if got := escapes.ReplaceAll(coloured(text), nil); !bytes.Equal(got, text) {
			t.Errorf("%q became %q", text, got)
		}
	})
}

func TestPrinter(t *testing.T) {
	for _, test := range []struct {
		printer printer
		want    string
	}{
		{printer{}, "{\"a\":1}\n[]\n"},
		{printer{indented: true}, "{\n  \"a\": 1\n}\n[]\n"},
	} {
		var out bytes.Buffer
		p := test.printer
		p.out = &out
		if err := p.print(json.RawMessage(`{"a":1}`), json.RawMessage(`[]`)); err != nil || out.String() != test.want {
			t.Errorf("got %q, %v", out.String(), err)
		}
	}
}
