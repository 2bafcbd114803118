package rpc

import (
	"bufio"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func frame(body string) string {
	return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body)
}

func headersOf(in string, max int) *headerReader {
	return &headerReader{in: bufio.NewReaderSize(strings.NewReader(in), 128), max: max}
}

// TestHeadersHint tells what a wrong length comes of.
func TestHeadersHint(t *testing.T) {
	m, _ := headersOf("Content-Length: 20\r\n\r\n"+ping1, 1000).next()
	if data, _ := m.fault.Data.(inputData); !strings.Contains(data.Hint, "bytes") {
		t.Errorf("the hint is %q", data.Hint)
	}
}

func TestHeaders(t *testing.T) {
	const max = 100
	good := frame(ping2)
	deep := strings.Repeat("[", 1001) + strings.Repeat("]", 1001)
	for _, test := range []struct {
		name, in string
		max      int
		want     []string
	}{
		{"nothing", "", max, []string{}},
		{"empty lines", "\r\n\r\n", max, []string{}},
		{"one", frame(ping1), max, []string{ping1}},
		{"two", frame(ping1) + good, max, []string{ping1, ping2}},
		{"LF alone", "Content-Length: 24\n\n" + ping1 + good, max, []string{ping1, ping2}},
		{"empty lines between", "\r\n" + frame(ping1) + "\r\n\r\n" + good, max, []string{ping1, ping2}},
		{"another letter case", "CONTENT-length:24\r\n\r\n" + ping1, max, []string{ping1}},
		{"a type", "Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: 24\r\n\r\n" + ping1, max, []string{ping1}},
		{"another header", "Content-Length: 24\r\nX-Other: 1\r\n\r\n" + ping1, max, []string{ping1}},
		{"a BOM before the header", "\uFEFF" + frame(ping1), max, []string{ping1}},
		{"a BOM before the message", frame("\uFEFF" + ping1), max, []string{ping1}},
		{"lines in the message", frame("{\r\n\"id\":1\n}\n") + good, max, []string{"{\r\n\"id\":1\n}\n", ping2}},
		{"a batch", frame("[" + ping1 + "]"), max, []string{"[" + ping1 + "]"}},
		{"not ASCII", frame(`{"id":"ы"}`), max, []string{`{"id":"ы"}`}},

		{"no request", frame("5") + good, max, []string{"invalid -32600", ping2}},
		{"not JSON", frame("{]") + good, max, []string{"notJson", ping2}},
		{"two values", frame(ping1+ping1) + good, max, []string{"notJson", ping2}},
		{"nothing in the message", frame("") + good, max, []string{"truncated", ping2}},
		{"a value that is cut", frame(`{"id":1`) + good, max, []string{"truncated", ping2}},
		{"a string that is cut", frame(`{"id":"`) + good, max, []string{"truncated", ping2}},
		{"not UTF-8", frame("{\"id\":\"\xFF\"}") + good, max, []string{"notUtf8", ping2}},
		{"UTF-16", frame("{\x00}\x00") + good, max, []string{"utf16", ping2}},
		{"too deep", frame(deep) + good, len(deep), []string{"tooDeep", ping2}},
		{"too long", frame(strings.Repeat("x", max+1)) + good, max, []string{"invalid -32600", ping2}},
		{"just not too long", frame(padded(max)) + good, max, []string{padded(max), ping2}},
		{"too long and cut", "Content-Length: 1000\r\n\r\n{", max, []string{"invalid -32600"}},
		{"as long as can be written", fmt.Sprintf("Content-Length: %d\r\n\r\n{", math.MaxInt64), max, []string{"invalid -32600"}},
		{"a message that is cut", "Content-Length: 24\r\n\r\n{\"id\"", max, []string{"truncated"}},
		{"a header without its message", "Content-Length: 24\r\n\r\n", max, []string{"truncated"}},
		{"a header that is cut", "Content-Length: 24\r\n", max, []string{"truncated"}},

		{"junk", "hello\r\n\r\n" + good, max, []string{"notJson", ping2}},
		{"a run of junk", "a\r\nb\r\nc\r\n\r\n" + good, max, []string{"notJson", ping2}},
		{"a length that is no number", "Content-Length: x\r\n\r\n" + good, max, []string{"notJson", ping2}},
		{"a negative length", "Content-Length: -1\r\n\r\n" + good, max, []string{"notJson", ping2}},
		{"a length past all numbers", "Content-Length: 99999999999999999999\r\n\r\n" + good, max, []string{"notJson", ping2}},
		{"junk with more bytes in lower case, then a length", "\xFF\xFF\xFFCONTENT-LENGTH:2\r\n\r\n{}" + good, max, []string{"notJson", "{}", ping2}},
		{"lines without headers", ping1 + "\n" + good, max, []string{"notJson", ping2}},
		{"a length that is too small", "Content-Length: 20\r\n\r\n" + ping1 + good + good, max, []string{"truncated", "notJson", ping2, ping2}},
		{"a header without a length, then frames", "X: 1\r\n\r\n" + ping1 + good + good, max, []string{"notJson", ping2, ping2}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := readAll(t, headersOf(test.in, test.max)); !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestBeginsWithHeader(t *testing.T) {
	for in, want := range map[string]bool{
		"Content-Length: 5\r\n":            true,
		frame(padded(100 << 10)):           true, // all in one read
		"content-length:5":                 true,
		"Content-Type: x\r\n":              true,
		"\uFEFFContent-Length: 5":          true,
		"\r\n \tContent-Length: 5":         true,
		"Content":                          false,
		"Content-Lengths":                  false,
		ping1:                              false,
		"":                                 false,
		"\n\n" + ping1:                     false,
		"\xFF\xFFContent-Length: 5":        false,
		"hello\r\nContent-Length: 5\r\n":   false,
		strings.Repeat("\n", 70<<10) + "c": false,
	} {
		if got := beginsWithHeader(bufio.NewReaderSize(strings.NewReader(in), inputBuffer)); got != want {
			t.Errorf("%.30q: got %v, want %v", in, got, want)
		}
	}
}

// FuzzHeaders stops for no input, and a good frame after an empty line is found
// whatever came before, unless a length before it took it in.
func FuzzHeaders(f *testing.F) {
	for _, seed := range []string{frame(ping1), "Content-Length: x\r\n\r\n", "hello\n" + frame("{]"), "Content-Length: 20\r\n\r\n" + ping1} {
		f.Add([]byte(seed))
	}
	large := regexp.MustCompile(`(?i)content-length[^0-9]*[0-9]{3}`) // takes in what follows
	f.Fuzz(func(t *testing.T, in []byte) {
		if large.Match(in) {
			return
		}
		r := headersOf(string(in)+"\r\n\r\n"+strings.Repeat("\r\n", 100)+frame(ping2), 100)
		got := readAll(t, r)
		if len(got) == 0 || got[len(got)-1] != ping2 {
			t.Errorf("%q: the good message is lost: %q", in, got)
		}
	})
}
