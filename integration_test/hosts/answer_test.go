package hosts

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
	"unicode/utf16"
)

// request is one JSON-RPC request.
type request struct {
	JSONRPC string `json:"jsonrpc"`
	ID      int    `json:"id"`
	Method  string `json:"method"`
	Params  any    `json:"params,omitempty"`
}

// object is params, as a host without types writes them.
type object = map[string]any

// answer is one JSON-RPC answer.
type answer struct {
	ID     *int            `json:"id"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
		Data    struct {
			Reason string `json:"reason"`
			Line   int    `json:"line"`
		} `json:"data"`
	} `json:"error"`
}

// asciiJSON writes value with every character outside ASCII escaped, as the BSL
// clients do. It is indented where indent is not empty.
func asciiJSON(t *testing.T, value any, indent string) []byte {
	t.Helper()
	text, err := json.MarshalIndent(value, "", indent)
	if indent == "" {
		text, err = json.Marshal(value)
	}
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	for _, r := range string(text) {
		if r < 0x80 {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.Bytes()
}

// parse reads an answer's line, which must be what a Mono or an 8-bit code page can
// take: ASCII, beginning with "{".
func parse(t *testing.T, line []byte) answer {
	t.Helper()
	if len(line) == 0 || line[0] != '{' {
		t.Fatalf("a line does not begin with {: %q", line)
	}
	for _, c := range line {
		if c < ' ' || c > '~' {
			t.Fatalf("a line has the byte %#x: %q", c, line)
		}
	}
	var a answer
	if err := json.Unmarshal(line, &a); err != nil {
		t.Fatalf("%v: %q", err, line)
	}
	return a
}

// want checks the result of an answer against JSON text.
func (a answer) want(t *testing.T, result string) {
	t.Helper()
	if a.Error != nil {
		t.Fatalf("request %d: error %d: %s", *a.ID, a.Error.Code, a.Error.Message)
	}
	var got, wanted any
	if err := json.Unmarshal([]byte(result), &wanted); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(a.Result, &got); err != nil {
		t.Fatal(err)
	}
	if path, ok := contains(got, wanted); !ok {
		t.Fatalf("request %d: %s of %s is not as in %s", *a.ID, path, a.Result, result)
	}
}

// contains tells whether got has all that wanted has; other members may be there
// too. Where it does not, path is the place.
func contains(got, wanted any) (path string, ok bool) {
	w, isObject := wanted.(map[string]any)
	g, _ := got.(map[string]any)
	if !isObject {
		gotText, _ := json.Marshal(got) // came from JSON
		wantedText, _ := json.Marshal(wanted)
		return "", bytes.Equal(gotText, wantedText)
	}
	for name, value := range w {
		if path, ok := contains(g[name], value); !ok {
			return "." + name + path, false
		}
	}
	return "", true
}
