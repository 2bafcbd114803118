package transcode

import (
	"math"
	"strconv"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// value writes a value from its wire form, which is empty for the default. Of a group
// that is what the group has in it.
func (j *toJSON) value(f *field, at part) *fault {
	b := j.wire[at.start:at.end]
	switch f.kind {
	case protoreflect.StringKind:
		var ok bool
		if j.out, ok = appendString(j.out, b); !ok {
			return notUTF8()
		}
	case protoreflect.BytesKind:
		j.out = appendEncoded(j.out, b)
	case protoreflect.MessageKind, protoreflect.GroupKind:
		return j.message(f.message, []part{at})
	case protoreflect.BoolKind:
		j.out = strconv.AppendBool(j.out, f.bits(b) != 0)
	case protoreflect.EnumKind:
		j.enumValue(f.enum, int32(f.bits(b)))
	case protoreflect.FloatKind:
		j.out = appendFloat(j.out, float64(math.Float32frombits(uint32(f.bits(b)))), 32)
	case protoreflect.DoubleKind:
		j.out = appendFloat(j.out, math.Float64frombits(f.bits(b)), 64)
	default:
		j.integer(f, f.bits(b))
	}
	return nil
}

// integer writes a number; one of 64 bits as a string unless told otherwise.
func (j *toJSON) integer(f *field, v uint64) {
	signed := f.lowest > 0
	if f.highest <= math.MaxUint32 || j.options.Int64AsNumbers {
		j.out = appendNumber(j.out, signed, v)
		return
	}
	j.out = append(appendNumber(append(j.out, '"'), signed, v), '"')
}

func appendNumber(dst []byte, signed bool, v uint64) []byte {
	if signed {
		return strconv.AppendInt(dst, int64(v), 10)
	}
	return strconv.AppendUint(dst, v, 10)
}

// enumValue writes the name of an enum value, or its number if it has none.
func (j *toJSON) enumValue(e *enum, n int32) {
	if e.null {
		j.out = append(j.out, "null"...)
		return
	}
	if literal := e.literal(n); literal != "" && !j.options.EnumsAsNumbers {
		j.out = append(j.out, literal...)
		return
	}
	j.out = strconv.AppendInt(j.out, int64(n), 10)
}

// appendFloat appends a number of a size in bits in the shortest form that stands
// for it, as ECMAScript does, and as a string if it is not finite.
func appendFloat(dst []byte, v float64, size int) []byte {
	switch {
	case math.IsNaN(v):
		return append(dst, `"NaN"`...)
	case math.IsInf(v, 1):
		return append(dst, `"Infinity"`...)
	case math.IsInf(v, -1):
		return append(dst, `"-Infinity"`...)
	}
	if n := int64(v); float64(n) == v && -1e6 < v && v < 1e6 && (n != 0 || !math.Signbit(v)) {
		return strconv.AppendInt(dst, n, 10)
	}
	if size == 64 {
		if shorter, ok := appendShortDecimal(dst, v); ok {
			return shorter
		}
	}
	small, large := 1e-6, 1e21
	if size == 32 {
		small, large = float64(float32(1e-6)), float64(float32(1e21))
	}
	abs := math.Abs(v)
	if abs == 0 || small <= abs && abs < large {
		return strconv.AppendFloat(dst, v, 'f', -1, size)
	}
	dst = strconv.AppendFloat(dst, v, 'e', -1, size)
	if n := len(dst); dst[n-4] == 'e' && dst[n-3] == '-' && dst[n-2] == '0' { // e-07 to e-7
		dst[n-2] = dst[n-1]
		dst = dst[:n-1]
	}
	return dst
}

// appendShortDecimal appends a number that has at most 15 digits, six of them
// decimals. No two such decimals are the same double, so that the one found is the
// shortest form.
func appendShortDecimal(dst []byte, v float64) (_ []byte, ok bool) {
	const million = 1_000_000
	if !(-1e9 < v && v < 1e9) {
		return dst, false
	}
	n := int64(math.Round(v * million))
	if n == 0 || float64(n)/million != v {
		return dst, false
	}
	if n < 0 {
		dst, n = append(dst, '-'), -n
	}
	dst = strconv.AppendInt(dst, n/million, 10)
	decimals := n % million
	if decimals == 0 {
		return dst, true
	}
	dst = append(dst, '.')
	for decimals > 0 {
		decimals *= 10
		dst = append(dst, byte('0'+decimals/million))
		decimals %= million
	}
	return dst, true
}
