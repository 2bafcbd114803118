package integration_test

import (
	"fmt"
	"strings"
	"testing"
)

func frameOf(body string) string {
	return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body)
}

// TestContentLength starts with a header, or asks for headers by the flag.
func TestContentLength(t *testing.T) {
	ping := func(id string) string { return `{"jsonrpc":"2.0","id":"` + id + `","method":"ping"}` }
	cases := []struct {
		name, input string
		answers     []string
	}{
		{"one", frameOf(ping("a")), []string{"a"}},
		{"two", frameOf(ping("a")) + frameOf(ping("b")), []string{"a", "b"}},
		{"a type", fmt.Sprintf("Content-Length: %d\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n%s",
			len(ping("a")), ping("a")), []string{"a"}},
		{"the type first", fmt.Sprintf("Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: %d\r\n\r\n%s",
			len(ping("a")), ping("a")), []string{"a"}},
		{"lower case", fmt.Sprintf("content-length:%d\r\n\r\n%s", len(ping("a")), ping("a")), []string{"a"}},
		{"lines inside", frameOf("{\r\n\"id\":\"a\",\n\n\"method\":\"ping\"}\n"), []string{"a"}},
	}
	for _, c := range cases {
		for _, args := range [][]string{nil, {"--framing", "headers"}} {
			t.Run(c.name+strings.Join(args, " "), func(t *testing.T) {
				h := StartWith(t, HostOptions{Headers: true, Args: args})
				h.Send(c.input)
				for _, id := range c.answers {
					h.Answer(`"` + id + `"`)
				}
				h.ping()
				if code := h.Exit(); code != 0 {
					t.Errorf("exit code %d", code)
				}
			})
		}
	}
}

// TestContentLengthBadThenGood sends a bad frame and then a good one.
func TestContentLengthBadThenGood(t *testing.T) {
	cases := []struct {
		name, body, id string
		code           int
		reason         string
	}{
		{"not JSON", "hello", "null", -32700, "notJson"},
		{"truncated", `{"id":1,"method":"ping"`, "null", -32700, "truncated"},
		{"two values", `{"id":1,"method":"ping"}{"id":2,"method":"ping"}`, "null", -32700, "notJson"},
		{"not UTF-8", "{\"id\":\"\xff\"}", "null", -32700, "notUtf8"},
		{"too deep", strings.TrimSuffix(nested(1001), "\n"), "null", -32700, "tooDeep"},
		{"no request", "5", "null", -32600, ""},
		{"an unknown method", `{"id":5,"method":"pong"}`, "5", -32601, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			h := StartWith(t, HostOptions{Headers: true})
			h.Send(frameOf(c.body) + frameOf(`{"id":"good","method":"ping"}`))
			err := h.Answer(c.id).Error
			if err == nil || err.Code != c.code || c.reason != "" && err.Data.Reason != c.reason {
				h.fatalf("answer %v", err)
			}
			if err.Data.Line != nil {
				t.Errorf("a line number without lines: %v", err)
			}
			h.Answer(`"good"`)
		})
	}
}

// TestContentLengthTruncated ends the input inside a frame.
func TestContentLengthTruncated(t *testing.T) {
	h := StartWith(t, HostOptions{Headers: true})
	h.Send(frameOf(`{"id":"good","method":"ping"}`) + "Content-Length: 100\r\n\r\n{\"id\":1")
	h.CloseInput()
	h.Answer(`"good"`)
	h.expectBad(bad{"null", -32700, 0, []string{"truncated"}})
	if code := h.Exit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// TestContentLengthTooLong skips a frame over the limit.
func TestContentLengthTooLong(t *testing.T) {
	h := StartWith(t, HostOptions{Headers: true, Args: []string{"--max-message-bytes", "1000"}})
	h.Send(frameOf(`{"id":1,"method":"`+strings.Repeat("x", 5000)+`"}`) + frameOf(`{"id":"good","method":"ping"}`))
	h.expectBad(notRequest("null"))
	h.Answer(`"good"`)
}

// TestContentLengthUTF8 counts bytes, not characters.
func TestContentLengthUTF8(t *testing.T) {
	h := StartWith(t, HostOptions{Headers: true, UTF8: true, Args: []string{"--utf8"}})
	h.Send(frameOf(`{"id":"Ж😀","method":"ping"}`) + frameOf(`{"id":"é","method":"ping"}`))
	h.Answer(`"Ж😀"`)
	h.Answer(`"é"`)
}

// TestFramingLines takes a header for what it is among lines: not JSON.
func TestFramingLines(t *testing.T) {
	h := Start(t, "--framing", "lines")
	h.Send("Content-Length: 29\r\n\r\n" + `{"id":"good","method":"ping"}` + "\n")
	h.expectBad(notJSON(1))
	h.Answer(`"good"`)
}

// TestHeaderAfterLines does not change the framing in the middle.
func TestHeaderAfterLines(t *testing.T) {
	h := Start(t)
	h.Send(`{"id":"first","method":"ping"}` + "\nContent-Length: 29\r\n\r\n" + `{"id":"good","method":"ping"}` + "\n")
	h.Answer(`"first"`)
	h.expectBad(notJSON(2))
	h.Answer(`"good"`)
}

// TestBatchInFrame answers a batch in one frame.
func TestBatchInFrame(t *testing.T) {
	h := StartWith(t, HostOptions{Headers: true})
	h.Send(frameOf(`[{"id":1,"method":"ping"},{"id":2,"method":"ping"}]`))
	if got := ids(h.Batch()); got != "1 2" {
		t.Errorf("ids %s", got)
	}
}
