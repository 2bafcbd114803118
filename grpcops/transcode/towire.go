package transcode

import (
	"bytes"

	"github.com/grpcline/grpcline/internal/jsonscan"
	"github.com/grpcline/grpcline/internal/nearest"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"
)

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

	// Memory that levels share: each uses what lies above where it found them.
	marks      []uint64   // a bit set of each open object, see field
	extensions []*field   // given in the open objects
	keys       []entryKey // of the open maps
	text       []byte     // the unescaped text of one string
}

func (w *toWire) reset(c *Codec, dst, json []byte, o Options) {
	w.codec, w.options, w.json, w.out = c, o, json, dst
	w.pos, w.depth, w.partial, w.likely = 0, 0, false, len(json)
	w.marks, w.extensions, w.keys = w.marks[:0], w.extensions[:0], w.keys[:0]
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
	if m.form != formObject && m.form != formEmpty {
		return w.wellKnown(m)
	}
	return w.object(m, false)
}

// object reads a message that is a JSON object. Inside an Any its "@type" has
// been read.
func (w *toWire) object(m *Message, inAny bool) *fault {
	if w.peek() != '{' {
		return w.expected("an object (" + string(m.name) + ")")
	}
	if m.messageSet {
		return faultf("%s is a proto1 MessageSet, which is not supported", m.name)
	}
	if err := w.enter(); err != nil {
		return err
	}
	marks, extensions := len(w.marks), len(w.extensions)
	for range m.words {
		w.marks = append(w.marks, 0)
	}
	likely := 0 // the field after the last one: callers often keep the order
	types := 0
	for more := w.next() != '}'; more; {
		f, name, err := w.memberName(m, likely, inAny)
		switch {
		case err != nil:
		case f == ignored:
			err = w.skip()
		case f == typeMember:
			if types++; types > 1 {
				return faultf("given twice").in("@type")
			}
			err = w.skip()
		default:
			likely = min(f.rank+1, len(m.fields))
			if err = w.member(f, marks, extensions); err != nil {
				err = err.in(w.nameOf(name, f))
			}
		}
		if err == nil {
			more, err = w.comma('}')
		}
		if err != nil {
			return err
		}
	}
	w.leave()
	if len(m.required) > 0 && !w.partial {
		if err := w.missing(m, marks); err != nil {
			return err
		}
	}
	w.marks, w.extensions = w.marks[:marks], w.extensions[:extensions]
	return nil
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

// span is the place of a name's literal, quotes included.
type span struct{ start, end int }

// What memberName returns for members that are no fields.
var (
	ignored    = new(field) // to be skipped
	typeMember = new(field) // "@type" of the Any that the object is
)

// lookAhead is how many fields are tried before a name is looked up.
const lookAhead = 4

// memberName reads a member's name and the colon.
func (w *toWire) memberName(m *Message, likely int, inAny bool) (*field, span, *fault) {
	start := w.pos
	for _, f := range m.fields[likely:min(likely+lookAhead, len(m.fields))] {
		n := len(f.member)
		if len(w.json)-start > n && w.json[start+1] == f.member[1] && string(w.json[start:start+n]) == f.member {
			w.pos += n
			w.next()
			return f, span{start, start + n - len(":")}, nil
		}
	}
	f, err := w.lookUp(m, inAny)
	name := span{start, w.pos}
	if err == nil {
		err = w.colon()
	}
	return f, name, err
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

// lookUp reads a name and finds its field.
func (w *toWire) lookUp(m *Message, inAny bool) (*field, *fault) {
	name, err := w.str()
	if err != nil {
		return nil, err
	}
	if inAny && string(name) == "@type" {
		return typeMember, nil
	}
	if f := m.byName[string(name)]; f != nil && !isBracketed(name) {
		return f, nil
	}
	if isBracketed(name) {
		f, err := w.codec.extensionNamed(m, name[1:len(name)-1])
		if err != nil {
			return nil, err.in(string(name))
		}
		if f != nil {
			return f, nil
		}
	}
	if w.options.AllowUnknownFields {
		return ignored, nil
	}
	return nil, m.unknown(string(name)).in(string(name))
}

func isBracketed(name []byte) bool {
	return len(name) > 1 && name[0] == '[' && name[len(name)-1] == ']'
}

// unknown is the fault of a name that no field has.
func (m *Message) unknown(name string) *fault {
	names := make([]string, 0, len(m.fields))
	for _, f := range m.fields {
		names = append(names, f.name)
		if f.protoName != f.name && bytes.IndexByte([]byte(name), '_') >= 0 {
			names = append(names, f.protoName)
		}
	}
	return faultf("no field %q in %s%s", name, m.name, nearest.Hint(name, names))
}

// nameOf returns the name of a field as the caller wrote it.
func (w *toWire) nameOf(name span, f *field) string {
	if text, ok := jsonscan.Unquote(w.json[name.start:name.end]); ok {
		return text
	}
	return f.name
}

// member reads the value of a field whose object's marks begin at marks.
func (w *toWire) member(f *field, marks, extensions int) *fault {
	if f.extension != "" {
		for _, given := range w.extensions[extensions:] {
			if given == f {
				return faultf("given twice")
			}
		}
		w.extensions = append(w.extensions, f)
	} else if w.mark(marks, f.given) {
		if f.name != f.protoName {
			return faultf("given twice (%s and %s are one field)", f.name, f.protoName)
		}
		return faultf("given twice")
	}
	if w.pos < len(w.json) && w.json[w.pos] == 'n' && !f.nullable {
		return w.null()
	}
	if f.oneof >= 0 && w.mark(marks, f.oneofMark) {
		return faultf("another field of the same oneof is given too")
	}
	switch {
	case f.key != nil:
		return w.mapField(f)
	case f.list:
		return w.list(f)
	}
	err := w.single(f)
	if err == skipped {
		return nil
	}
	if err == nil && f.set >= 0 {
		w.mark(marks, f.set)
	}
	return err
}

// mark sets a bit of the marks that begin at base and reports whether it was set.
func (w *toWire) mark(base, bit int) bool {
	word, mask := &w.marks[base+bit>>6], uint64(1)<<(bit&63)
	was := *word&mask != 0
	*word |= mask
	return was
}

// missing finds the first required field that is not set.
func (w *toWire) missing(m *Message, marks int) *fault {
	for _, f := range m.required {
		if w.marks[marks+f.set>>6]>>(f.set&63)&1 == 0 {
			return faultf("required by %s, but missing", m.name).in(f.name)
		}
	}
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

// single reads one value of a field and writes it with its tag.
func (w *toWire) single(f *field) *fault {
	start := len(w.out)
	w.out = appendVarint(w.out, f.tag)
	switch f.kind {
	case protoreflect.MessageKind:
		l := w.open(w.likely)
		err := w.message(f.message)
		w.likely = w.close(l)
		return err
	case protoreflect.GroupKind:
		err := w.message(f.message)
		w.out = protowire.AppendTag(w.out, f.number, protowire.EndGroupType)
		return err
	}
	value := len(w.out)
	err := w.scalar(f)
	if err != nil || f.implicit && isZero(w.out[value:]) {
		w.out = w.out[:start]
	}
	return err
}

// isZero reports whether the wire form of a scalar is that of its zero value. Its
// first byte is not zero otherwise, save for the fixed sizes.
func isZero(value []byte) bool {
	for _, b := range value {
		if b != 0 {
			return false
		}
	}
	return true
}
