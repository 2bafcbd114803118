package integration_test

import (
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"
)

// A bad is an answer that bad input gets.
type bad struct {
	id      string
	code    int
	line    int      // 0: no data.line is asked for
	reasons []string // any of them; none for errors other than -32700
}

func notJSON(line int) bad { return bad{"null", -32700, line, []string{"notJson"}} }

func truncated(line int) bad { return bad{"null", -32700, line, []string{"truncated"}} }

func notRequest(id string) bad { return bad{id: id, code: -32600} }

// utf16Text encodes text in UTF-16 without a byte order mark.
func utf16Text(text string, order binary.AppendByteOrder) string {
	var b []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, unit)
	}
	return string(b)
}

// nested returns a ping whose value as a whole has so many levels.
func nested(levels int) string {
	deep := levels - 1 // the request itself is one
	return `{"id":"deep","method":"ping","params":` + strings.Repeat("[", deep) + strings.Repeat("]", deep) + "}\n"
}

// TestBadThenGood sends bad input and then a good request, which must be
// answered after each answer that the input gets.
func TestBadThenGood(t *testing.T) {
	ping := `{"jsonrpc":"2.0","id":1,"method":"ping"}`
	utf16Reason := []string{"utf16"}
	cases := []struct {
		name, input string
		want        []bad
	}{
		{"a word", "hello\n", []bad{notJSON(1)}},
		{"a run of junk", "hello\n\nyou\n\n\nthere\n", []bad{notJSON(1)}},
		{"a run with CRLF", "hello\r\n\r\nyou\r\n", []bad{notJSON(1)}},
		{"junk after blank lines", "\n\r\n\nhello\n", []bad{notJSON(4)}},
		{"two runs", "hello\n" + `{"jsonrpc":"2.0","id":"between","method":"ping"}` + "\nyou\n",
			[]bad{notJSON(1), notJSON(3)}},
		{"a broken object", `{"jsonrpc":"2.0","id":1,"method":ping}` + "\n", []bad{notJSON(1)}},
		{"single quotes", `{'id':1,'method':'ping'}` + "\n", []bad{notJSON(1)}},
		{"a trailing comma", `{"id":1,"method":"ping",}` + "\n", []bad{notJSON(1)}},
		{"a trailing brace", ping + "}\n", []bad{notJSON(1)}},
		{"two values", ping + " " + `{"jsonrpc":"2.0","id":2,"method":"ping"}` + "\n", []bad{notJSON(1)}},
		{"two values without a space", ping + `{"jsonrpc":"2.0","id":2,"method":"ping"}` + "\n", []bad{notJSON(1)}},
		{"truncated", `{"jsonrpc":"2.0","id":1,"method":"ping"` + "\n", []bad{truncated(1)}},
		{"truncated after a member", `{"jsonrpc":"2.0","id":1,` + "\n", []bad{truncated(1)}},
		{"truncated in params", `{"id":1,"method":"ping","params":{"a":[1,2` + "\n", []bad{truncated(1)}},
		{"truncated in a string", `{"id":1,"method":"pi` + "\n",
			[]bad{{"null", -32700, 1, []string{"truncated", "notJson"}}}},
		{"two truncated", `{"id":1,` + "\n" + `{"id":2,` + "\n", []bad{truncated(1), truncated(2)}},
		{"truncated and its rest", `{"id":1,` + "\n" + `"method":` + "\n", []bad{truncated(1), notJSON(2)}},
		{"invalid on a later line", "{\n\"id\":1,\n]\n", []bad{truncated(1), notJSON(2)}},
		{"not UTF-8", "{\"id\":1,\"method\":\"ping\xff\"}\n", []bad{{"null", -32700, 1, []string{"notUtf8"}}}},
		{"Windows-1251", "{\"id\":1,\"method\":\"\xcf\xe8\xed\xe3\"}\n", []bad{{"null", -32700, 1, []string{"notUtf8"}}}},
		{"a surrogate in UTF-8", "{\"id\":1,\"method\":\"\xed\xa0\x80\"}\n", []bad{{"null", -32700, 1, []string{"notUtf8"}}}},
		{"UTF-16LE with a mark", "\xff\xfe" + utf16Text(ping, binary.LittleEndian) + "\n",
			[]bad{{"null", -32700, 1, utf16Reason}}},
		{"UTF-16BE with a mark", "\xfe\xff" + utf16Text(ping+"\n", binary.BigEndian),
			[]bad{{"null", -32700, 1, utf16Reason}}},
		{"UTF-16LE", utf16Text(ping, binary.LittleEndian) + "\n", []bad{{"null", -32700, 1, utf16Reason}}},
		{"UTF-16LE lines", utf16Text(ping+"\n"+ping+"\n", binary.LittleEndian) + "\n",
			[]bad{{"null", -32700, 1, utf16Reason}}},
		{"NUL bytes", "\x00\x00\x00\n", []bad{{"null", -32700, 1, []string{"notJson", "utf16"}}}},
		{"too deep", nested(1001), []bad{{"null", -32700, 1, []string{"tooDeep"}}}},
		{"very deep", nested(100_000), []bad{{"null", -32700, 1, []string{"tooDeep"}}}},
		{"deep but not closed", strings.Repeat("[", 20_000) + "\n", []bad{{"null", -32700, 1, []string{"tooDeep"}}}},
		{"deep enough", nested(1000), []bad{{"\"deep\"", -32602, 0, nil}}},
		{"a number", "5\n", []bad{notRequest("null")}},
		{"a string", "\"ping\"\n", []bad{notRequest("null")}},
		{"null", "null\n", []bad{notRequest("null")}},
		{"an empty object", "{}\n", []bad{notRequest("null")}},
		{"an empty batch", "[]\n", []bad{notRequest("null")}},
		{"no method", `{"jsonrpc":"2.0","id":7}` + "\n", []bad{notRequest("7")}},
		{"a method that is a number", `{"jsonrpc":"2.0","id":8,"method":5}` + "\n", []bad{notRequest("8")}},
		{"an id that is an object", `{"jsonrpc":"2.0","id":{},"method":"ping"}` + "\n", []bad{notRequest("null")}},
		{"an id that is true", `{"jsonrpc":"2.0","id":true,"method":"ping"}` + "\n", []bad{notRequest("null")}},
		{"another version", `{"jsonrpc":"1.0","id":3,"method":"ping"}` + "\n", []bad{notRequest("3")}},
		{"a version that is a number", `{"jsonrpc":2.0,"id":3,"method":"ping"}` + "\n", []bad{notRequest("3")}},
		{"an unknown method", `{"jsonrpc":"2.0","id":4,"method":"pong"}` + "\n", []bad{{id: "4", code: -32601}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			h := Start(t)
			h.Send(c.input + `{"jsonrpc":"2.0","id":"good","method":"ping"}` + "\n")
			for _, want := range c.want {
				h.expectBad(want)
			}
			if strings.Contains(c.input, "between") {
				h.Answer(`"between"`)
			}
			if got := h.Answer(`"good"`); string(got.Result) != "{}" {
				h.fatalf("the good request got %v", got.Error)
			}
			if code := h.Exit(); code != 0 {
				t.Errorf("exit code %d", code)
			}
		})
	}
}

