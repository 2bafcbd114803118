package rpc

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"
)

var lineSeeds = []string{
	ping1 + "\n" + ping2 + "\n",
	"\uFEFF{\r\n\"id\": 1,\r\n\r\n\"method\": \"ping\"}\r\n",
	"{\"id\":1,\n" + ping2,
	"[" + ping1 + ",\n" + ping2 + "]\n",
	"hello\nworld\n5\n\xFF\n{\x00}\x00\n\x00",
	"{\"a\":[\n{\n\"b\":1\n},\n}\n",
	"{\"id\":\"\\u00\n" + ping1 + ping1,
	strings.Repeat("[\n", 20),
}

// FuzzLines reads any input: it ends, messages are JSON objects or arrays within
// the limit, faults are in the order of their lines, and a whole good line after
// it is served.
func FuzzLines(f *testing.F) {
	for _, seed := range lineSeeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		const max = 200
		const last = `{"id":"last","method":"ping"}`
		r := linesOf(string(in)+"\n"+last+"\n", max)
		var m message
		line := 0
		for {
			next, err := r.next()
			if err != nil {
				if !errors.Is(err, io.EOF) {
					t.Fatal(err)
				}
				break
			}
			m = next
			if m.fault == nil {
				checkMessage(t, m, max)
				continue
			}
			if data, ok := m.fault.Data.(inputData); ok {
				if data.Line <= line {
					t.Errorf("a fault at line %d comes after one at line %d", data.Line, line)
				}
				line = data.Line
			}
		}
		if batchIsOpen(in) {
			return // what follows belongs to the batch
		}
		if string(m.text) != last {
			t.Errorf("%q: the good line that follows is lost; the last message is %q", in, outcome(m))
		}
	})
}

func checkMessage(t *testing.T, m message, max int) {
	t.Helper()
	text := bytes.TrimSpace(m.text)
	if !json.Valid(text) || !utf8.Valid(text) || text[0] != '{' && text[0] != '[' {
		t.Errorf("%q is no message", m.text)
	}
	if len(text) > max {
		t.Errorf("a message has %d bytes, the limit being %d", len(text), max)
	}
	if (len(m.scan.Members) > 0) != (text[0] == '{' && string(bytes.TrimSpace(text[1:])) != "}") {
		t.Errorf("%q has %d members", m.text, len(m.scan.Members))
	}
}

// batchIsOpen tells whether a line of in could begin a batch: it waits for its
// end, in which the good line can lie.
func batchIsOpen(in []byte) bool {
	for line := range bytes.Lines(in) {
		if start := bytes.TrimLeft(line, "\x00\uFEFF \t\r"); len(start) > 0 && start[0] == '[' {
			return true
		}
	}
	return false
}
