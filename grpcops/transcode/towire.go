package transcode

import "github.com/grpcline/grpcline/internal/jsonscan"

// toWire reads JSON and appends wire bytes. Its methods start at the first byte
// of a value and leave pos after its last one.
type toWire struct {
	codec   *Codec
	options Options
	json    []byte
	pos     int
	out     []byte
	depth   int  // arrays and objects that are open
	likely  int  // a guess at the length of the next message, see open
	partial bool // inside an Any, where required fields may be missing

	// The "@type" of an Any may stand behind its other members, which are then read
	// twice, and those of an Any inside it again. This is how many bytes may still be
	// skipped so.
	skips int

	// Memory that levels share: each uses what lies above where it found them.
	marks      []uint64   // a bit set of each open object, see field
	extensions []*field   // given in the open objects
	keys       []entryKey // of the open maps
	text       []byte     // the unescaped text of one string

	unknown unknown
}

func (w *toWire) reset(c *Codec, dst, json []byte, o Options) {
	w.codec, w.options, w.json, w.out = c, o, json, dst
	w.pos, w.depth, w.partial, w.likely = 0, 0, false, len(json)
	w.skips = 1<<20 + rescans*len(json)
	w.marks, w.extensions, w.keys = w.marks[:0], w.extensions[:0], w.keys[:0]
	w.unknown.reset()
	w.next()
}

// release lets go of the caller's memory and keeps w for another value, unless
// that would keep much memory.
func (w *toWire) release() {
	const keep = 1 << 20
	if cap(w.text) > keep || cap(w.keys) > keep/32 {
		return
	}
	w.json, w.out = nil, nil
	w.codec.wires.Put(w)
}

// next skips white space and returns the byte that follows it, 0 at the end.
func (w *toWire) next() byte {
	if w.pos < len(w.json) && w.json[w.pos] > ' ' {
		return w.json[w.pos]
	}
	w.pos = jsonscan.Space(w.json, w.pos)
	if w.pos < len(w.json) {
		return w.json[w.pos]
	}
	return 0
}

// peek returns the byte at pos, 0 at the end.
func (w *toWire) peek() byte {
	if w.pos < len(w.json) {
		return w.json[w.pos]
	}
	return 0
}

// atEnd checks that only white space is left.
func (w *toWire) atEnd() *fault {
	if w.next() != 0 || w.pos < len(w.json) {
		return faultf("there is more text after the value")
	}
	return nil
}

// enter opens a level, leave closes it.
func (w *toWire) enter() *fault {
	if w.depth++; w.depth > jsonscan.MaxDepth {
		return faultf("more than %d levels of arrays and objects", jsonscan.MaxDepth)
	}
	w.pos++
	return nil
}

func (w *toWire) leave() {
	w.depth--
	w.pos++
}

// expected is the fault of a value that is not what it has to be.
func (w *toWire) expected(what string) *fault {
	return faultf("expected %s, got %s", what, describe(w.json[min(w.pos, len(w.json)):]))
}

// broken is the fault of text that is not JSON, which the caller should have seen.
func (w *toWire) broken() *fault {
	return faultf("not valid JSON at byte %d", w.pos)
}

// message reads a message in the form of its type.
func (w *toWire) message(m *Message) *fault {
	m.make()
	if m.form != formObject && m.form != formEmpty {
		return w.wellKnown(m)
	}
	return w.object(m, false)
}

// comma reads what follows a member or an element: more is false at the end of
// the level, whose bracket is left.
func (w *toWire) comma(end byte) (more bool, err *fault) {
	switch w.next() {
	case ',':
		w.pos++
		w.next()
		return true, nil
	case end:
		return false, nil
	}
	return false, w.broken()
}

// colon reads the colon after a name, and white space up to the value.
func (w *toWire) colon() *fault {
	if w.next() != ':' {
		return w.broken()
	}
	w.pos++
	w.next()
	return nil
}

// null reads the word null.
func (w *toWire) null() *fault {
	if len(w.json)-w.pos < 4 || string(w.json[w.pos:w.pos+4]) != "null" {
		return w.broken()
	}
	w.pos += 4
	return nil
}

// span is the place of a name's literal, quotes included.
type span struct{ start, end int }
