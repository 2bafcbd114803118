package transcode

import (
	"encoding/binary"
	"math"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// wellKnown reads a message whose type has a form of its own.
func (w *toWire) wellKnown(m *Message) *fault {
	switch m.form {
	case formAny:
		return w.any()
	case formTimestamp:
		return w.timestamp()
	case formDuration:
		return w.duration()
	case formFieldMask:
		return w.fieldMask()
	case formWrapper:
		return w.single(m.fields[0])
	case formStruct:
		return w.mapField(m.fields[0])
	case formList:
		return w.list(m.fields[0])
	}
	return w.value(m)
}

// value reads a google.protobuf.Value.
func (w *toWire) value(m *Message) *fault {
	const nullValue, numberValue, stringValue, boolValue, structValue, listValue = 0, 1, 2, 3, 4, 5
	switch w.peek() {
	case 'n':
		w.out = append(w.out, 1<<3, 0)
		return w.null()
	case 't', 'f':
		return w.single(m.fields[boolValue])
	case '"':
		return w.single(m.fields[stringValue])
	case '{':
		return w.single(m.fields[structValue])
	case '[':
		return w.single(m.fields[listValue])
	case 0:
		return w.broken()
	}
	v, err := w.float(64)
	w.out = binary.LittleEndian.AppendUint64(append(w.out, 2<<3|1), math.Float64bits(v))
	return err
}

func (w *toWire) timestamp() *fault {
	start := w.pos
	text, err := w.str()
	if err != nil {
		w.pos = start
		return w.expected("a time such as \"2006-01-02T15:04:05Z\" (google.protobuf.Timestamp)")
	}
	seconds, nanos, ok := parseTimestamp(text)
	if !ok {
		w.pos = start
		return w.expected("a time from year 1 to 9999 such as \"2006-01-02T15:04:05.999Z\" (google.protobuf.Timestamp)")
	}
	w.secondsAndNanos(seconds, nanos)
	return nil
}

func (w *toWire) duration() *fault {
	start := w.pos
	text, err := w.str()
	if err != nil {
		w.pos = start
		return w.expected("a duration such as \"1.5s\" (google.protobuf.Duration)")
	}
	seconds, nanos, ok := parseDuration(text)
	if !ok {
		w.pos = start
		return w.expected("a duration in seconds, up to 10,000 years, such as \"1.5s\" (google.protobuf.Duration)")
	}
	w.secondsAndNanos(seconds, nanos)
	return nil
}

// secondsAndNanos writes the fields that Timestamp and Duration share.
func (w *toWire) secondsAndNanos(seconds int64, nanos int32) {
	if seconds != 0 {
		w.out = protowire.AppendVarint(append(w.out, 1<<3), uint64(seconds))
	}
	if nanos != 0 {
		w.out = protowire.AppendVarint(append(w.out, 2<<3), uint64(int64(nanos)))
	}
}

// fieldMask reads a google.protobuf.FieldMask: paths with commas between.
func (w *toWire) fieldMask() *fault {
	start := w.pos
	text, err := w.str()
	if err != nil {
		w.pos = start
		return w.expected("a string of paths such as \"user.displayName,photo\" (google.protobuf.FieldMask)")
	}
	all := strings.TrimSpace(string(text))
	if all == "" {
		return nil
	}
	for path := range strings.SplitSeq(all, ",") {
		snake := snakeCase(path)
		if strings.Contains(path, "_") || !protoreflect.FullName(snake).IsValid() {
			return faultf("%q is not a path of names in lowerCamelCase with dots between (google.protobuf.FieldMask)", path)
		}
		w.out = append(protowire.AppendVarint(append(w.out, 1<<3|2), uint64(len(snake))), snake...)
	}
	return nil
}

// snakeCase turns lowerCamelCase names into those of the schema.
func snakeCase(s string) string {
	b := make([]byte, 0, len(s)+8)
	for _, c := range []byte(s) {
		if 'A' <= c && c <= 'Z' {
			b = append(b, '_', c+'a'-'A')
			continue
		}
		b = append(b, c)
	}
	return string(b)
}

// camelCase turns names of the schema into lowerCamelCase.
func camelCase(s string) string {
	b := make([]byte, 0, len(s))
	up := false
	for _, c := range []byte(s) {
		switch {
		case c == '_':
		case up && 'a' <= c && c <= 'z':
			b = append(b, c-('a'-'A'))
		default:
			b = append(b, c)
		}
		up = c == '_'
	}
	return string(b)
}
