package transcode

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/grpcline/grpcline/internal/jsonscan"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// array reads a JSON array and calls element at each of its elements.
func (w *toWire) array(element func(int) *fault) *fault {
	if w.peek() != '[' {
		return w.expected("an array")
	}
	if err := w.enter(); err != nil {
		return err
	}
	more := w.next() != ']'
	for i := 0; more; i++ {
		err := element(i)
		if err != nil && err != skipped {
			return err.at(i)
		}
		if more, err = w.comma(']'); err != nil {
			return err
		}
	}
	w.leave()
	return nil
}

// list reads the elements of a repeated field.
func (w *toWire) list(f *field) *fault {
	if !f.packed {
		return w.array(func(int) *fault { return w.single(f) })
	}
	start := len(w.out)
	w.out = appendVarint(w.out, f.tag)
	l := w.open(0)
	body := len(w.out)
	err := w.array(func(int) *fault { return w.scalar(f) })
	if len(w.out) == body {
		w.out = w.out[:start]
	} else {
		w.close(l)
	}
	return err
}

// entryKey is where the key of a map entry is: among the wire bytes, and as a
// member's name in the JSON.
type entryKey struct{ wire, name span }

// mapField reads a map, whose entries are messages of a key and a value.
func (w *toWire) mapField(f *field) *fault {
	if w.peek() != '{' {
		return w.expected("an object (a map)")
	}
	if err := w.enter(); err != nil {
		return err
	}
	keys := len(w.keys)
	for more := w.next() != '}'; more; {
		start := w.pos
		err := w.entry(f)
		if err != nil {
			return w.inEntry(err, start)
		}
		if more, err = w.comma('}'); err != nil {
			return err
		}
	}
	w.leave()
	err := w.distinct(w.keys[keys:])
	w.keys = w.keys[:keys]
	return err
}

// inEntry adds the step into the map entry whose name is at start to a fault.
func (w *toWire) inEntry(err *fault, start int) *fault {
	if end, ok := jsonscan.String(w.json, start); start < len(w.json) && w.json[start] == '"' && ok {
		return err.key(readable(w.json[start:end]))
	}
	return err
}

// entry reads one entry of a map.
func (w *toWire) entry(f *field) *fault {
	start := len(w.out)
	w.out = appendVarint(w.out, f.tag)
	entry := w.open(0)
	w.out = appendVarint(w.out, f.key.tag)

	name := span{start: w.pos}
	key := len(w.out)
	text, err := w.str()
	if err != nil {
		return err
	}
	name.end = w.pos
	if err := w.mapKey(f.key.kind, text); err != nil {
		return err
	}
	size := len(w.out) - key
	if err := w.colon(); err != nil {
		return err
	}
	if err := w.single(f.value); err != nil {
		if err == skipped {
			w.out = w.out[:start]
			return nil
		}
		return err
	}
	before := len(w.out)
	w.close(entry)
	key += len(w.out) - before // the prefix may have grown
	w.keys = append(w.keys, entryKey{span{key, key + size}, name})
	return nil
}

// mapKey writes a key, whose text is that of a member's name.
func (w *toWire) mapKey(kind protoreflect.Kind, text []byte) *fault {
	switch kind {
	case protoreflect.StringKind:
		w.out = append(appendVarint(w.out, uint64(len(text))), text...)
		return nil
	case protoreflect.BoolKind:
		switch string(text) {
		case "true":
			w.out = append(w.out, 1)
			return nil
		case "false":
			w.out = append(w.out, 0)
			return nil
		}
		return faultf("the key has to be true or false")
	}
	size, signed := bitsOf(kind)
	var v uint64
	var err error
	if signed {
		var n int64
		n, err = strconv.ParseInt(string(text), 10, size)
		v = uint64(n)
	} else {
		v, err = strconv.ParseUint(string(text), 10, size)
	}
	if err != nil {
		return faultf("the key has to be a whole number (%s) from %s", kind, rangeOf(kind))
	}
	w.out = appendInteger(w.out, kind, v)
	return nil
}

// distinct checks that no two entries of a map have the same key.
func (w *toWire) distinct(keys []entryKey) *fault {
	compare := func(a, b entryKey) int {
		return bytes.Compare(w.out[a.wire.start:a.wire.end], w.out[b.wire.start:b.wire.end])
	}
	for i := 1; i < len(keys); i++ {
		if compare(keys[i-1], keys[i]) >= 0 {
			slices.SortFunc(keys, compare)
			break
		}
	}
	for i := 1; i < len(keys); i++ {
		if compare(keys[i-1], keys[i]) == 0 {
			twice := max(keys[i-1].name.start, keys[i].name.start)
			return w.inEntry(faultf("this key is given twice"), twice)
		}
	}
	return nil
}
