package transcode

import (
	"bytes"
	"encoding/binary"
	"math"

	"github.com/grpcline/grpcline/internal/jsonscan"
	"github.com/grpcline/grpcline/internal/nearest"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// single reads one value of a field and writes it with its tag.
func (w *toWire) single(f *field) *fault {
	start := len(w.out)
	w.out = appendVarint(w.out, f.tag)
	switch f.kind {
	case protoreflect.MessageKind:
		l := w.open(w.likely)
		err := w.message(f.message)
		w.likely = w.close(l)
		return err
	case protoreflect.GroupKind:
		err := w.message(f.message)
		w.out = protowire.AppendTag(w.out, f.number, protowire.EndGroupType)
		return err
	}
	value := len(w.out)
	err := w.scalar(f)
	if err != nil || f.implicit && isZero(w.out[value:]) {
		w.out = w.out[:start]
	}
	return err
}

// isZero reports whether the wire form of a scalar is that of its zero value. Its
// first byte is not zero otherwise, save for the fixed sizes.
func isZero(value []byte) bool {
	for _, b := range value {
		if b != 0 {
			return false
		}
	}
	return true
}

// scalar reads a value that is not a message and writes it without a tag. The
// fault is skipped for an enum name that is to be ignored.
func (w *toWire) scalar(f *field) *fault {
	switch f.kind {
	case protoreflect.StringKind:
		text, err := w.str()
		if err != nil {
			return err
		}
		w.out = append(appendVarint(w.out, uint64(len(text))), text...)
	case protoreflect.BytesKind:
		return w.base64()
	case protoreflect.BoolKind:
		return w.boolean()
	case protoreflect.EnumKind:
		return w.enumValue(f)
	case protoreflect.FloatKind:
		v, err := w.float(32)
		w.out = binary.LittleEndian.AppendUint32(w.out, math.Float32bits(float32(v)))
		return err
	case protoreflect.DoubleKind:
		v, err := w.float(64)
		w.out = binary.LittleEndian.AppendUint64(w.out, math.Float64bits(v))
		return err
	default:
		v, err := w.integer(f)
		w.out = appendInteger(w.out, f.kind, v)
		return err
	}
	return nil
}

// appendInteger appends an integer of a kind in its wire form. Signed ones are
// given in two's complement.
func appendInteger(out []byte, kind protoreflect.Kind, v uint64) []byte {
	switch kind {
	case protoreflect.Sint32Kind, protoreflect.Sint64Kind:
		return protowire.AppendVarint(out, protowire.EncodeZigZag(int64(v)))
	case protoreflect.Fixed32Kind, protoreflect.Sfixed32Kind:
		return binary.LittleEndian.AppendUint32(out, uint32(v))
	case protoreflect.Fixed64Kind, protoreflect.Sfixed64Kind:
		return binary.LittleEndian.AppendUint64(out, v)
	}
	return appendVarint(out, v)
}

// short is how many bytes of a string are looked through for its end with care for
// short ones.
const short = 64

// literal reads a string literal, quotes included. plain reports that it has no
// escapes.
func (w *toWire) literal() (literal []byte, plain bool, err *fault) {
	if w.pos >= len(w.json) || w.json[w.pos] != '"' {
		return nil, false, w.expected("a string")
	}
	rest := w.json[w.pos:]
	n, _ := jsonscan.Plain(rest[1:min(1+short, len(rest))])
	if n == short { // the text is known to be JSON: what remains is to find the end
		n = max(0, bytes.IndexByte(rest[1:], '"'))
		if bytes.IndexByte(rest[1:1+n], '\\') >= 0 {
			n = 0
		}
	}
	if end := n + 2; end <= len(rest) && rest[end-1] == '"' {
		w.pos += end
		return rest[:end], true, nil
	}
	end, ok := jsonscan.String(rest, 0)
	if !ok {
		return nil, false, w.broken()
	}
	w.pos += end
	return rest[:end], false, nil
}

// str reads a string and returns its text, which is good until the next one.
func (w *toWire) str() ([]byte, *fault) {
	if w.peek() == '"' {
		rest := w.json[w.pos+1:]
		if n, _ := jsonscan.Plain(rest[:min(len(rest), short)]); n < len(rest) && rest[n] == '"' {
			w.pos += n + 2
			return rest[:n], nil
		}
	}
	return w.longStr()
}

// longStr reads the strings that are long, or have escapes.
func (w *toWire) longStr() ([]byte, *fault) {
	literal, plain, err := w.literal()
	if err != nil {
		return nil, err
	}
	if plain {
		return literal[1 : len(literal)-1], nil
	}
	text, ok := jsonscan.AppendUnquoted(w.text[:0], literal)
	w.text = text
	if !ok {
		return nil, faultf("the string has half of a surrogate pair (\\uD800 to \\uDFFF)")
	}
	return text, nil
}

func (w *toWire) boolean() *fault {
	rest := w.json[w.pos:]
	switch {
	case bytes.HasPrefix(rest, []byte("true")):
		w.pos += len("true")
		w.out = append(w.out, 1)
	case bytes.HasPrefix(rest, []byte("false")):
		w.pos += len("false")
		w.out = append(w.out, 0)
	default:
		return w.expected("true or false")
	}
	return nil
}

// enumValue reads an enum value by name or number. Numbers without a name are
// taken as they are.
func (w *toWire) enumValue(f *field) *fault {
	e, start := f.enum, w.pos
	switch c := w.peek(); {
	case c == '"':
		name, err := w.str()
		if err != nil {
			return err
		}
		n, ok := e.numbers[string(name)]
		if !ok {
			if w.options.AllowUnknownFields {
				return skipped
			}
			return faultf("no value %s in enum %s%s", quoteShort(w.json[start:]), e.name, nearest.Hint(string(name), e.names()))
		}
		w.out = appendVarint(w.out, uint64(int64(n)))
	case c == 'n' && e.null:
		w.out = append(w.out, 0)
		return w.null()
	case c == '-' || '0' <= c && c <= '9':
		v, err := w.integer(f)
		w.out = appendVarint(w.out, v)
		return err
	default:
		return w.expected("the name or number of a value of enum " + string(e.name))
	}
	return nil
}
