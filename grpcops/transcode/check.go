package transcode

import (
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// check finds in a message that will not be written, as a later value replaces it,
// what would have kept protobuf-go from reading it.
func (j *toJSON) check(m *Message, body part) *fault {
	m.make()
	if m.messageSet {
		return messageSet(m)
	}
	if err := j.enter(); err != nil {
		return err
	}
	wire := j.wire[:body.end]
	for pos := int(body.start); pos < len(wire); {
		t, err := j.readTag(wire, pos)
		if err != nil {
			return err
		}
		if f := j.known(m, t); f != nil {
			if err := j.checkValue(f, t); err != nil {
				return err.in(j.nameOf(f))
			}
		}
		pos = t.end
	}
	j.depth--
	return nil
}

// checkField checks all values of one field in a part of the message that has it.
func (j *toJSON) checkField(f *field, p part) *fault {
	wire := j.wire[:p.end]
	for pos := int(p.start); pos < len(wire); {
		t, err := j.readTag(wire, pos)
		if err != nil {
			return err
		}
		if t.number == f.number && f.accepts(t.wireType) {
			if err := j.checkValue(f, t); err != nil {
				return err
			}
		}
		pos = t.end
	}
	return nil
}

// checkValue checks the value of a field at t.
func (j *toJSON) checkValue(f *field, t tag) *fault {
	body := part{start: uint32(t.start), end: uint32(t.end)}
	switch {
	case f.key != nil:
		if err := j.enter(); err != nil {
			return err
		}
		if err := j.checkField(f.key, body); err != nil {
			return err
		}
		err := j.checkField(f.value, body)
		j.depth--
		return err
	case f.message != nil:
		return j.check(f.message, f.body(j.wire, t))
	case t.wireType != f.wireType:
		return checkPacked(f, j.wire[t.start:t.end])
	}
	if f.utf8 && !utf8.Valid(j.wire[t.start:t.end]) {
		return notUTF8()
	}
	return nil
}

// checkPacked checks that the values of a packed list fill it.
func checkPacked(f *field, b []byte) *fault {
	for len(b) > 0 {
		n := protowire.ConsumeFieldValue(f.number, f.wireType, b)
		if n < 0 {
			return malformed()
		}
		b = b[n:]
	}
	return nil
}
