package transcode

import (
	"slices"
	"strings"
)

// settleAt is how many parts of a message are listed before those that later ones
// replace are dropped: a server may send one field a million times.
const settleAt = 1 << 16

// index pushes the parts of a message that are its known fields, sorted as JSON has
// them, a part for each stretch in which one field follows itself. What a later field
// replaces is left out: of a oneof there is only the member that came last.
func (j *toJSON) index(m *Message, body []part) *fault {
	base, limit := len(j.parts), len(j.parts)+settleAt
	sorted := true
	for i, p := range body {
		wire := j.wire[:p.end]
		var last *field
		for pos := int(p.start); pos < len(wire); {
			t, err := j.readTag(wire, pos)
			if err != nil {
				return err
			}
			f := j.known(m, t)
			switch {
			case f == nil:
			case f == last:
				j.parts[len(j.parts)-1].end = uint32(t.end)
			default:
				if len(j.parts) == limit {
					if err := j.settle(m, base, sorted); err != nil {
						return err
					}
					sorted = true
					limit = len(j.parts) + max(settleAt, len(j.parts)-base)
					if kept := len(j.parts) - base; kept > settleAt/2 {
						j.parts = slices.Grow(j.parts, j.changes(m, body[i:], pos, limit-len(j.parts)))
					}
				}
				rank := uint32(f.rank)
				if n := len(j.parts); n > base {
					before := j.parts[n-1].rank
					sorted = sorted && before < rank && rank < extensionRank && !j.ranked(m, before).isOneWith(f)
				}
				j.parts = append(j.parts, part{uint32(pos), uint32(t.end), rank})
			}
			last, pos = f, t.end
		}
	}
	if sorted {
		return nil
	}
	return j.settle(m, base, false)
}

// changes counts how often one known field follows another in what body has from pos
// on, at most as often as most, so that as many parts are made room for and no more.
func (j *toJSON) changes(m *Message, body []part, pos, most int) (n int) {
	for i, p := range body {
		if i > 0 {
			pos = int(p.start)
		}
		wire := j.wire[:p.end]
		for last := (*field)(nil); pos < len(wire) && n < most; {
			t, err := j.readTag(wire, pos)
			if err != nil {
				return n // which is found again
			}
			f := j.known(m, t)
			if f != nil && f != last {
				n++
			}
			last, pos = f, t.end
		}
	}
	return n
}

// known returns the field whose tag t is, nil if the schema has none or its value
// cannot be of that wire type.
func (j *toJSON) known(m *Message, t tag) *field {
	f := m.field(t.number)
	if f == nil && m.extensions != nil {
		if f = j.codec.extensionNumbered(m, t.number); f == nil && m.extensions.Has(t.number) {
			j.unknown.add(Name{Message: m.name, Number: t.number})
		}
	}
	if f == nil || !f.accepts(t.wireType) {
		return nil
	}
	return f
}

// ranked returns the field with a rank.
func (j *toJSON) ranked(m *Message, rank uint32) *field {
	if rank < extensionRank {
		return m.fields[rank]
	}
	return j.codec.extensionRanked(rank)
}

// settle sorts the parts from base on and drops those that later ones replace, which
// still have to be well formed.
func (j *toJSON) settle(m *Message, base int, sorted bool) *fault {
	parts := j.parts[base:]
	if !sorted {
		slices.SortFunc(parts, func(a, b part) int {
			switch {
			case a.rank == b.rank:
				return int(a.start) - int(b.start)
			case a.rank >= extensionRank && b.rank >= extensionRank: // by name
				return strings.Compare(string(j.ranked(m, a.rank).extension), string(j.ranked(m, b.rank).extension))
			}
			return int(a.rank) - int(b.rank)
		})
	}
	kept := 0
	for i := 0; i < len(parts); {
		f := j.ranked(m, parts[i].rank)
		n := i + 1
		for n < len(parts) && j.ranked(m, parts[n].rank).isOneWith(f) {
			n++
		}
		from := j.remains(m, parts[i:n])
		for _, p := range parts[i:n] {
			if p.start >= from {
				parts[kept] = p
				kept++
				continue
			}
			replaced := j.ranked(m, p.rank)
			if err := j.checkField(replaced, p); err != nil {
				return err.in(j.nameOf(replaced))
			}
		}
		i = n
	}
	j.parts = j.parts[:base+kept]
	return nil
}

// isOneWith reports whether two fields are the same or members of one oneof, which
// protobuf wants to be declared one after the other.
func (f *field) isOneWith(g *field) bool { return f == g || f.oneof >= 0 && f.oneof == g.oneof }

// remains returns where in the wire that begins of a field's parts, or of a oneof's,
// which no later one replaces. Of a scalar that is the last part; a list, a map and a
// message are added to; a oneof begins anew with each change of the member.
func (j *toJSON) remains(m *Message, parts []part) (from uint32) {
	last := parts[0]
	for _, p := range parts {
		if p.start > last.start {
			last = p
		}
	}
	if f := j.ranked(m, last.rank); !f.list && f.key == nil && f.message == nil {
		return last.start
	}
	for _, p := range parts {
		if p.rank != last.rank {
			from = max(from, p.end)
		}
	}
	return from
}
