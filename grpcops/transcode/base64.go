package transcode

import (
	"bytes"
	stdbase64 "encoding/base64"
	"slices"

	"github.com/segmentio/asm/base64"
)

// base64 reads a bytes value and writes it with its length.
func (w *toWire) base64() *fault {
	if w.pos < len(w.json) && w.json[w.pos] == '"' {
		text := w.json[w.pos+1:]
		text = text[:max(0, bytes.IndexByte(text, '"'))]
		mark, size := len(w.out), decodedLen(text)
		w.out = appendVarint(w.out, uint64(size))
		body := len(w.out)
		var ok bool
		if w.out, ok = appendDecoded(w.out, text); ok && len(w.out) == body+size {
			w.pos += len(text) + 2
			return nil
		}
		w.out = w.out[:mark]
	}
	// No string, escaped characters, line breaks between the letters, or an error.
	l := w.open(0)
	err := w.rawBase64()
	w.close(l)
	return err
}

// rawBase64 reads a bytes value and writes the bytes alone.
func (w *toWire) rawBase64() *fault {
	start := w.pos
	text, err := w.str()
	if err != nil {
		return err
	}
	out, ok := appendDecoded(w.out, text)
	if !ok {
		w.pos = start
		return w.expected("base64")
	}
	w.out = out
	return nil
}

// decodedLen is how many bytes the text stands for if it is base64 without line
// breaks.
func decodedLen(text []byte) int {
	n := len(text)
	for range 2 {
		if n > 0 && text[n-1] == '=' {
			n--
		}
	}
	return n * 6 / 8
}

// appendDecoded appends the bytes that base64 stands for: in the standard or the
// URL alphabet (RFC 4648, sections 4 and 5), padded or not, line breaks ignored.
func appendDecoded(dst, text []byte) ([]byte, bool) {
	room := len(text) * 3 / 4
	dst = slices.Grow(dst, room)
	into := dst[len(dst) : len(dst)+room]
	standard, url := base64.StdEncoding, base64.URLEncoding
	if len(text)%4 != 0 {
		standard, url = base64.RawStdEncoding, base64.RawURLEncoding
	}
	n, err := standard.Decode(into, text)
	if err != nil {
		n, err = url.Decode(into, text)
		// These do not know line breaks, and this one takes "/" for "_".
		if err != nil || bytes.IndexByte(text, '/') >= 0 {
			n, err = slowDecode(into, text)
		}
	}
	return dst[:len(dst)+n], err == nil
}

// slowDecode is what appendDecoded has to agree with.
func slowDecode(dst, text []byte) (int, error) {
	encoding := stdbase64.StdEncoding
	if bytes.ContainsAny(text, "-_") {
		encoding = stdbase64.URLEncoding
	}
	if len(text)%4 != 0 {
		encoding = encoding.WithPadding(stdbase64.NoPadding)
	}
	return encoding.Decode(dst, text)
}

// appendEncoded appends bytes as a JSON string in padded standard base64.
func appendEncoded(dst, data []byte) []byte {
	n := base64.StdEncoding.EncodedLen(len(data))
	dst = slices.Grow(dst, n+2)
	start := len(dst) + 1
	dst = dst[:start+n+1]
	dst[start-1], dst[start+n] = '"', '"'
	base64.StdEncoding.Encode(dst[start:start+n], data)
	return dst
}
