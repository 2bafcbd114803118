package transcode

import (
	"math"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// wellKnown writes a message whose type has a form of its own.
func (j *toJSON) wellKnown(m *Message, body []part) *fault {
	switch m.form {
	case formAny:
		return j.any(m, body)
	case formTimestamp, formDuration:
		return j.time(m, body)
	case formFieldMask:
		return j.fieldMask(m, body)
	case formWrapper:
		last, err := j.lastValue(m.fields[0], body)
		if err != nil {
			return err
		}
		return j.value(m.fields[0], last)
	case formStruct:
		_, err := j.mapEntries(m.fields[0], body)
		return err
	case formList:
		_, err := j.elements(m.fields[0], body)
		return err
	}
	return j.dynamic(m, body)
}

// dynamic writes a google.protobuf.Value, as null if it has no kind.
func (j *toJSON) dynamic(m *Message, body []part) *fault {
	if f, value, ok := j.onlyField(m, body); ok {
		return j.kindOfValue(f, value)
	}
	base := len(j.parts)
	if err := j.index(m, body); err != nil {
		return err
	}
	own := j.parts[base:] // of one field, as all are members of a oneof
	if len(own) == 0 {
		j.out = append(j.out, "null"...)
		return nil
	}
	f := m.fields[own[0].rank]
	var err *fault
	if f.message != nil {
		err = j.merged(f, own, false)
	} else {
		var last part
		if last, err = j.lastValue(f, own); err == nil {
			err = j.kindOfValue(f, last)
		}
	}
	j.parts = j.parts[:base]
	return err
}

// onlyField returns the field of a message that has just one, as almost every
// google.protobuf.Value does.
func (j *toJSON) onlyField(m *Message, body []part) (f *field, value part, ok bool) {
	if len(body) != 1 || body[0].start == body[0].end {
		return nil, value, false
	}
	t, err := j.readTag(j.wire[:body[0].end], int(body[0].start))
	if err != nil || t.end != int(body[0].end) {
		return nil, value, false
	}
	f = m.field(t.number)
	if f == nil || f.wireType != t.wireType {
		return nil, value, false
	}
	return f, part{start: uint32(t.start), end: uint32(t.end)}, true
}

// kindOfValue writes what a google.protobuf.Value holds.
func (j *toJSON) kindOfValue(f *field, value part) *fault {
	if f.kind == protoreflect.DoubleKind {
		if v := math.Float64frombits(f.bits(j.wire[value.start:value.end])); math.IsNaN(v) || math.IsInf(v, 0) {
			return faultf("a google.protobuf.Value cannot hold NaN or an infinity")
		}
	}
	return j.value(f, value)
}

// time writes a google.protobuf.Timestamp or Duration.
func (j *toJSON) time(m *Message, body []part) *fault {
	s, err := j.lastValue(m.fields[0], body)
	if err != nil {
		return err
	}
	n, err := j.lastValue(m.fields[1], body)
	if err != nil {
		return err
	}
	seconds, nanos := int64(m.fields[0].bits(j.wire[s.start:s.end])), int32(m.fields[1].bits(j.wire[n.start:n.end]))
	if m.form == formTimestamp {
		if seconds < minTimestamp || seconds > maxTimestamp || nanos < 0 || nanos > maxNanos {
			return faultf("%d seconds and %d nanoseconds are no google.protobuf.Timestamp", seconds, nanos)
		}
		j.out = appendTimestamp(j.out, seconds, nanos)
		return nil
	}
	if seconds < -maxDuration || seconds > maxDuration || nanos < -maxNanos || nanos > maxNanos ||
		seconds > 0 && nanos < 0 || seconds < 0 && nanos > 0 {
		return faultf("%d seconds and %d nanoseconds are no google.protobuf.Duration", seconds, nanos)
	}
	j.out = appendDuration(j.out, seconds, nanos)
	return nil
}

// fieldMask writes a google.protobuf.FieldMask, whose paths have to come back the
// same from their form in JSON.
func (j *toJSON) fieldMask(m *Message, body []part) *fault {
	f := m.fields[0]
	j.out = append(j.out, '"')
	first := true
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
			path := string(wire[t.start:t.end])
			camel := camelCase(path)
			if !protoreflect.FullName(path).IsValid() || snakeCase(camel) != path {
				return faultf("%s cannot be a path of a google.protobuf.FieldMask in JSON", quoted(path))
			}
			if !first {
				j.out = append(j.out, ',')
			}
			j.out = append(j.out, camel...)
			first = false
		}
	}
	j.out = append(j.out, '"')
	return nil
}

// any writes a google.protobuf.Any: {"@type": URL} with the fields of that type,
// or with its JSON form as "value" if that is special, or with its wire bytes
// as "value" if nobody knows the type.
func (j *toJSON) any(m *Message, body []part) *fault {
	at, err := j.lastValue(m.fields[0], body)
	if err != nil {
		return err
	}
	content, err := j.lastValue(m.fields[1], body)
	if err != nil {
		return err
	}
	url := j.wire[at.start:at.end]
	if len(url) == 0 {
		if content.start < content.end {
			return faultf("the google.protobuf.Any has a value but no type URL")
		}
		j.out = append(j.out, '{', '}')
		return nil
	}
	j.out = append(j.out, `{"@type":`...)
	var ok bool
	if j.out, ok = appendString(j.out, url); !ok {
		return notUTF8().in("@type")
	}
	m = j.codec.typeNamed(url)
	if m == nil && j.options.Asker != nil {
		j.unknown.symbol(typeNameOf(url))
	}
	if err := j.anyContent(m, content); err != nil {
		return err
	}
	j.out = append(j.out, '}')
	return nil
}

// anyContent writes the rest of an Any's object.
func (j *toJSON) anyContent(m *Message, content part) *fault {
	partial := j.partial
	defer func() { j.partial = partial }()
	j.partial = true
	if m == nil {
		j.out = append(j.out, `,"value":`...)
		j.out = appendEncoded(j.out, j.wire[content.start:content.end])
		return nil
	}
	m.make()
	switch {
	case m.form != formObject && m.form != formEmpty:
		j.out = append(j.out, `,"value":`...)
		return j.message(m, []part{content})
	case m.messageSet:
		return messageSet(m)
	}
	if err := j.enter(); err != nil {
		return err
	}
	err := j.fields(m, []part{content})
	j.depth--
	return err
}
