package transcode

import (
	"bytes"
	"unicode/utf8"

	"github.com/grpcline/grpcline/internal/jsonscan"
	"github.com/segmentio/asm/ascii"
)

// appendString appends text as a JSON string that escapes only what has to be
// escaped. ok is false if it is not UTF-8.
func appendString(dst, text []byte) (_ []byte, ok bool) {
	dst = append(dst, '"')
	if len(text) >= short && isPlainASCII(text) {
		return append(append(dst, text...), '"'), true
	}
	for {
		n, isASCII := jsonscan.Plain(text)
		if !isASCII && !utf8.Valid(text[:n]) {
			return dst, false
		}
		dst = append(dst, text[:n]...)
		if n == len(text) {
			return append(dst, '"'), true
		}
		dst = appendEscaped(dst, text[n])
		text = text[n+1:]
	}
}

// isPlainASCII reports, by the quickest means for long texts, whether a text is
// ASCII that stands for itself in JSON.
func isPlainASCII(text []byte) bool {
	return ascii.ValidPrint(text) && bytes.IndexByte(text, '"') < 0 && bytes.IndexByte(text, '\\') < 0
}

// appendEscaped appends the escape of a quote, a backslash or a control character.
func appendEscaped(dst []byte, c byte) []byte {
	const hex = "0123456789abcdef"
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	return append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
}
