package rpc

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
)

// TestRawLines reads lines of all lengths around the buffer's, and keeps those
// that have memory of their own.
func TestRawLines(t *testing.T) {
	const buffer, most = 64, 1000
	var in strings.Builder
	sizes := []int{0, 1, 62, 63, 64, 65, 127, 128, 129, 500, 501, 999, 1000, 5000, 1, 999, 400}
	for i, size := range sizes {
		in.WriteString(strings.Repeat(string(rune('a'+i)), size) + "\n")
	}
	in.WriteString("the rest")
	r := rawLines{in: bufio.NewReaderSize(strings.NewReader(in.String()), buffer), max: most}
	type kept struct {
		line []byte
		want string
	}
	var owned []kept
	for i, size := range sizes {
		line, over, err := r.read()
		want := strings.Repeat(string(rune('a'+i)), size) + "\n"
		switch {
		case err != nil || over != (size > most+buffer):
			t.Fatalf("%d bytes: over %v, error %v", size, over, err)
		case !over && string(line) != want:
			t.Errorf("%d bytes: got %d", size, len(line))
		case !over && r.own:
			owned = append(owned, kept{line, want})
		}
	}
	line, _, err := r.read()
	if string(line) != "the rest" || !errors.Is(err, io.EOF) {
		t.Errorf("at the end: %q, %v", line, err)
	}
	if len(owned) == 0 {
		t.Error("no line has memory of its own")
	}
	for _, k := range owned {
		if !bytes.Equal(k.line, []byte(k.want)) {
			t.Errorf("a line of %d bytes was overwritten: %.20q", len(k.want), k.line)
		}
	}
}
