package jsonscan

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// samples are texts of every kind of token, whole, broken and cut off.
var samples = []string{
	"", " ", "null", "nul", "nulls", "true", "false", "True", "0", "-0", "01", "-", "1.", "1.5", ".5", "1e5", "1E+5", "1e", "1e-", "--1", "+1", "1 2",
	`""`, `"a"`, `"a`, `"\"`, `"\""`, `"\\"`, `"\/\b\f\n\r\t"`, `"\x"`, `"\u00e9"`, `"\u00g9"`, `"\u12"`, `"\ud834\udd1e"`, `"\ud834"`, `"\udd1e\ud834"`, "\"\n\"", "\"\x7f\"",
	`"ünïcödé"`, "\"\xff\"", `"exactly8"`, `"1234567\n9"`, `"12345678\"0123456"`, "\"1234567\x01\"", `"` + strings.Repeat("long ", 50) + `"`, `"` + strings.Repeat("long ", 50) + `\" end"`,
	"[]", "[", "]", "[1]", "[1,]", "[,1]", "[1 2]", "[[],[[]]]", "[}", `{}`, `{`, `}`, `{"a":1}`, `{"a":1,}`, `{,"a":1}`, `{"a"}`, `{"a":}`, `{"a" 1}`, `{a:1}`, `{1:1}`, `{"a":1 "b":2}`,
	` { "a" : [ 1 , { "b" : null } ] , "c" : "d" } `, `{"a":{"b":{"c":{}}},"a":2}`, "{]", "\ufeff{}", "[1]\n", "[1]x", "/**/1", "NaN", "'a'", "\x00",
	strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth), strings.Repeat("[", MaxDepth+1), strings.Repeat(`{"a":`, MaxDepth+1),
}

func TestString(t *testing.T) {
	for _, test := range []struct {
		text string
		end  int
		ok   bool
	}{
		{`"" `, 2, true}, {`"abc"d`, 5, true}, {`"12345678" `, 10, true}, {`"1234567\"9"`, 12, true}, {`"\u00e9"`, 8, true},
		{`"`, 1, false}, {`"abc`, 4, false}, {`"ab\`, 3, false}, {`"ab\q"`, 3, false}, {`"\u00`, 1, false}, {"\"ab\tc\"", 3, false}, {"\"1234567890\nc\"", 11, false},
	} {
		if end, ok := String([]byte(test.text), 0); end != test.end || ok != test.ok {
			t.Errorf("String(%q) = %d %v, want %d %v", test.text, end, ok, test.end, test.ok)
		}
	}
}

func TestNumber(t *testing.T) {
	for _, test := range []struct {
		text string
		end  int
		ok   bool
	}{
		{"0", 1, true}, {"-0.5e+7,", 7, true}, {"01", 1, true}, {"12.", 3, false}, {"-", 1, false}, {"1e", 2, false}, {"1e+", 3, false}, {"x", 0, false}, {"", 0, false},
	} {
		if end, ok := Number([]byte(test.text), 0); end != test.end || ok != test.ok {
			t.Errorf("Number(%q) = %d %v, want %d %v", test.text, end, ok, test.end, test.ok)
		}
	}
}

// FuzzPlain compares Plain and ASCII with what they do, byte for byte.
func FuzzPlain(f *testing.F) {
	for _, s := range samples {
		f.Add([]byte(s))
	}
	for _, c := range []string{`"`, `\`, "\x00", "\x1f", "\x7f", "\x80", "\xff", " "} {
		for _, n := range []int{0, 3, 7, 8, 20, 31, 32, 40, 63, 64, 70} {
			f.Add([]byte(strings.Repeat("a", n) + c + "b"))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		want, ascii := 0, true
		for want < len(b) && b[want] >= 0x20 && b[want] != '"' && b[want] != '\\' {
			ascii = ascii && b[want] < utf8.RuneSelf
			want++
		}
		if n, a := Plain(b); n != want || a != ascii {
			t.Errorf("Plain(%q) = %d %v, want %d %v", b, n, a, want, ascii)
		}
		if got, want := ASCII(b), !strings.ContainsFunc(string(b), func(r rune) bool { return r >= utf8.RuneSelf }); got != want {
			t.Errorf("ASCII(%q) = %v", b, got)
		}
	})
}

// FuzzText compares the ways in and out of literals with encoding/json.
func FuzzText(f *testing.F) {
	for _, s := range samples {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var want string
		wantOK := json.Unmarshal([]byte(s), &want) == nil
		trimmed := strings.Trim(s, " \t\r\n")
		if end, ok := String([]byte(trimmed), 0); strings.HasPrefix(trimmed, `"`) && utf8.ValidString(s) {
			if ok && end == len(trimmed) != wantOK {
				t.Errorf("String(%q) = %d %v, encoding/json says %v", trimmed, end, ok, wantOK)
			}
			if wantOK {
				got, ok := Unquote([]byte(trimmed))
				if ok && got != want || !ok && !strings.Contains(want, "\uFFFD") {
					t.Errorf("Unquote(%s) = %q %v, want %q", trimmed, got, ok, want)
				}
			}
		}
		quoted := AppendQuoted([]byte("x"), s)[1:]
		if err := json.Unmarshal(quoted, &want); err != nil || want != toUTF8(s) {
			t.Errorf("AppendQuoted(%q) = %s: %q %v", s, quoted, want, err)
		}
		ascii := AppendASCII([]byte("x"), quoted)[1:]
		if err := json.Unmarshal(ascii, &want); err != nil || want != toUTF8(s) || !ASCII(ascii) {
			t.Errorf("AppendASCII(%s) = %s: %q %v", quoted, ascii, want, err)
		}
	})
}

// toUTF8 replaces each byte that is not UTF-8.
func toUTF8(s string) string { return string([]rune(s)) }
