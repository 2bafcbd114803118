// Package jsonscan reads JSON text (RFC 8259) without making values of it: it
// finds where tokens and values end and says whether they are well formed.
//
// It is the one tokenizer of the worker. The pipe finds the members of a
// request with it, the parameters are decoded with it, and the transcoder turns
// its tokens into wire bytes, so that all three accept the same language.
//
// Functions take the text and an index and return the index after what they
// read; nothing is copied. That the text is UTF-8 is the caller's to check
// (utf8.Valid): here bytes from 0x80 on are only allowed inside strings.
package jsonscan

import (
	"bytes"
	"encoding/binary"
	"math/bits"

	"github.com/segmentio/asm/ascii"
)

// MaxDepth is how many arrays and objects may be open at once.
const MaxDepth = 1000

// Space returns the index of the first byte at or after i that is not white space.
func Space(b []byte, i int) int {
	for i < len(b) {
		switch b[i] {
		case ' ', '\t', '\n', '\r':
			i++
		default:
			return i
		}
	}
	return i
}

const (
	lows  = 0x0101010101010101
	highs = 0x8080808080808080
)

// special returns the high bits of those bytes of x that end a plain run inside
// a string: a quote, a backslash or a control character. Bits above the first
// one found may be false hits; bytes from 0x80 on never are.
func special(x uint64) uint64 { return specialHigh(x) & highs }

// specialHigh is special with other bits set besides.
func specialHigh(x uint64) uint64 {
	return (((x ^ '"'*lows) - lows) | ((x ^ '\\'*lows) - lows) | (x - 0x20*lows)) &^ x
}

// asciiPrefix returns how many bytes at the start of b are ASCII.
func asciiPrefix(b []byte) int {
	i := 0
	for i+8 <= len(b) && binary.LittleEndian.Uint64(b[i:])&highs == 0 {
		i += 8
	}
	for i < len(b) && b[i] < 0x80 {
		i++
	}
	return i
}

// Plain returns how many bytes at the start of b stand for themselves in a string
// literal: all up to the first quote, backslash or control character. ascii
// reports that none of them is from 0x80 on.
func Plain(b []byte) (n int, ascii bool) {
	seen := uint64(0)
	long := longBlock // from where on whole blocks are tried
	for n+8 <= len(b) {
		x := binary.LittleEndian.Uint64(b[n:])
		if hit := special(x); hit != 0 {
			plain := bits.TrailingZeros64(hit) >> 3
			seen |= x & (1<<(plain*8) - 1)
			return n + plain, seen&highs == 0
		}
		seen |= x
		n += 8
		for n >= 32 && n+32 <= len(b) { // not for short ones, which end within this
			if n >= long {
				for n+longBlock <= len(b) && isPlain(b[n:n+longBlock]) {
					n += longBlock
				}
				long = n + longBlock
				continue
			}
			four := b[n : n+32]
			w, x := binary.LittleEndian.Uint64(four), binary.LittleEndian.Uint64(four[8:])
			y, z := binary.LittleEndian.Uint64(four[16:]), binary.LittleEndian.Uint64(four[24:])
			if (specialHigh(w)|specialHigh(x)|specialHigh(y)|specialHigh(z))&highs != 0 {
				break
			}
			seen |= w | x | y | z
			n += 32
		}
	}
	for n < len(b) && b[n] >= 0x20 && b[n] != '"' && b[n] != '\\' {
		seen |= uint64(b[n])
		n++
	}
	return n, seen&highs == 0
}

// longBlock is how many bytes of a long string are looked at together.
const longBlock = 512

// isPlain tells whether all of a block is printable ASCII that stands for itself. It
// looks at it three times, which vector instructions do in less time than once without.
func isPlain(block []byte) bool {
	return ascii.ValidPrint(block) && bytes.IndexByte(block, '"') < 0 && bytes.IndexByte(block, '\\') < 0
}

// ASCII reports whether b has no byte from 0x80 on.
func ASCII(b []byte) bool { return ascii.Valid(b) }

// String returns the index after the string literal whose opening quote is b[i].
// ok is false if the literal is cut off, holds a raw control character or a
// malformed escape; end is then the index of the fault.
func String(b []byte, i int) (end int, ok bool) {
	i++
	for {
		for short := i + 64; i+8 <= len(b); {
			if hit := special(binary.LittleEndian.Uint64(b[i:])); hit != 0 {
				i += bits.TrailingZeros64(hit) >> 3
				break
			}
			if i += 8; i >= short {
				n, _ := Plain(b[i:])
				i += n
				break
			}
		}
		if i >= len(b) {
			return i, false
		}
		switch c := b[i]; {
		case c == '"':
			return i + 1, true
		case c < 0x20:
			return i, false
		case c != '\\':
			i++
		case i+1 >= len(b):
			return i, false
		case b[i+1] == 'u':
			if i+6 > len(b) || hex4(b[i+2:]) < 0 {
				return i, false
			}
			i += 6
		default:
			if unescape(b[i+1]) == 0 {
				return i, false
			}
			i += 2
		}
	}
}

// unescape maps the letter of a two-character escape to what it stands for, 0
// if it is none.
func unescape(c byte) byte {
	switch c {
	case '"', '\\', '/':
		return c
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return 0
}

// hex4 returns the value of the four hexadecimal digits at the start of b, -1
// if they are not that.
func hex4(b []byte) rune {
	if len(b) < 4 {
		return -1
	}
	var r rune
	for _, c := range b[:4] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return -1
		}
		r = r<<4 | rune(c)
	}
	return r
}

// Number returns the index after the number that starts at b[i]. What follows
// it is not looked at.
func Number(b []byte, i int) (end int, ok bool) {
	if i < len(b) && b[i] == '-' {
		i++
	}
	switch {
	case i >= len(b):
		return i, false
	case b[i] == '0':
		i++
	default:
		if i, ok = digits(b, i); !ok {
			return i, false
		}
	}
	if i < len(b) && b[i] == '.' {
		if i, ok = digits(b, i+1); !ok {
			return i, false
		}
	}
	if i < len(b) && (b[i] == 'e' || b[i] == 'E') {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		if i, ok = digits(b, i); !ok {
			return i, false
		}
	}
	return i, true
}

// digits returns the index after a run of digits, of which there must be one.
func digits(b []byte, i int) (end int, ok bool) {
	start := i
	for i < len(b) && '0' <= b[i] && b[i] <= '9' {
		i++
	}
	return i, i > start
}

// literal returns the index after the word true, false or null at b[i], or the
// index of the byte if it is another.
func literal(b []byte, i int) (end int, ok bool) {
	word := ""
	switch b[i] {
	case 't':
		word = "true"
	case 'f':
		word = "false"
	case 'n':
		word = "null"
	}
	n := 0
	for n < len(word) && i+n < len(b) && b[i+n] == word[n] {
		n++
	}
	return i + n, n > 0 && n == len(word)
}
