package rpc

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/sourcegraph/jsonrpc2"
)

// readAll reads to the end and tells what came: the text of each message, and
// "line reason" or "invalid" of each fault.
func readAll(t *testing.T, in source) []string {
	t.Helper()
	got := []string{}
	for {
		m, err := in.next()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				t.Fatalf("next: %v", err)
			}
			return got
		}
		got = append(got, outcome(m))
	}
}

func outcome(m message) string {
	if m.fault == nil {
		return string(m.text)
	}
	if m.fault.Code != jsonrpc2.CodeParseError {
		return fmt.Sprint("invalid ", m.fault.Code)
	}
	data := m.fault.Data.(inputData)
	if data.Line == 0 {
		return data.Reason
	}
	return fmt.Sprintf("%d %s", data.Line, data.Reason)
}

func linesOf(in string, max int) *lineReader {
	return newLineReader(bufio.NewReaderSize(strings.NewReader(in), 16), max, nil)
}

const (
	ping1 = `{"id":1,"method":"ping"}`
	ping2 = `{"id":2,"method":"ping"}`
)

func TestLines(t *testing.T) {
	for _, test := range []struct {
		name, in string
		want     []string
	}{
		{"nothing", "", []string{}},
		{"blank lines", "\n\r\n \t\n", []string{}},
		{"one", ping1 + "\n", []string{ping1}},
		{"no line end", ping1, []string{ping1}},
		{"CRLF", ping1 + "\r\n" + ping2 + "\r\n", []string{ping1, ping2}},
		{"blank between", ping1 + "\n\n\r\n" + ping2 + "\n", []string{ping1, ping2}},
		{"a BOM", "\uFEFF" + ping1 + "\n", []string{ping1}},
		{"a BOM on each line", "\uFEFF" + ping1 + "\n\uFEFF" + ping2 + "\n", []string{ping1, ping2}},
		{"a BOM alone", "\uFEFF\n" + ping1 + "\n", []string{ping1}},
		{"white space around", " \t" + ping1 + " \t\n", []string{" \t" + ping1 + " \t"}},
		{"a batch", "[" + ping1 + "]\n", []string{"[" + ping1 + "]"}},
		{"an empty batch", "[]\n", []string{"[]"}},
		{"not ASCII", `{"id":"ы"}` + "\n", []string{`{"id":"ы"}`}},

		{"pretty-printed", "{\n  \"id\": 1,\n  \"method\": \"ping\"\n}\n", []string{"{\n  \"id\": 1,\n  \"method\": \"ping\"\n}\n"}},
		{"pretty-printed with CRLF", "{\r\n\"id\": 1\r\n}\r\n", []string{"{\n\"id\": 1\n}\n"}},
		{"pretty-printed with blank lines", "{\n\n\"id\"\n:\n1\n\n}\n", []string{"{\n\n\"id\"\n:\n1\n\n}\n"}},
		{"pretty-printed, then one line", "{\n\"id\":1}\n" + ping2 + "\n", []string{"{\n\"id\":1}\n", ping2}},
		{"a batch over lines", "[\n" + ping1 + ",\n" + ping2 + "\n]\n", []string{"[\n" + ping1 + ",\n" + ping2 + "\n]\n"}},
		{"an indented request inside a value", "{\"params\":\n " + ping1 + "\n}\n", []string{"{\"params\":\n " + ping1 + "\n}\n"}},
		{"an object that is no request inside a value", "{\"params\":\n{\"method\":1}\n}\n", []string{"{\"params\":\n{\"method\":1}\n}\n"}},

		{"a number", "5\n", []string{"invalid -32600"}},
		{"values that are no request", "5\n\"x\"\nnull\n", []string{"invalid -32600", "invalid -32600", "invalid -32600"}},
		{"two values", ping1 + ping2 + "\n", []string{"1 notJson"}},
		{"two values, then a good line", ping1 + " " + ping2 + "\n" + ping2, []string{"1 notJson", ping2}},
		{"a value and a comma", ping1 + ",\n" + ping2, []string{"1 notJson", ping2}},
		{"two values over lines", "{\n\"id\":1}" + ping2 + "\n" + ping2, []string{"1 truncated", "2 notJson", ping2}},

		{"junk", "hello\n" + ping1, []string{"1 notJson", ping1}},
		{"a run of junk", "a\nb\n\nc\n" + ping1, []string{"1 notJson", ping1}},
		{"two runs of junk", "a\nb\n" + ping1 + "\nc\nd\n", []string{"1 notJson", ping1, "4 notJson"}},
		{"a number in a run", "a\n5\nb\n" + ping1, []string{"1 notJson", ping1}},
		{"junk that is not UTF-8", "\xCF\xF0\xE8\n\xE2\xE5\xF2\n" + ping1, []string{"1 notUtf8", ping1}},
		{"an object that is not UTF-8", "{\"id\":\"\xCF\"}\n" + ping1, []string{"1 notUtf8", ping1}},
		{"a later line that is not UTF-8", "{\n\"\xCF\":1}\n" + ping1, []string{"1 truncated", "2 notUtf8", ping1}},
		{"a broken object", "{]\n" + ping1, []string{"1 notJson", ping1}},
		{"broken objects", "{]\n{]\n", []string{"1 notJson", "2 notJson"}},
		{"a lone bracket", "]\n}\n" + ping1, []string{"1 notJson", ping1}},
		{"an unknown word", "{\"a\":nul1}\n", []string{"1 notJson"}},
		{"a raw control character", "{\"a\":\"\x01\"}\n", []string{"1 notJson"}},

		{"cut in a string", "{\"id\":\"a\n" + ping1, []string{"1 truncated", ping1}},
		{"cut in an escape", `{"id":"a\u00` + "\n" + ping1, []string{"1 truncated", ping1}},
		{"cut in a word", "{\"id\":nul\n" + ping1, []string{"1 truncated", ping1}},
		{"cut at the end of the input", "{\"id\":1,", []string{"1 truncated"}},
		{"cut after a line", "\n{\"id\":1,\n\"method\":\n", []string{"2 truncated", "3 notJson"}},
		{"cut, then a request", "{\"id\":1,\n" + ping2, []string{"1 truncated", ping2}},
		{"cut over lines, then a request", "{\n\"id\":1,\n" + ping2, []string{"1 truncated", "2 notJson", ping2}},
		{"cut, then a request after a BOM", "{\"id\":1,\n\uFEFF" + ping2, []string{"1 truncated", ping2}},
		{"cut twice", "{\"id\":1,\n{\"id\":2,\n" + ping2, []string{"1 truncated", "2 truncated", ping2}},
		{"cut where the rest has values", "{\"a\":[\n{\n\"b\":1\n},\n}\n" + ping2,
			[]string{"1 truncated", "2 truncated", "3 notJson", ping2}},
		{"a batch that is cut", "[" + ping1 + ",\n" + ping2 + "\n", []string{"1 truncated", ping2}},
		{"a request in an open value", "{\"params\":[\n" + ping1 + "\n]}\n", []string{"1 truncated", ping1, "3 notJson"}},

		{"too deep", strings.Repeat("[", 1001) + strings.Repeat("]", 1001) + "\n" + ping1, []string{"1 tooDeep", ping1}},
		{"deep", strings.Repeat("[", 1000) + strings.Repeat("]", 1000), []string{strings.Repeat("[", 1000) + strings.Repeat("]", 1000)}},
		{"too deep over lines", strings.Repeat("[", 999) + "\n[[\n" + ping1, []string{"1 tooDeep", "2 truncated", ping1}},

		{"UTF-16 with a BOM", "\xFF\xFE{\x00}\x00\r\x00\n\x00" + ping1, []string{"1 utf16", ping1}},
		{"UTF-16, big-endian", "\xFE\xFF\x00{\x00}\x00\r\x00\n" + ping1, []string{"1 utf16", ping1}},
		{"UTF-16 without a BOM", "{\x00\"\x00a\x00\"\x00\n\x00{\x00}\x00\n\x00", []string{"1 utf16"}},
		{"UTF-16 after a good line", ping1 + "\n{\x00}\x00\n\x00" + ping2, []string{ping1, "2 utf16", ping2}},
		{"UTF-16 after a value that is cut", "{\n{\x00}\x00\n\x00" + ping2, []string{"1 truncated", "2 utf16", ping2}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := readAll(t, linesOf(test.in, 1<<20)); !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

// TestLinesOwnTheirText keeps messages while later ones are read.
func TestLinesOwnTheirText(t *testing.T) {
	r := linesOf(ping1+"\n{\n\"id\":7}\n"+ping2+"\n", 1<<20)
	var texts [][]byte
	for {
		m, err := r.next()
		if err != nil {
			break
		}
		texts = append(texts, m.text)
	}
	want := []string{ping1, "{\n\"id\":7}\n", ping2}
	for i, text := range texts {
		if string(text) != want[i] {
			t.Errorf("message %d became %q", i, text)
		}
	}
}

// TestLinesMembers finds the members of an object that came in pieces.
func TestLinesMembers(t *testing.T) {
	m, err := linesOf("{\n\"id\" :\n7,\n\"method\":\"x\"\n}", 1<<20).next()
	if err != nil || m.fault != nil {
		t.Fatal(err, m.fault)
	}
	e := envelopeOf(m.text, m.scan.Members, m.scan.Inner)
	if string(e.id) != "7" || string(e.method) != `"x"` {
		t.Errorf("id %q, method %q", e.id, e.method)
	}
}

// TestLinesReadError hands out all that was read before reading failed.
func TestLinesReadError(t *testing.T) {
	broken := errors.New("broken")
	in := io.MultiReader(strings.NewReader(ping1+"\n{\"id\":"), failingReader{broken})
	r := newLineReader(bufio.NewReader(in), 1<<20, nil)
	var got []string
	for {
		m, err := r.next()
		if err != nil {
			if !errors.Is(err, broken) {
				t.Errorf("got %v", err)
			}
			break
		}
		got = append(got, outcome(m))
	}
	if want := []string{ping1, "2 truncated"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

type failingReader struct{ err error }

func (f failingReader) Read([]byte) (int, error) { return 0, f.err }
