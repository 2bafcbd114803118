package transcode

import (
	"slices"
	"strings"
)

// run is a stretch of a message in which one field follows itself, tags included.
// Where it does so only once, its value begins at value, which is else 0.
type run struct {
	f                 *field
	start, value, end int
}

// join returns what the runs of one field cover.
func join(wire []byte, runs []run) []byte {
	if len(runs) == 1 {
		return wire[runs[0].start:runs[0].end]
	}
	var all []byte
	for _, r := range runs {
		all = append(all, wire[r.start:r.end]...)
	}
	return all
}

// index pushes the runs of the known fields, sorted as JSON has them. Of a oneof
// only the member that came last is kept.
func (j *toJSON) index(m *Message, wire []byte) *fault {
	base, members := len(j.runs), len(j.members)
	for range m.oneofs {
		j.members = append(j.members, nil)
	}
	sorted, replaced := true, false
	var last *field
	for pos := 0; pos < len(wire); {
		t, err := readTag(wire, pos)
		if err != nil {
			return err
		}
		f := m.field(t.number)
		if f == nil && m.extensions != nil {
			f = j.codec.extensionNumbered(m, t.number)
		}
		if f != nil && !f.accepts(t.wireType) {
			f = nil
		}
		switch {
		case f == nil:
		case f == last:
			r := &j.runs[len(j.runs)-1]
			r.value, r.end = 0, t.end
		default:
			if n := len(j.runs); n > base && compareRuns(j.runs[n-1], run{f: f}) > 0 {
				sorted = false
			}
			j.runs = append(j.runs, run{f, pos, t.start, t.end})
			if f.oneof >= 0 {
				member := &j.members[members+f.oneof]
				replaced = replaced || *member != nil && *member != f
				*member = f
			}
		}
		last, pos = f, t.end
	}
	if replaced {
		if err := j.dropReplaced(wire, base, members); err != nil {
			return err
		}
	}
	if !sorted {
		slices.SortStableFunc(j.runs[base:], compareRuns)
	}
	j.members = j.members[:members]
	return nil
}

// compareRuns orders fields by declaration, and extensions behind them by name.
func compareRuns(a, b run) int {
	if a.f.rank != b.f.rank || a.f.rank != extensionRank {
		return a.f.rank - b.f.rank
	}
	return strings.Compare(string(a.f.extension), string(b.f.extension))
}

// dropReplaced removes the runs of oneof members that a later member replaced.
// Those still have to be well formed.
func (j *toJSON) dropReplaced(wire []byte, base, members int) *fault {
	kept := len(j.runs)
	for i := len(j.runs) - 1; i >= base; i-- {
		r := j.runs[i]
		if r.f.oneof >= 0 && j.members[members+r.f.oneof] != r.f {
			j.members[members+r.f.oneof] = nil // what came before is replaced too
			if err := j.checkField(r.f, wire[r.start:r.end]); err != nil {
				return err.in(j.nameOf(r.f))
			}
			continue
		}
		kept--
		j.runs[kept] = r
	}
	j.runs = append(j.runs[:base], j.runs[kept:]...)
	return nil
}
