package transcode

import (
	"google.golang.org/protobuf/encoding/protowire"
)

// list writes a repeated field from the parts that are its own, packed or not.
func (j *toJSON) list(f *field, own []part) *fault {
	start := len(j.out)
	j.name(f)
	empty, err := j.elements(f, own)
	if empty && (!j.options.EmitDefaults || f.extension != "") {
		j.out = j.out[:start]
	}
	return err
}

// elements writes a JSON array of the values of a repeated field.
func (j *toJSON) elements(f *field, body []part) (empty bool, _ *fault) {
	j.out = append(j.out, '[')
	index := 0
	for _, p := range body {
		wire := j.wire[:p.end]
		for pos := int(p.start); pos < len(wire); {
			t, err := j.readTag(wire, pos)
			if err != nil {
				return false, err
			}
			pos = t.end
			switch {
			case t.number != f.number || !f.accepts(t.wireType):
				continue
			case t.wireType != f.wireType:
				index, err = j.packed(f, t, index)
			default:
				j.comma(index)
				err = j.value(f, f.body(wire, t))
			}
			if err != nil {
				return false, err.at(index)
			}
			if len(j.out) > j.most {
				return false, tooLong()
			}
			if t.wireType == f.wireType {
				index++
			}
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
func (j *toJSON) packed(f *field, list tag, index int) (int, *fault) {
	for pos := list.start; pos < list.end; {
		n := 4
		switch f.wireType {
		case protowire.VarintType:
			_, n = readVarint(j.wire[pos:list.end])
		case protowire.Fixed64Type:
			n = 8
		}
		if n < 0 || n > list.end-pos {
			return index, malformed()
		}
		j.comma(index)
		if err := j.value(f, part{start: uint32(pos), end: uint32(pos + n)}); err != nil {
			return index, err
		}
		if len(j.out) > j.most {
			return index, tooLong()
		}
		index++
		pos += n
	}
	return index, nil
}
