package jsonscan

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// AppendUnquoted appends the text of a string literal, quotes included, that
// String has accepted. ok is false if an escape names half of a surrogate
// pair: no Unicode text has one.
func AppendUnquoted(dst, literal []byte) (text []byte, ok bool) {
	s := literal[1 : len(literal)-1]
	for i := 0; i < len(s); {
		if s[i] != '\\' {
			start := i
			for i < len(s) && s[i] != '\\' {
				i++
			}
			dst = append(dst, s[start:i]...)
			continue
		}
		if s[i+1] != 'u' {
			dst = append(dst, unescape(s[i+1]))
			i += 2
			continue
		}
		r := hex4(s[i+2:])
		i += 6
		if utf16.IsSurrogate(r) {
			low := rune(-1)
			if i+6 <= len(s) && s[i] == '\\' && s[i+1] == 'u' {
				low = hex4(s[i+2:])
			}
			if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
				return dst, false
			}
			i += 6
		}
		dst = utf8.AppendRune(dst, r)
	}
	return dst, true
}

// Unquote returns the text of a string literal that String has accepted.
func Unquote(literal []byte) (text string, ok bool) {
	b, ok := Text(literal)
	return string(b), ok
}

// Text is Unquote without a copy if the literal has no escapes: the text is part
// of it then.
func Text(literal []byte) (text []byte, ok bool) {
	if bytes.IndexByte(literal, '\\') < 0 {
		return literal[1 : len(literal)-1], true
	}
	return AppendUnquoted(make([]byte, 0, len(literal)), literal)
}

const hexDigits = "0123456789abcdef"

// AppendQuoted appends s as a string literal, escaping only what JSON requires.
// Bytes that are not UTF-8 become U+FFFD.
func AppendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				dst = append(append(dst, s[start:i]...), "\uFFFD"...)
				start = i + 1
			}
			i += n
			continue
		}
		if c >= 0x20 && c != '"' && c != '\\' {
			i++
			continue
		}
		dst = append(dst, s[start:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		start = i
	}
	return append(append(dst, s[start:]...), '"')
}

// AppendASCII appends JSON text with every non-ASCII character, which only
// strings can hold, written as \uXXXX. The text must be UTF-8.
func AppendASCII(dst, text []byte) []byte {
	for {
		n := asciiPrefix(text)
		dst = append(dst, text[:n]...)
		if n == len(text) {
			return dst
		}
		r, size := utf8.DecodeRune(text[n:])
		text = text[n+size:]
		if hi, lo := utf16.EncodeRune(r); hi != utf8.RuneError {
			dst = appendEscape(dst, hi)
			r = lo
		}
		dst = appendEscape(dst, r)
	}
}

func appendEscape(dst []byte, r rune) []byte {
	return append(dst, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
}
