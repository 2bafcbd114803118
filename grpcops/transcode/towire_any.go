package transcode

import (
	"github.com/grpcline/grpcline/internal/jsonscan"
	"google.golang.org/protobuf/encoding/protowire"
)

// The tags of google.protobuf.Any's fields.
const (
	anyTypeURL = 1<<3 | 2
	anyValue   = 2<<3 | 2
)

// any reads a google.protobuf.Any: {"@type": URL} with the fields of that type,
// or with its JSON form as "value" if that is special, or with its wire bytes
// as "value" if nobody knows the type.
func (w *toWire) any() *fault {
	if w.peek() != '{' {
		return w.expected(`an object with "@type" (google.protobuf.Any)`)
	}
	url, err := w.typeURL()
	if err != nil {
		return err
	}
	if url == nil {
		// Without members it is an Any without a type; with members that are all
		// to be ignored, too.
		w.pos, _ = skip(w.json, w.pos)
		return nil
	}
	w.out = append(protowire.AppendVarint(append(w.out, anyTypeURL), uint64(len(url))), url...)
	m := w.codec.typeNamed(url)
	if m == nil && w.options.Asker != nil {
		w.unknown.symbol(typeNameOf(url))
	}
	start := len(w.out)
	w.out = append(w.out, anyValue)
	l := w.open(w.likely)
	body := len(w.out)

	partial := w.partial
	w.partial = true
	if m != nil {
		m.make()
	}
	switch {
	case m == nil:
		err = w.anyMembers(nil, url)
	case m.form != formObject:
		err = w.anyMembers(m, url)
	default:
		err = w.object(m, true)
	}
	w.partial = partial
	if len(w.out) == body {
		w.out = w.out[:start]
	} else {
		w.close(l)
	}
	return err
}

// typeURL finds the "@type" of the object at pos and stays there. It is nil if
// there is none and none is needed.
func (w *toWire) typeURL() ([]byte, *fault) {
	start := w.pos
	defer func() { w.pos = start }()
	w.pos++
	if w.next() == '}' {
		return nil, nil
	}
	for {
		name, err := w.str()
		if err != nil {
			return nil, err
		}
		found := string(name) == "@type"
		if err := w.colon(); err != nil {
			return nil, err
		}
		if found {
			return w.url()
		}
		value := w.pos
		if err := w.skip(); err != nil {
			return nil, err
		}
		if w.skips -= w.pos - value; w.skips < 0 {
			return nil, faultf(`"@type" stands behind too much: it has to come first if one google.protobuf.Any is inside another`)
		}
		more, err := w.comma('}')
		switch {
		case err != nil:
			return nil, err
		case !more && w.options.AllowUnknownFields:
			return nil, nil
		case !more:
			return nil, faultf(`a google.protobuf.Any needs "@type", the URL of its type`)
		}
	}
}

// url reads the value of "@type".
func (w *toWire) url() ([]byte, *fault) {
	literal, plain, err := w.literal()
	if err != nil {
		return nil, err.in("@type")
	}
	text := literal[1 : len(literal)-1]
	if !plain {
		var ok bool
		if text, ok = jsonscan.AppendUnquoted(nil, literal); !ok {
			return nil, faultf("the string has half of a surrogate pair").in("@type")
		}
	}
	if len(text) == 0 {
		return nil, faultf("the URL is empty").in("@type")
	}
	return text, nil
}

// anyMembers reads an Any whose message stands as "value": in its JSON form, or
// as wire bytes if m is nil. google.protobuf.Empty may leave it out.
func (w *toWire) anyMembers(m *Message, url []byte) *fault {
	if err := w.enter(); err != nil {
		return err
	}
	types, values := 0, 0
	for more := true; more; {
		w.next()
		name, err := w.str()
		if err != nil {
			return err
		}
		isType, isValue := string(name) == "@type", string(name) == "value"
		if err := w.colon(); err != nil {
			return err
		}
		switch {
		case isType && types == 0:
			types++
			err = w.skip()
		case isValue && values == 0:
			values++
			err = w.anyValue(m, url)
		case isType || isValue:
			return faultf("given twice").in(string(name))
		case w.options.AllowUnknownFields:
			err = w.skip()
		case m == nil:
			return unknownType(url)
		default:
			return faultf(`an Any of %s has no members but "@type" and "value"`, m.name).in(string(name))
		}
		if err == nil {
			more, err = w.comma('}')
		}
		if err != nil {
			return err
		}
	}
	w.leave()
	switch {
	case values > 0 || m != nil && m.form == formEmpty:
		return nil
	case m == nil:
		return unknownType(url)
	}
	return faultf(`an Any of %s needs "value"`, m.name)
}

// anyValue reads the "value" of an Any.
func (w *toWire) anyValue(m *Message, url []byte) *fault {
	var err *fault
	switch {
	case m != nil:
		err = w.message(m)
	case w.peek() != '"':
		return unknownType(url)
	default:
		err = w.rawBase64()
	}
	if err != nil {
		err = err.in("value")
	}
	return err
}

func unknownType(url []byte) *fault {
	return faultf(`no type %q in the schema; an Any of unknown type is {"@type": URL, "value": wire bytes in base64}`, url).in("@type")
}
