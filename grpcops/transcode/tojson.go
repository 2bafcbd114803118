package transcode

import (
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// maxWireDepth is how deeply messages may be nested on the wire, as in protobuf-go.
const maxWireDepth = protowire.DefaultRecursionLimit

// toJSON reads wire bytes and appends JSON.
type toJSON struct {
	codec   *Codec
	options Options
	out     []byte
	inOrder bool // fields are taken to come in order
	depth   int  // messages that are open
	partial bool // inside an Any, where required fields may be missing

	// Memory that levels share: each uses what lies above where it found them.
	runs    []run
	members []*field // the member of each oneof that came last
	entries []entry  // of the open maps
}

func (j *toJSON) reset(c *Codec, dst []byte, o Options, inOrder bool) {
	j.codec, j.options, j.out, j.inOrder = c, o, dst, inOrder
	j.depth, j.partial = 0, false
	j.runs, j.members, j.entries = j.runs[:0], j.members[:0], j.entries[:0]
}

// release lets go of the caller's memory and keeps j for another message, unless
// that would keep much memory.
func (j *toJSON) release() {
	const keep = 1 << 20
	if cap(j.runs) > keep/40 || cap(j.entries) > keep/32 {
		return
	}
	j.out = nil
	j.codec.jsons.Put(j)
}

// message writes a message in the form of its type.
func (j *toJSON) message(m *Message, wire []byte) *fault {
	if m.messageSet {
		return faultf("%s is a proto1 MessageSet, which is not supported", m.name)
	}
	if j.depth++; j.depth > maxWireDepth {
		return faultf("more than %d levels of messages", maxWireDepth)
	}
	var err *fault
	if m.form != formObject && m.form != formEmpty {
		err = j.wellKnown(m, wire)
	} else {
		j.out = append(j.out, '{')
		err = j.fields(m, wire)
		j.out = append(j.out, '}')
	}
	j.depth--
	return err
}

// fields writes the members of an object, whose brace is open.
func (j *toJSON) fields(m *Message, wire []byte) *fault {
	if j.inOrder && m.rising {
		return j.ordered(m, wire)
	}
	base := len(j.runs)
	if err := j.index(m, wire); err != nil {
		return err
	}
	runs := j.runs[base:]
	if len(m.required) > 0 && !j.partial {
		if err := j.missing(m, runs); err != nil {
			return err
		}
	}
	rank := 0 // of the first field that is not yet written
	for i := 0; i < len(runs); {
		f, n := runs[i].f, i+1
		for n < len(runs) && runs[n].f == f {
			n++
		}
		if j.options.EmitDefaults {
			j.defaults(m, rank, f.rank)
			rank = f.rank + 1
		}
		var err *fault
		if r := runs[i]; n == i+1 && r.value > 0 && !f.list && f.key == nil {
			err = j.single(f, wire[r.value:r.end])
		} else {
			err = j.field(f, join(wire, runs[i:n]))
		}
		if err != nil {
			return err.in(j.nameOf(f))
		}
		i = n
	}
	if j.options.EmitDefaults {
		j.defaults(m, rank, len(m.fields))
	}
	j.runs = j.runs[:base]
	return nil
}

// missing finds the first required field that has no run.
func (j *toJSON) missing(m *Message, runs []run) *fault {
	for _, f := range m.required {
		if !slices.ContainsFunc(runs, func(r run) bool { return r.f == f }) {
			return faultf("required by %s, but missing", m.name).in(j.nameOf(f))
		}
	}
	return nil
}

// nameOf returns the name of a field in the JSON.
func (j *toJSON) nameOf(f *field) string {
	if j.options.UseProtoNames {
		return f.protoName
	}
	return f.name
}

// name begins a member.
func (j *toJSON) name(f *field) {
	member := f.member
	if j.options.UseProtoNames {
		member = f.protoMember
	}
	if j.out[len(j.out)-1] == '{' {
		member = member[len(","):]
	}
	j.out = append(j.out, member...)
}

// defaults writes those fields from rank first to last, the latter excluded, that
// have no presence, as unset.
func (j *toJSON) defaults(m *Message, first, last int) {
	for rank := first; rank < min(last, len(m.fields)); rank++ {
		switch f := m.fields[rank]; {
		case f.key != nil:
			j.name(f)
			j.out = append(j.out, '{', '}')
		case f.list:
			j.name(f)
			j.out = append(j.out, '[', ']')
		case f.implicit:
			j.name(f)
			_ = j.value(f, nil)
		}
	}
}

// field writes a field from the bytes that are its own.
func (j *toJSON) field(f *field, wire []byte) *fault {
	switch {
	case f.key != nil:
		return j.mapField(f, wire)
	case f.list:
		return j.list(f, wire)
	case f.message != nil:
		body, err := j.submessage(f, wire)
		if err != nil {
			return err
		}
		j.name(f)
		return j.message(f.message, body)
	}
	b, _, err := lastValue(f, wire)
	if err != nil {
		return err
	}
	return j.single(f, b)
}

// single writes a field that is not repeated, from its value.
func (j *toJSON) single(f *field, b []byte) *fault {
	if f.implicit && !j.options.EmitDefaults && f.isZero(b) {
		return nil
	}
	j.name(f)
	return j.value(f, b)
}
