package transcode

import (
	"google.golang.org/protobuf/encoding/protowire"
)

// list writes a repeated field from the bytes that are its own, packed or not.
func (j *toJSON) list(f *field, wire []byte) *fault {
	start := len(j.out)
	j.name(f)
	empty, err := j.elements(f, wire)
	if empty && (!j.options.EmitDefaults || f.extension != "") {
		j.out = j.out[:start]
	}
	return err
}

// elements writes a JSON array of the values of a repeated field.
func (j *toJSON) elements(f *field, wire []byte) (empty bool, _ *fault) {
	j.out = append(j.out, '[')
	index := 0
	for pos := 0; pos < len(wire); {
		t, err := readTag(wire, pos)
		if err != nil {
			return false, err
		}
		pos = t.end
		switch {
		case t.number != f.number || !f.accepts(t.wireType):
			continue
		case t.wireType != f.wireType:
			index, err = j.packed(f, wire[t.start:t.end], index)
		default:
			j.comma(index)
			err = j.value(f, wire[t.start:t.end])
		}
		if err != nil {
			return false, err.at(index)
		}
		if t.wireType == f.wireType {
			index++
		}
	}
	j.out = append(j.out, ']')
	return index == 0, nil
}

// comma separates an element from the one before it.
func (j *toJSON) comma(index int) {
	if index > 0 {
		j.out = append(j.out, ',')
	}
}

// packed writes the elements of a packed list, of which the first has an index,
// and returns the index after the last one.
func (j *toJSON) packed(f *field, b []byte, index int) (int, *fault) {
	for len(b) > 0 {
		n := 4
		switch f.wireType {
		case protowire.VarintType:
			_, n = protowire.ConsumeVarint(b)
		case protowire.Fixed64Type:
			n = 8
		}
		if n < 0 || n > len(b) {
			return index, malformed()
		}
		j.comma(index)
		if err := j.value(f, b[:n]); err != nil {
			return index, err
		}
		index++
		b = b[n:]
	}
	return index, nil
}
