package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

// echoing is a host whose requests come back as their answers.
func echoing(t *testing.T) *host {
	inRead, inWrite := io.Pipe()
	outRead, outWrite := io.Pipe()
	done := make(chan error, 1)
	go func() { done <- errors.Join(echo(inRead, outWrite), outWrite.Close()) }()
	h := newHost(inWrite, outRead)
	h.wait = func() error { return <-done }
	t.Cleanup(func() {
		if err := h.stop(); err != nil {
			t.Error(err)
		}
	})
	return h
}

func TestHost(t *testing.T) {
	h := echoing(t)
	r := newRequest("ping", `{"a":1}`)
	for i := range 3 {
		line, err := h.call(r)
		if want := fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"ping","params":{"a":1}}`+"\n", firstID+i); err != nil || string(line) != want {
			t.Fatalf("%q, %v instead of %q", line, err, want)
		}
	}
	for _, n := range []int{1, 5, 64, 1000} {
		if err := h.flood(r, 64, n); err != nil {
			t.Fatalf("%d calls: %v", n, err)
		}
	}
	if err := h.unary(r, 10); err != nil {
		t.Fatal(err)
	}
}

// TestHostIsTold checks that wrong answers are not counted as right ones.
func TestHostIsTold(t *testing.T) {
	result := func(id int) string { return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"result":{}}`+"\n", id) }
	call := func(h *host) error { _, err := h.call(newRequest("ping", "{}")); return err }
	flood := func(h *host) error { return h.flood(newRequest("ping", "{}"), 2, 2) }
	for _, c := range []struct {
		name, answers, want string
		do                  func(*host) error
	}{
		{"another id", result(firstID + 1), "100000000 was asked and 100000001 answered", call},
		{"an error", `{"jsonrpc":"2.0","id":100000000,"error":{}}` + "\n", "not a result", call},
		{"no answer", "", "unexpected EOF", call},
		{"an answer twice", result(firstID) + result(firstID), "answered twice", flood},
		{"an answer less", result(firstID), "unexpected EOF", flood},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHost(nopCloser{io.Discard}, strings.NewReader(c.answers))
			if err := c.do(h); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("the error is %v instead of one with %q", err, c.want)
			}
		})
	}
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

func FuzzAnswerID(f *testing.F) {
	f.Add([]byte(`{"jsonrpc":"2.0","id":100000007,"result":{}}`))
	f.Add([]byte(`{"jsonrpc":"2.0","id":null,"error":{}}`))
	f.Add([]byte(`{"jsonrpc":"2.0","id":`))
	f.Fuzz(func(t *testing.T, line []byte) {
		id, err := answerID(line)
		if err == nil && len(line) < 40 && !bytes.Contains(line, fmt.Append(nil, id)) {
			t.Errorf("%d is not in %q", id, line)
		}
	})
}

func TestSelectRows(t *testing.T) {
	all := []row{{name: "unary"}, {name: "unary-64k"}, {name: "push"}}
	for _, c := range []struct{ list, want, fault string }{
		{"", "unary unary-64k push", ""},
		{"push,unary", "unary push", ""},
		{"unary*", "unary unary-64k", ""},
		{"puhs", "", `there is no row "puhs"; did you mean "push"?`},
		{"[", "", `"[" is not a pattern`},
	} {
		rows, err := selectRows(all, c.list)
		var names []string
		for _, r := range rows {
			names = append(names, r.name)
		}
		if got := strings.Join(names, " "); got != c.want || (err == nil) != (c.fault == "") || err != nil && !strings.Contains(err.Error(), c.fault) {
			t.Errorf("%q: %q, %v", c.list, got, err)
		}
	}
}
