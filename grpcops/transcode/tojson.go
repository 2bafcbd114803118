package transcode

import (
	"cmp"
	"math"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// maxWireDepth is how deeply messages may be nested on the wire, as in protobuf-go.
const maxWireDepth = protowire.DefaultRecursionLimit

// toJSON reads wire bytes and appends JSON.
type toJSON struct {
	codec   *Codec
	options Options
	wire    []byte // that of the whole message
	out     []byte
	most    int  // what out may grow to
	inOrder bool // fields are taken to come in order
	depth   int  // messages that are open
	partial bool // inside an Any, where required fields may be missing

	// Finding the end of a group means to look through it, and that of a group inside
	// it again. This is how many bytes may still be looked through so.
	groups int

	// Memory that levels share: each uses what lies above where it found them.
	parts   []part
	entries []entry // of the open maps

	unknown unknown
}

// rescans is how many times over the bytes of a large message may be looked through
// only to find where something is.
const rescans = 64

func (j *toJSON) reset(c *Codec, dst, wire []byte, o Options, inOrder bool) {
	j.codec, j.options, j.wire, j.out, j.inOrder = c, o, wire, dst, inOrder
	j.most = math.MaxInt
	if o.MostJSON > 0 {
		j.most = len(dst) + o.MostJSON
	}
	j.depth, j.partial = 0, false
	j.groups = 1<<20 + rescans*len(wire)
	j.parts, j.entries = j.parts[:0], j.entries[:0]
	j.unknown.reset()
}

// release lets go of the caller's memory and keeps j for another message, unless
// that would keep much memory.
func (j *toJSON) release() {
	const keep = 1 << 20
	if cap(j.parts) > keep/12 || cap(j.entries) > keep/32 {
		return
	}
	j.wire, j.out = nil, nil
	j.codec.jsons.Put(j)
}

// enter opens a level of messages.
func (j *toJSON) enter() *fault {
	if j.depth++; j.depth > maxWireDepth {
		return bytesf("more than %d levels of messages", maxWireDepth)
	}
	return nil
}

// tooLong is the fault of a message whose text has become longer than most. It is
// looked for after each field and element, so that what has no element in between,
// which is no longer than the wire bytes or a name, is all that comes on top.
func tooLong() *fault { return &fault{tooLong: true} }

func messageSet(m *Message) *fault {
	return faultf("%s is a proto1 MessageSet, which is not supported", m.name)
}

// message writes a message in the form of its type. Usually it has one body, and
// several that count as one if it is given more than once.
func (j *toJSON) message(m *Message, body []part) *fault {
	m.make()
	if m.messageSet {
		return messageSet(m)
	}
	err := j.enter()
	if err != nil {
		return err
	}
	if m.form != formObject && m.form != formEmpty {
		err = j.wellKnown(m, body)
	} else {
		j.out = append(j.out, '{')
		err = j.fields(m, body)
		j.out = append(j.out, '}')
	}
	j.depth--
	return err
}

// fields writes the members of an object, whose brace is open.
func (j *toJSON) fields(m *Message, body []part) *fault {
	if j.inOrder && m.rising && len(body) == 1 {
		return j.ordered(m, body[0])
	}
	base := len(j.parts)
	if err := j.index(m, body); err != nil {
		return err
	}
	end := len(j.parts)
	if len(m.required) > 0 && !j.partial {
		if err := j.missing(m, j.parts[base:]); err != nil {
			return err
		}
	}
	next := 0 // rank of the first field that is not yet written
	for i := base; i < end; {
		f, n := j.ranked(m, j.parts[i].rank), i+1
		for n < end && j.parts[n].rank == j.parts[i].rank {
			n++
		}
		if j.options.EmitDefaults {
			if err := j.defaults(m, next, f.rank); err != nil {
				return err
			}
			next = f.rank + 1
		}
		if err := j.field(f, j.parts[i:n]); err != nil {
			return err.in(j.nameOf(f))
		}
		if len(j.out) > j.most {
			return tooLong()
		}
		i = n
	}
	j.parts = j.parts[:base]
	if j.options.EmitDefaults {
		return j.defaults(m, next, len(m.fields))
	}
	return nil
}

// missing finds the first required field that has no part.
func (j *toJSON) missing(m *Message, parts []part) *fault {
	for _, f := range m.required {
		_, found := slices.BinarySearchFunc(parts, uint32(f.rank), func(p part, rank uint32) int { return cmp.Compare(p.rank, rank) })
		if !found {
			return bytesf("required by %s, but missing", m.name).in(j.nameOf(f))
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
func (j *toJSON) defaults(m *Message, first, last int) *fault {
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
			_ = j.value(f, part{})
		}
		if len(j.out) > j.most {
			return tooLong()
		}
	}
	return nil
}

// field writes a field from the parts of its message that are its own.
func (j *toJSON) field(f *field, own []part) *fault {
	switch {
	case f.key != nil:
		return j.mapField(f, own)
	case f.list:
		return j.list(f, own)
	case f.message != nil:
		return j.merged(f, own, true)
	}
	last, err := j.lastValue(f, own)
	if err != nil {
		return err
	}
	return j.single(f, last)
}

// merged writes a message that has a body for each time that its field is given in
// own: to merge messages is to read one after the other as if it were one.
func (j *toJSON) merged(f *field, own []part, named bool) *fault {
	base := len(j.parts)
	for _, p := range own {
		wire := j.wire[:p.end]
		for pos := int(p.start); pos < len(wire); {
			t, err := j.readTag(wire, pos)
			if err != nil {
				return err
			}
			pos = t.end
			if t.number != f.number || t.wireType != f.wireType {
				continue
			}
			if body := f.body(wire, t); body.start < body.end {
				j.parts = append(j.parts, body)
			}
		}
	}
	if named {
		j.name(f)
	}
	err := j.message(f.message, j.parts[base:])
	j.parts = j.parts[:base]
	return err
}

// single writes a field that is not repeated, from its value.
func (j *toJSON) single(f *field, value part) *fault {
	if f.implicit && !j.options.EmitDefaults && f.isZero(j.wire[value.start:value.end]) {
		return nil
	}
	j.name(f)
	return j.value(f, value)
}