func (h *Host) expectBad(want bad) {
	h.t.Helper()
	err := h.Answer(want.id).Error
	if err == nil || err.Code != want.code {
		h.fatalf("answer %v, want code %d", err, want.code)
	}
	if want.line > 0 && (err.Data.Line == nil || *err.Data.Line != want.line) {
		h.fatalf("%v: want line %d", err, want.line)
	}
	for _, reason := range want.reasons {
		if err.Data.Reason == reason {
			return
		}
	}
	if len(want.reasons) > 0 {
		h.fatalf("%v: want reason %v", err, want.reasons)
	}
}

// TestIncompleteAtEnd ends the input inside a value.
func TestIncompleteAtEnd(t *testing.T) {
	for _, input := range []string{`{"id":1,"method":"pi`, `{"id":1,` + "\n", "[{\"id\":1,\n", "{"} {
		h := Start(t)
		h.Send(`{"id":"before","method":"ping"}` + "\n" + input)
		h.CloseInput()
		h.Answer(`"before"`)
		h.expectBad(truncated(2))
		if code := h.Exit(); code != 0 {
			t.Errorf("%q: exit code %d", input, code)
		}
	}
}

// TestIncompleteBatchAtEnd gives up a batch at the end of the input: what
// follows its first line is read again and loses no request.
func TestIncompleteBatchAtEnd(t *testing.T) {
	h := Start(t)
	h.Send("[\n" + `{"id":"inside","method":"ping"}` + "\n\n" + `{"id":"too","method":"ping"}` + "\n")
	h.CloseInput()
	h.expectBad(truncated(1))
	h.Answer(`"inside"`)
	h.Answer(`"too"`)
	if code := h.Exit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// TestInputIsNotLogged sends a secret in input that cannot be read.
func TestInputIsNotLogged(t *testing.T) {
	h := Start(t, "--log-level", "debug")
	h.Send("hunter2 is not JSON\n" + `{"id":1,"method":"ping","params":{"hunter2":"hunter2"}}` + "\n" + `{"id":2,"hunter2` + "\n")
	h.CloseInput()
	h.Answer("null")
	h.Answer("1")
	h.Answer("null")
	h.Wait()
	if strings.Contains(h.Stderr(), "hunter2") {
		t.Errorf("the log quotes the input:\n%s", h.Stderr())
	}
}
