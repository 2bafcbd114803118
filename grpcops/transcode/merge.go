package transcode

import (
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// submessage returns the wire of a message field, from the wire of the message
// that has it. Where the field is there more than once its values are merged,
// which on the wire is to join them.
func (j *toJSON) submessage(f *field, wire []byte) ([]byte, *fault) {
	var only, joined []byte
	count := 0
	for pos := 0; pos < len(wire); {
		t, err := readTag(wire, pos)
		if err != nil {
			return nil, err
		}
		pos = t.end
		if t.number != f.number || t.wireType != f.wireType {
			continue
		}
		count++
		body := f.bodyOf(wire[t.start:t.end])
		if count == 1 {
			only = body
			continue
		}
		if count == 2 {
			// Joined, a part that ends too early would take from the next one.
			if err := j.check(f.message, only); err != nil {
				return nil, err
			}
			joined = append(joined, only...)
		}
		if err := j.check(f.message, body); err != nil {
			return nil, err
		}
		joined = append(joined, body...)
	}
	if count > 1 {
		return joined, nil
	}
	return only, nil
}

// check finds in a message that will not be written as it is what would have
// kept protobuf-go from reading it.
func (j *toJSON) check(m *Message, wire []byte) *fault {
	if m.messageSet {
		return faultf("%s is a proto1 MessageSet, which is not supported", m.name)
	}
	if j.depth++; j.depth > maxWireDepth {
		return faultf("more than %d levels of messages", maxWireDepth)
	}
	for pos := 0; pos < len(wire); {
		t, err := readTag(wire, pos)
		if err != nil {
			return err
		}
		f := m.field(t.number)
		if f == nil && m.extensions != nil {
			f = j.codec.extensionNumbered(m, t.number)
		}
		if f != nil {
			if err := j.checkValue(f, t, wire); err != nil {
				return err.in(j.nameOf(f))
			}
		}
		pos = t.end
	}
	j.depth--
	return nil
}

// checkField checks all values of one field in the wire of its message.
func (j *toJSON) checkField(f *field, wire []byte) *fault {
	for pos := 0; pos < len(wire); {
		t, err := readTag(wire, pos)
		if err != nil {
			return err
		}
		if t.number == f.number {
			if err := j.checkValue(f, t, wire); err != nil {
				return err
			}
		}
		pos = t.end
	}
	return nil
}

// checkValue checks the value of a field at t.
func (j *toJSON) checkValue(f *field, t tag, wire []byte) *fault {
	if !f.accepts(t.wireType) {
		return nil
	}
	body := wire[t.start:t.end]
	switch {
	case f.key != nil:
		if j.depth++; j.depth > maxWireDepth {
			return faultf("more than %d levels of messages", maxWireDepth)
		}
		if err := j.checkField(f.key, body); err != nil {
			return err
		}
		err := j.checkField(f.value, body)
		j.depth--
		return err
	case f.message != nil:
		return j.check(f.message, f.bodyOf(body))
	case t.wireType != f.wireType:
		return checkPacked(f, body)
	}
	if f.utf8 && !utf8.Valid(body) {
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
