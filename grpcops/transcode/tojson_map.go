package transcode

import (
	"bytes"
	"encoding/binary"
	"slices"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// entry is a map entry. Its bytes are wire[start:end], those of a string key
// wire[key:keyEnd]. If it has only one value, that is wire[value:valueEnd];
// else value is 0.
type entry struct {
	order           uint64 // numbers sort by it; strings begin with it
	start, end      uint32
	key, keyEnd     uint32
	value, valueEnd uint32
}

// mapField writes a map from the parts that are its own.
func (j *toJSON) mapField(f *field, own []part) *fault {
	start := len(j.out)
	j.name(f)
	empty, err := j.mapEntries(f, own)
	if empty && !j.options.EmitDefaults {
		j.out = j.out[:start]
	}
	return err
}

// mapEntries writes a JSON object of a map's entries, sorted by key. Of entries
// with the same key the last one counts.
func (j *toJSON) mapEntries(f *field, body []part) (empty bool, _ *fault) {
	if err := j.enter(); err != nil {
		return false, err
	}
	base := len(j.entries)
	if err := j.readEntries(f, body); err != nil {
		return false, err
	}
	end := len(j.entries)
	j.out = append(j.out, '{')
	for i := base; i < end; i++ {
		if i > base {
			j.out = append(j.out, ',')
		}
		e, key := j.entries[i], len(j.out)
		if err := j.mapKey(f.key.kind, e); err != nil {
			return false, err
		}
		keyEnd := len(j.out)
		j.out = append(j.out, ':')
		if err := j.mapValue(f.value, e); err != nil {
			return false, err.key(string(j.out[key:keyEnd]))
		}
		if len(j.out) > j.most {
			return false, tooLong()
		}
	}
	j.out = append(j.out, '}')
	j.entries = j.entries[:base]
	j.depth--
	return base == end, nil
}

// readEntries pushes the entries of a map, sorted by key and each key once.
func (j *toJSON) readEntries(f *field, body []part) *fault {
	base, limit := len(j.entries), len(j.entries)+settleAt
	for _, p := range body {
		wire := j.wire[:p.end]
		for pos := int(p.start); pos < len(wire); {
			t, err := j.readTag(wire, pos)
			if err != nil {
				return err
			}
			pos = t.end
			if t.number != f.number || t.wireType != protowire.BytesType {
				continue
			}
			if len(j.entries) == limit {
				if err := j.settleEntries(f, base); err != nil {
					return err
				}
				limit = len(j.entries) + max(settleAt, len(j.entries)-base)
			}
			e := entry{start: uint32(t.start), end: uint32(t.end)}
			if err := j.readEntry(f, &e); err != nil {
				return err
			}
			j.entries = append(j.entries, e)
		}
	}
	return j.settleEntries(f, base)
}

// settleEntries sorts the entries from base on by key, and drops those that a later
// one with the same key replaces, whose value still has to be well formed.
func (j *toJSON) settleEntries(f *field, base int) *fault {
	entries := j.entries[base:]
	sorted := true
	for i := 1; i < len(entries) && sorted; i++ {
		sorted = j.compareKeys(entries[i-1], entries[i]) < 0
	}
	if sorted {
		return nil
	}
	slices.SortFunc(entries, func(a, b entry) int {
		if c := j.compareKeys(a, b); c != 0 {
			return c
		}
		return int(a.start) - int(b.start)
	})
	kept := 0
	for i, e := range entries {
		if i+1 < len(entries) && j.compareKeys(e, entries[i+1]) == 0 {
			if err := j.checkField(f.value, part{start: e.start, end: e.end}); err != nil {
				return err
			}
			continue
		}
		entries[kept] = e
		kept++
	}
	j.entries = j.entries[:base+kept]
	return nil
}

// readEntry finds the key and the value of an entry.
func (j *toJSON) readEntry(f *field, e *entry) *fault {
	var key []byte
	values := 0
	wire := j.wire[:e.end]
	for pos := int(e.start); pos < len(wire); {
		t, err := j.readTag(wire, pos)
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
			value := f.value.body(wire, t)
			e.value, e.valueEnd = value.start, value.end
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
func (j *toJSON) mapKey(kind protoreflect.Kind, e entry) *fault {
	switch kind {
	case protoreflect.StringKind:
		var ok bool
		if j.out, ok = appendString(j.out, j.wire[e.key:e.keyEnd]); !ok {
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

// mapValue writes the value of an entry.
func (j *toJSON) mapValue(f *field, e entry) *fault {
	if e.value > 0 {
		return j.value(f, part{start: e.value, end: e.valueEnd})
	}
	body := []part{{start: e.start, end: e.end}} // which has no value, or several
	if f.message != nil {
		return j.merged(f, body, false)
	}
	last, err := j.lastValue(f, body)
	if err != nil {
		return err
	}
	return j.value(f, last)
}

// compareKeys orders map keys: numbers by value, strings by their bytes.
func (j *toJSON) compareKeys(a, b entry) int {
	switch {
	case a.order < b.order:
		return -1
	case a.order > b.order:
		return 1
	}
	return bytes.Compare(j.wire[a.key:a.keyEnd], j.wire[b.key:b.keyEnd])
}
