package cli

import "bytes"

// Colours of terminals (ECMA-48, SGR).
const (
	colourName    = "\x1b[36m"
	colourString  = "\x1b[32m"
	colourNumber  = "\x1b[33m"
	colourLiteral = "\x1b[35m"
	colourEnd     = "\x1b[0m"
)

// coloured is JSON text with names and values in colour.
func coloured(text []byte) []byte {
	out := make([]byte, 0, 2*len(text))
	for i := 0; i < len(text); {
		end, colour := i+1, ""
		switch c := text[i]; {
		case c == '"':
			end, _ = endOfString(text, i)
			colour = colourString
			if end < len(text) && text[end] == ':' {
				colour = colourName
			}
		case c == '-' || '0' <= c && c <= '9':
			end, colour = endOfWord(text, i), colourNumber
		case 'a' <= c && c <= 'z':
			end, colour = endOfWord(text, i), colourLiteral
		}
		if colour == "" {
			out = append(out, text[i])
		} else {
			out = append(append(append(out, colour...), text[i:end]...), colourEnd...)
		}
		i = end
	}
	return out
}

// endOfString is the index after the string that starts at i; ok is false if text ends
// within it.
func endOfString(text []byte, i int) (end int, ok bool) {
	for i++; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1, true
		}
	}
	return len(text), false
}

func endOfWord(text []byte, i int) int {
	n := bytes.IndexAny(text[i:], ",]}: \n")
	if n < 0 {
		return len(text)
	}
	return i + n
}
