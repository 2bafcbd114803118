package transcode

import "github.com/grpcline/grpcline/internal/jsonscan"

// skip returns the index after the JSON value that starts at b[i], white space
// allowed before it. It only counts brackets: the text is known to be JSON. ok is
// false if the value has no end.
func skip(b []byte, i int) (end int, ok bool) {
	i = jsonscan.Space(b, i)
	if i < len(b) && b[i] != '{' && b[i] != '[' {
		return jsonscan.Value(b, i)
	}
	open := 0
	for i < len(b) {
		switch b[i] {
		case '"':
			if i, ok = jsonscan.String(b, i); !ok {
				return i, false
			}
			continue
		case '{', '[':
			open++
		case '}', ']':
			open--
			if open == 0 {
				return i + 1, true
			}
		}
		i++
	}
	return i, false
}

// skip passes over a value.
func (w *toWire) skip() *fault {
	end, ok := skip(w.json, w.pos)
	if w.pos = end; !ok {
		return w.broken()
	}
	return nil
}
