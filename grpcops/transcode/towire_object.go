package transcode

import (
	"encoding/binary"
	"slices"
	"strings"

	"github.com/grpcline/grpcline/internal/jsonscan"
	"github.com/grpcline/grpcline/internal/nearest"
)

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
			if err = w.member(f, marks); err != nil {
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
	if len(w.extensions)-extensions > 1 {
		if err := givenOnce(w.extensions[extensions:]); err != nil {
			return err
		}
	}
	w.marks, w.extensions = w.marks[:marks], w.extensions[:extensions]
	return nil
}

// givenOnce checks that no extension of an object is given twice.
func givenOnce(given []*field) *fault {
	slices.SortFunc(given, func(a, b *field) int { return a.rank - b.rank })
	for i, f := range given[1:] {
		if f == given[i] {
			return faultf("given twice").in(f.name)
		}
	}
	return nil
}

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
	if rest := w.json[start:]; len(rest) >= 8 {
		word := binary.LittleEndian.Uint64(rest)
		for _, f := range m.fields[likely:min(likely+lookAhead, len(m.fields))] {
			if word&f.startMask != f.start {
				continue
			}
			n := len(f.member) - len(",")
			if n <= 8 || len(rest) >= n && string(rest[8:n]) == f.member[len(",")+8:] {
				w.pos += n
				w.next()
				return f, span{start, start + n - len(":")}, nil
			}
		}
	}
	f, err := w.lookUp(m, inAny)
	name := span{start, w.pos}
	if err == nil {
		err = w.colon()
	}
	return f, name, err
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
		if w.options.Asker != nil {
			w.unknown.symbol(name[1 : len(name)-1])
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
		if f.protoName != f.name && strings.Contains(name, "_") {
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
func (w *toWire) member(f *field, marks int) *fault {
	if f.extension != "" {
		w.extensions = append(w.extensions, f)
	} else if w.mark(marks, f.rank) {
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
