package transcode

import (
	"bytes"
	"math"
	"strconv"

	"github.com/grpcline/grpcline/internal/jsonscan"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// integer reads an integer of a field's kind, as a number or as a string that
// holds one, and returns it in two's complement.
func (w *toWire) integer(f *field) (uint64, *fault) {
	b, i := w.json, w.pos
	quoted := i < len(b) && b[i] == '"'
	if quoted {
		i++
	}
	negative := i < len(b) && b[i] == '-'
	if negative {
		i++
	}
	first := i
	var v uint64
	for i < len(b) && b[i]-'0' <= 9 {
		v = v*10 + uint64(b[i]-'0')
		i++
	}
	n := i - first
	switch {
	case n == 0 || n > 18 || n > 1 && b[first] == '0':
		return w.longInteger(f)
	case quoted && (i >= len(b) || b[i] != '"'):
		return w.longInteger(f)
	case quoted:
		i++
	case i < len(b) && (b[i] == '.' || b[i]|0x20 == 'e'):
		return w.longInteger(f)
	}
	if !f.fits(negative, v) {
		return 0, w.outOfRange(f.kind, bytes.Trim(b[w.pos:i], `"`))
	}
	w.pos = i
	if negative {
		v = -v
	}
	return v, nil
}

// longInteger reads the integers that are long, or written with a fraction, an
// exponent or escapes.
func (w *toWire) longInteger(f *field) (uint64, *fault) {
	number, err := w.numeral(f.kind.String())
	if err != nil {
		return 0, err
	}
	v, negative, is := wholeNumber(number)
	switch {
	case is == fraction:
		return 0, faultf("%s is not a whole number, as %s needs", cut(number), f.kind)
	case is == tooLarge || !f.fits(negative, v):
		return 0, w.outOfRange(f.kind, number)
	case negative:
		return -v, nil
	}
	return v, nil
}

// numeral reads a number, or a string that holds nothing but one.
func (w *toWire) numeral(kind string) ([]byte, *fault) {
	text := w.json[min(w.pos, len(w.json)):]
	switch {
	case len(text) == 0:
		return nil, w.broken()
	case text[0] == '"':
		start := w.pos
		s, err := w.str()
		if err != nil {
			return nil, err
		}
		if end, ok := jsonscan.Number(s, 0); !ok || end != len(s) {
			w.pos = start
			return nil, w.expected("a number (" + kind + ")")
		}
		return s, nil
	}
	end, ok := jsonscan.Number(text, 0)
	if !ok {
		return nil, w.expected("a number (" + kind + ")")
	}
	w.pos += end
	return text[:end], nil
}

func (w *toWire) outOfRange(kind protoreflect.Kind, number []byte) *fault {
	return faultf("%s is out of range: %s is from %s", cut(number), kind, rangeOf(kind))
}

// float reads a floating-point number of a size in bits: a number, a string that
// holds one, or one of the words that JSON numbers lack.
func (w *toWire) float(size int) (float64, *fault) {
	kind := "double"
	if size == 32 {
		kind = "float"
	}
	rest := w.json[min(w.pos, len(w.json)):]
	if len(rest) > 1 && rest[0] == '"' && (rest[1] == 'N' || rest[1] == 'I' || rest[1] == '-' || rest[1] == '\\') {
		start := w.pos
		s, err := w.str()
		if err != nil {
			return 0, err
		}
		switch string(s) {
		case "NaN":
			return math.NaN(), nil
		case "Infinity":
			return math.Inf(1), nil
		case "-Infinity":
			return math.Inf(-1), nil
		}
		w.pos = start
	}
	number, err := w.numeral(kind)
	if err != nil {
		return 0, err
	}
	if v, ok := shortDecimal(number); ok && size == 64 {
		return v, nil
	}
	v, e := strconv.ParseFloat(string(number), size)
	if e != nil {
		return 0, faultf("%s is out of range for a %s", cut(number), kind)
	}
	return v, nil
}
