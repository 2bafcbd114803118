package rpc

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// TestOutqueue puts small messages together and leaves large ones alone.
func TestOutqueue(t *testing.T) {
	large := strings.Repeat("l", smallMessage)
	full := strings.Repeat("f", smallMessage-1)
	for _, test := range []struct {
		name    string
		headers bool
		add     []string
		want    []string // chunks
	}{
		{"small ones", false, []string{"a", "b", "c"}, []string{"a\nb\nc\n"}},
		{"a large one between", false, []string{"a", large, "b", "c"}, []string{"a\n", large + "\n", "b\nc\n"}},
		{"a full chunk", false, []string{full, full, full, full, "a"}, []string{strings.Repeat(full+"\n", 4), "a\n"}},
		{"with headers", true, []string{"a", "bc"}, []string{"Content-Length: 1\r\n\r\naContent-Length: 2\r\n\r\nbc"}},
		{"large with headers", true, []string{"a", large, "b"}, []string{"Content-Length: 1\r\n\r\na", "Content-Length: 16384\r\n\r\n" + large, "Content-Length: 1\r\n\r\nb"}},
	} {
		q := outqueue{headers: test.headers}
		size := 0
		for _, text := range test.add {
			half := len(text) / 2
			whole, parts := outqueue{headers: test.headers}, outqueue{headers: test.headers}
			if a, b := whole.add([]byte(text)), parts.add([]byte(text[:half]), nil, []byte(text[half:])); a != b || !bytes.Equal(whole.last().text, parts.last().text) {
				t.Errorf("%s: %.20q in parts is %.20q", test.name, text, parts.last().text)
			}
			size += q.add([]byte(text))
		}
		if q.bytes != size {
			t.Errorf("%s: %d bytes, want %d", test.name, q.bytes, size)
		}
		var got []string
		for len(q.chunks) > 0 {
			c := q.take()
			got = append(got, string(c.text))
			q.wrote(c)
		}
		if !slices.Equal(got, test.want) || q.bytes != 0 {
			t.Errorf("%s: got %.60q, %d bytes left", test.name, got, q.bytes)
		}
	}
}

// TestOutqueueMemory is used again, but not while it is being written.
func TestOutqueueMemory(t *testing.T) {
	var q outqueue
	q.add([]byte("first"))
	first := q.take()
	q.add([]byte("other"))
	if string(first.text) != "first\n" {
		t.Errorf("the chunk that is being written has become %q", first.text)
	}
	q.take()
	q.wrote(first)
	q.add([]byte("again"))
	if again := q.take(); &again.text[0] != &first.text[0] {
		t.Error("the memory of the first chunk is not used again")
	}
}
