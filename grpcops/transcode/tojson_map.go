package transcode

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// entry is a map entry. Its bytes are wire[start:end], those of a string key
// wire[key:keyEnd]. Where it has only one value, that is wire[value:valueEnd];
// else value is 0.
type entry struct {
	order           uint64 // numbers sort by it; strings begin with it
	start, end      uint32 // no gRPC message is longer than 4 GiB
	key, keyEnd     uint32
	value, valueEnd uint32
}

// mapField writes a map from the bytes that are its own.
func (j *toJSON) mapField(f *field, wire []byte) *fault {
	start := len(j.out)
	j.name(f)
	empty, err := j.mapEntries(f, wire)
	if empty && !j.options.EmitDefaults {
		j.out = j.out[:start]
	}
	return err
}

// mapEntries writes a JSON object of a map's entries, sorted by key. Of entries
// with the same key the last one counts.
func (j *toJSON) mapEntries(f *field, wire []byte) (empty bool, _ *fault) {
	if j.depth++; j.depth > maxWireDepth {
		return false, faultf("more than %d levels of messages", maxWireDepth)
	}
	base := len(j.entries)
	for pos := 0; pos < len(wire); {
		t, err := readTag(wire, pos)
		if err != nil {
			return false, err
		}
		pos = t.end
		if t.number != f.number || t.wireType != protowire.BytesType {
			continue
		}
		e := entry{start: uint32(t.start), end: uint32(t.end)}
		if err := e.read(f, wire); err != nil {
			return false, err
		}
		j.entries = append(j.entries, e)
	}
	entries := j.entries[base:]
	sortEntries(entries, wire)
	j.out = append(j.out, '{')
	for i, e := range entries {
		var err *fault
		body := wire[e.start:e.end]
		if i+1 < len(entries) && compareKeys(e, entries[i+1], wire) == 0 {
			if err := j.checkField(f.value, body); err != nil {
				return false, err
			}
			continue
		}
		if j.out[len(j.out)-1] != '{' {
			j.out = append(j.out, ',')
		}
		key := len(j.out)
		if err := j.mapKey(f.key.kind, e, wire); err != nil {
			return false, err
		}
		end := len(j.out)
		j.out = append(j.out, ':')
		if e.value > 0 {
			err = j.value(f.value, wire[e.value:e.valueEnd])
		} else {
			err = j.mapValue(f.value, body)
		}
		if err != nil {
			return false, err.key(string(j.out[key:end]))
		}
	}
	j.out = append(j.out, '}')
	j.entries = j.entries[:base]
	j.depth--
	return len(entries) == 0, nil
}

// read finds the key and the value of an entry.
func (e *entry) read(f *field, wire []byte) *fault {
	var key []byte
	values := 0
	for pos := int(e.start); pos < int(e.end); {
		t, err := readTag(wire[:e.end], pos)
		if err != nil {
			return err
		}
		switch {
		case t.number == f.key.number && t.wireType == f.key.wireType:
			if f.key.utf8 && !utf8.Valid(key) {
				return notUTF8()
			}
			key = wire[t.start:t.end]
			e.key, e.keyEnd = uint32(t.start), uint32(t.end)
		case t.number == f.value.number && t.wireType == f.value.wireType:
			e.value, e.valueEnd = uint32(t.start), uint32(t.end)
			values++
		}
		pos = t.end
	}
	if values > 1 {
		e.value = 0
	}
	if f.key.kind == protoreflect.StringKind {
		var prefix [8]byte
		copy(prefix[:], key)
		e.order = binary.BigEndian.Uint64(prefix[:])
		return nil
	}
	e.order = f.key.bits(key)
	if f.key.kind == protoreflect.BoolKind {
		e.order = min(e.order, 1)
	}
	e.key, e.keyEnd = 0, 0
	if f.key.lowest > 0 { // it has a sign
		e.order ^= 1 << 63
	}
	return nil
}

// mapKey writes a key as a JSON string.
func (j *toJSON) mapKey(kind protoreflect.Kind, e entry, wire []byte) *fault {
	switch kind {
	case protoreflect.StringKind:
		var ok bool
		if j.out, ok = appendString(j.out, wire[e.key:e.keyEnd]); !ok {
			return notUTF8()
		}
		return nil
	case protoreflect.BoolKind:
		if e.order != 0 {
			j.out = append(j.out, `"true"`...)
		} else {
			j.out = append(j.out, `"false"`...)
		}
		return nil
	}
	_, signed := bitsOf(kind)
	if signed {
		e.order ^= 1 << 63
	}
	j.out = append(appendNumber(append(j.out, '"'), signed, e.order), '"')
	return nil
}

// mapValue writes the value of an entry that has none or several.
func (j *toJSON) mapValue(f *field, body []byte) *fault {
	if f.message != nil {
		sub, err := j.submessage(f, body)
		if err != nil {
			return err
		}
		return j.message(f.message, sub)
	}
	b, _, err := lastValue(f, body)
	if err != nil {
		return err
	}
	return j.value(f, b)
}

// compareKeys orders map keys: numbers by value, strings by their bytes.
func compareKeys(a, b entry, wire []byte) int {
	if c := cmp.Compare(a.order, b.order); c != 0 {
		return c
	}
	return bytes.Compare(wire[a.key:a.keyEnd], wire[b.key:b.keyEnd])
}

// sortEntries sorts entries by key; those with the same key keep their order.
func sortEntries(entries []entry, wire []byte) {
	for i := 1; i < len(entries); i++ {
		if compareKeys(entries[i-1], entries[i], wire) > 0 {
			slices.SortFunc(entries, func(a, b entry) int {
				if c := compareKeys(a, b, wire); c != 0 {
					return c
				}
				return cmp.Compare(a.start, b.start)
			})
			return
		}
	}
}
