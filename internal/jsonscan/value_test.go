package jsonscan

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func TestScanMembers(t *testing.T) {
	text := []byte(` { "a" : [1, {"x": 2}] , "b\"":"c" } `)
	var s Scan
	if r := s.Read(text); r != Whole {
		t.Fatalf("Read = %v", r)
	}
	var got []string
	for _, m := range s.Members {
		got = append(got, string(text[m.Name:m.NameEnd]), string(text[m.Value:m.ValueEnd]))
	}
	if want := []string{`"a"`, `[1, {"x": 2}]`, `"b\""`, `"c"`}; !slices.Equal(got, want) {
		t.Errorf("members %q, want %q", got, want)
	}
	if s.End() != len(text)-1 || s.Items != 0 {
		t.Errorf("End = %d, Items = %d", s.End(), s.Items)
	}
	s.Reset()
	if r := s.Read([]byte(`[1,[2,3],{}] rest`)); r != Whole || s.Items != 3 || len(s.Members) != 0 || s.End() != len(`[1,[2,3],{}]`) {
		t.Errorf("array: %v, Items = %d, Members %v, End = %d", r, s.Items, s.Members, s.End())
	}
}

// TestScanInner finds the members of a value's objects, and none that are deeper.
func TestScanInner(t *testing.T) {
	for text, want := range map[string][]string{
		`{"a":{"x":1,"y":{"z":2}},"b":3,"c":{"x":[{"z":4}]}}`: {`"x"`, `1`, `"y"`, `{"z":2}`, `"x"`, `[{"z":4}]`},
		`{"a":[{"x":1}],"b":{}}`:                              nil,
		`[{"a":1}]`:                                           nil,
		`{"a" : { "x" : "}" } }`:                              {`"x"`, `"}"`},
	} {
		var s Scan
		if r := s.Read([]byte(text)); r != Whole {
			t.Fatalf("%s: %v", text, r)
		}
		var got []string
		for _, m := range s.Inner {
			got = append(got, text[m.Name:m.NameEnd], text[m.Value:m.ValueEnd])
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
		if s.Reset(); len(s.Inner) != 0 {
			t.Errorf("%s: %d are left", text, len(s.Inner))
		}
	}
}

func TestScanResult(t *testing.T) {
	for text, want := range map[string]Result{
		"": More, " ": More, "[": More, `{"a"`: More, `{"a":1,`: More, "[]": Whole, "1": Whole, "]": Invalid, "[1 2": Invalid, `{"a":1]`: Invalid,
		`["a`: Cut, "[tru": Cut, `{"a":-`: Cut, "[1.": Cut, `["\\u12`: Cut, "[nulL": Invalid, "[01": Invalid, "\"\n": Invalid,
		strings.Repeat("[", MaxDepth): More, strings.Repeat("[", MaxDepth+1): TooDeep,
	} {
		var s Scan
		if got := s.Read([]byte(text)); got != want {
			t.Errorf("%.20q: %v, want %v", text, got, want)
		}
	}
	var s Scan
	if s.Read([]byte("[{")); s.Opening() != '[' {
		t.Errorf("Opening = %q", s.Opening())
	}
}

// FuzzValue compares Value with encoding/json.Valid.
func FuzzValue(f *testing.F) {
	for _, s := range samples {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		end, ok := Value(b, 0)
		if end < 0 || end > len(b) {
			t.Fatalf("Value(%q) ends at %d", b, end)
		}
		got := ok && Space(b, end) == len(b)
		if want := json.Valid(b); got != want && !tooDeep(b) {
			t.Errorf("%q: valid %v, want %v", b, got, want)
		}
	})
}

// tooDeep reports whether b may have more than MaxDepth levels.
func tooDeep(b []byte) bool {
	return strings.Count(string(b), "[")+strings.Count(string(b), "{") > MaxDepth
}

// FuzzScan compares a Scan that gets its text token by token with one that gets
// it at once.
func FuzzScan(f *testing.F) {
	for _, s := range samples {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var whole, pieces Scan
		want := whole.Read(b)
		got := More
		for _, end := range tokenEnds(b) {
			if got = pieces.Read(b[:end]); got != More {
				break
			}
		}
		if got == Cut && want == Invalid { // a broken token at the end of a piece may look cut off
			got = want
		}
		if got != want || pieces.End() != whole.End() || pieces.Items != whole.Items || !slices.Equal(pieces.Members, whole.Members) {
			t.Errorf("%q:\nin pieces %v %+v\n  at once %v %+v", b, got, pieces, want, whole)
		}
	})
}

// tokenEnds lists where the text may be cut: behind each token and each run of
// white space.
func tokenEnds(b []byte) []int {
	var ends []int
	for i := 0; i < len(b); {
		switch c := b[i]; {
		case c == '"':
			end, ok := String(b, i)
			if !ok {
				end = len(b) // what is left is no token
			}
			i = end
		case isWord(c):
			for i < len(b) && isWord(b[i]) {
				i++
			}
		default:
			i++
		}
		ends = append(ends, i)
	}
	return append(ends, len(b))
}

// isWord reports whether c may be inside a number or a word.
func isWord(c byte) bool {
	return strings.IndexByte("+-.", c) >= 0 || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
