package transcode

import (
	"math"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// wellKnown writes a message whose type has a form of its own.
func (j *toJSON) wellKnown(m *Message, wire []byte) *fault {
	switch m.form {
	case formAny:
		return j.any(m, wire)
	case formTimestamp, formDuration:
		return j.time(m, wire)
	case formFieldMask:
		return j.fieldMask(m, wire)
	case formWrapper:
		b, _, err := lastValue(m.fields[0], wire)
		if err != nil {
			return err
		}
		return j.value(m.fields[0], b)
	case formStruct:
		_, err := j.mapEntries(m.fields[0], wire)
		return err
	case formList:
		_, err := j.elements(m.fields[0], wire)
		return err
	}
	return j.dynamic(m, wire)
}

// dynamic writes a google.protobuf.Value, as null where it has no kind.
func (j *toJSON) dynamic(m *Message, wire []byte) *fault {
	base := len(j.runs)
	if err := j.index(m, wire); err != nil {
		return err
	}
	runs := j.runs[base:]
	j.runs = j.runs[:base]
	if len(runs) == 0 {
		j.out = append(j.out, "null"...)
		return nil
	}
	f := runs[0].f
	own := join(wire, runs)
	if f.message != nil {
		sub, err := j.submessage(f, own)
		if err != nil {
			return err
		}
		return j.message(f.message, sub)
	}
	b, _, err := lastValue(f, own)
	if err != nil {
		return err
	}
	if f.kind == protoreflect.DoubleKind {
		if v := math.Float64frombits(f.bits(b)); math.IsNaN(v) || math.IsInf(v, 0) {
			return faultf("a google.protobuf.Value cannot hold NaN or an infinity")
		}
	}
	return j.value(f, b)
}

// time writes a google.protobuf.Timestamp or Duration.
func (j *toJSON) time(m *Message, wire []byte) *fault {
	s, _, err := lastValue(m.fields[0], wire)
	if err != nil {
		return err
	}
	n, _, err := lastValue(m.fields[1], wire)
	if err != nil {
		return err
	}
	seconds, nanos := int64(m.fields[0].bits(s)), int32(m.fields[1].bits(n))
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
func (j *toJSON) fieldMask(m *Message, wire []byte) *fault {
	f := m.fields[0]
	j.out = append(j.out, '"')
	first := true
	for pos := 0; pos < len(wire); {
		t, err := readTag(wire, pos)
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
			return faultf("%q cannot be a path of a google.protobuf.FieldMask in JSON", strings.ToValidUTF8(path, "\uFFFD"))
		}
		if !first {
			j.out = append(j.out, ',')
		}
		j.out = append(j.out, camel...)
		first = false
	}
	j.out = append(j.out, '"')
	return nil
}

// any writes a google.protobuf.Any: {"@type": URL} with the fields of that type,
// or with its JSON form as "value" where that is special, or with its wire bytes
// as "value" where nobody knows the type.
func (j *toJSON) any(m *Message, wire []byte) *fault {
	url, _, err := lastValue(m.fields[0], wire)
	if err != nil {
		return err
	}
	content, _, err := lastValue(m.fields[1], wire)
	if err != nil {
		return err
	}
	if len(url) == 0 {
		if len(content) > 0 {
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
	if err := j.anyContent(j.codec.typeNamed(url), content); err != nil {
		return err
	}
	j.out = append(j.out, '}')
	return nil
}

// anyContent writes the rest of an Any's object.
func (j *toJSON) anyContent(m *Message, wire []byte) *fault {
	partial := j.partial
	defer func() { j.partial = partial }()
	j.partial = true
	switch {
	case m == nil:
		j.out = append(j.out, `,"value":`...)
		j.out = appendEncoded(j.out, wire)
		return nil
	case m.form != formObject && m.form != formEmpty:
		j.out = append(j.out, `,"value":`...)
		return j.message(m, wire)
	case m.messageSet:
		return faultf("%s is a proto1 MessageSet, which is not supported", m.name)
	}
	if j.depth++; j.depth > maxWireDepth {
		return faultf("more than %d levels of messages", maxWireDepth)
	}
	err := j.fields(m, wire)
	j.depth--
	return err
}
