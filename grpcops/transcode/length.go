package transcode

import (
	"math/bits"

	"google.golang.org/protobuf/encoding/protowire"
)

// length is a length prefix whose value is not known yet.
type length struct{ start, reserved int }

// maxPrefix is how many bytes a length prefix may take: 35 bits' worth.
const maxPrefix = 5

// open reserves a length prefix. likely is a guess at the length: moving a long
// value because of a prefix of another size is what takes time. That of the
// message before is a good one, and at first that of the whole text.
func (w *toWire) open(likely int) length {
	n := min(sizeVarint(likely), maxPrefix)
	l := length{len(w.out), n}
	w.out = append(w.out, 0, 0, 0, 0, 0)[:l.start+n]
	return l
}

// close writes the length of what was written since open, and returns it.
func (w *toWire) close(l length) int {
	body := l.start + l.reserved
	n := len(w.out) - body
	if n < 0x80 && l.reserved == 1 {
		w.out[l.start] = byte(n)
		return n
	}
	size := sizeVarint(n)
	if size != l.reserved {
		w.out = append(w.out, 0, 0, 0, 0, 0)
		copy(w.out[l.start+size:], w.out[body:body+n])
		w.out = w.out[:l.start+size+n]
	}
	protowire.AppendVarint(w.out[:l.start:l.start+size], uint64(n))
	return n
}

// sizeVarint is protowire.SizeVarint for lengths.
func sizeVarint(n int) int { return (bits.Len(uint(n)|1) + 6) / 7 }

// appendVarint is protowire.AppendVarint with its most usual case in line.
func appendVarint(b []byte, v uint64) []byte {
	if v < 0x80 {
		return append(b, byte(v))
	}
	return protowire.AppendVarint(b, v)
}
