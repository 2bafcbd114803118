package transcode

// ordered writes the members of an object as they come. Almost every message has
// its fields in the order of their declaration, each once or in one stretch, and
// then nothing needs to be kept of them. It fails if that is not so, and if
// anything is wrong: AppendJSON then begins again without it, once, and that finds
// the fault to report.
func (j *toJSON) ordered(m *Message, body part) *fault {
	rank := 0           // of the first field that is not yet written
	oneofs := uint64(0) // that have a member
	wire := j.wire[:body.end]
	for pos := int(body.start); pos < len(wire); {
		t, err := j.readTag(wire, pos)
		if err != nil {
			return err
		}
		f := m.field(t.number)
		if f == nil && m.extensions == nil {
			pos = t.end
			continue
		}
		if f == nil || f.rank < rank || !f.accepts(t.wireType) {
			return &fault{}
		}
		if f.oneof >= 0 {
			if oneofs&(1<<f.oneof) != 0 {
				return &fault{}
			}
			oneofs |= 1 << f.oneof
		}
		if j.options.EmitDefaults {
			if err := j.defaults(m, rank, f.rank); err != nil {
				return err
			}
		}
		rank = f.rank + 1
		if f.list || f.key != nil {
			start := pos
			if pos, err = j.stretch(wire, t); err == nil {
				err = j.field(f, []part{{start: uint32(start), end: uint32(pos)}})
			}
		} else {
			pos = t.end
			err = j.single(f, f.body(wire, t))
		}
		if err != nil {
			return err
		}
		if len(j.out) > j.most {
			return tooLong()
		}
	}
	if j.options.EmitDefaults {
		return j.defaults(m, rank, len(m.fields))
	}
	return nil
}

// stretch returns the end of the fields that follow one another with the tag of
// first.
func (j *toJSON) stretch(wire []byte, first tag) (end int, _ *fault) {
	for end = first.end; end < len(wire); {
		t, err := j.readTag(wire, end)
		if err != nil {
			return end, err
		}
		if t.number != first.number || t.wireType != first.wireType {
			break
		}
		end = t.end
	}
	return end, nil
}

// mostOneofs is how many a message may have that is written by ordered.
const mostOneofs = 64
