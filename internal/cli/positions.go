package cli

import (
	"bytes"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// positions tells lines and columns of a text that is read through it.
type positions struct {
	in    io.Reader
	name  string
	read  int64   // bytes so far
	first int     // lines that lines does not have
	lines []int64 // where the last lines begin
	last  []byte  // the last of what was read
}

// What is kept of a text: so many beginnings of lines, and twice so many bytes.
const (
	mostLines = 1 << 20
	mostBytes = 64 << 10
)

func (p *positions) Read(b []byte) (int, error) {
	n, err := p.in.Read(b)
	for i, c := range b[:n] {
		if c == '\n' {
			p.lines = append(p.lines, p.read+int64(i)+1)
		}
	}
	if excess := len(p.lines) - mostLines; excess > 0 {
		p.first += excess
		p.lines = append(p.lines[:0], p.lines[excess:]...)
	}
	p.read += int64(n)
	p.last = append(p.last, b[:n]...)
	if len(p.last) > 2*mostBytes {
		p.last = append(p.last[:0], p.last[len(p.last)-mostBytes:]...)
	}
	return n, err
}

// mistake is text that is not what it should be.
type mistake struct{ sentence string }

func (m *mistake) Error() string { return m.sentence }

// errorAt is a mistake at a byte of the text.
func (p *positions) errorAt(at int64, sentence string) error {
	line := len(p.lines) - 1
	for line > 0 && p.lines[line] > at {
		line--
	}
	place := fmt.Sprintf("column %d", p.characters(p.lines[line], at)+1)
	if p.first+len(p.lines) > 1 {
		place = fmt.Sprintf("line %d, %s", p.first+line+1, place)
	}
	return &mistake{fmt.Sprintf("%s, %s: %s", p.name, place, sentence)}
}

// characters are how many there are between two bytes; of a line so long that its
// beginning is not kept, bytes are counted.
func (p *positions) characters(from, to int64) int64 {
	kept := p.read - int64(len(p.last))
	if from < kept || to < from || to > p.read {
		return to - from
	}
	return int64(utf8.RuneCount(p.last[from-kept : to-kept]))
}

// marked leaves out a byte-order mark, and reads UTF-16 if the mark is one of that.
type marked struct {
	in    io.Reader
	known bool
}

func (m *marked) Read(b []byte) (int, error) {
	if !m.known && len(b) > 0 {
		n, err := m.in.Read(b[:1])
		if n == 0 {
			return 0, err
		}
		m.known = true
		if b[0] < 0xEF { // no mark begins so, and nothing more must be waited for
			return n, err
		}
		rest := io.MultiReader(bytes.NewReader([]byte{b[0]}), m.in)
		m.in = transform.NewReader(rest, unicode.BOMOverride(encoding.Nop.NewDecoder()))
	}
	return m.in.Read(b)
}
