package transcode

import (
	"bytes"
	"math"
	"strconv"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// cut returns a number for a message, shortened if it is long.
func cut(number []byte) string {
	if len(number) > quoteLimit {
		return string(number[:quoteLimit]) + "…"
	}
	return string(number)
}

// bitsOf returns the size of a kind of integer and whether it has a sign.
func bitsOf(kind protoreflect.Kind) (size int, signed bool) {
	switch kind {
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind, protoreflect.EnumKind:
		return 32, true
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		return 32, false
	case protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		return 64, false
	}
	return 64, true
}

// limits returns the magnitudes of the lowest and the highest number of a kind of
// integer.
func limits(kind protoreflect.Kind) (lowest, highest uint64) {
	if kind == protoreflect.BoolKind {
		return 0, 1
	}
	size, signed := bitsOf(kind)
	if signed {
		return 1 << (size - 1), 1<<(size-1) - 1
	}
	return 0, 1<<(size-1)<<1 - 1
}

// fits reports whether a number, given as magnitude and sign, is one of the
// field's kind.
func (f *field) fits(negative bool, v uint64) bool {
	if negative {
		return v <= f.lowest
	}
	return v <= f.highest
}

// rangeOf says which numbers a kind has.
func rangeOf(kind protoreflect.Kind) string {
	size, signed := bitsOf(kind)
	switch {
	case !signed && size == 32:
		return "0 to 4294967295"
	case !signed:
		return "0 to 18446744073709551615"
	case size == 32:
		return "-2147483648 to 2147483647"
	}
	return "-9223372036854775808 to 9223372036854775807"
}

// verdict is what wholeNumber found.
type verdict uint8

const (
	whole    verdict = iota
	fraction         // not a whole number
	tooLarge         // more than 64 bits
)

// wholeNumber returns the magnitude and sign of a JSON number that is whole once
// its exponent is applied.
func wholeNumber(number []byte) (v uint64, negative bool, _ verdict) {
	if number[0] == '-' {
		negative, number = true, number[1:]
	}
	exponent := 0
	if i := bytes.IndexAny(number, "eE"); i >= 0 {
		e, err := strconv.ParseInt(string(number[i+1:]), 10, 32)
		if err != nil && !isNought(number[:i]) {
			if number[i+1] == '-' {
				return 0, negative, fraction
			}
			return 0, negative, tooLarge
		}
		number, exponent = number[:i], int(e)
	}
	integer, decimals, _ := bytes.Cut(number, []byte("."))
	integer = bytes.TrimLeft(integer, "0")
	decimals = bytes.TrimRight(decimals, "0")
	switch {
	case len(integer) == 0 && len(decimals) == 0:
		return 0, negative, whole
	case len(decimals) > max(exponent, 0):
		return 0, negative, fraction
	case exponent < 0:
		kept := len(integer) + exponent
		if kept < 0 || !isNought(integer[kept:]) {
			return 0, negative, fraction
		}
		integer = integer[:kept]
	case len(integer)+exponent > 20: // more digits than 64 bits hold
		return 0, negative, tooLarge
	}
	for i := range len(integer) + max(exponent, 0) {
		digit := uint64(0)
		switch {
		case i < len(integer):
			digit = uint64(integer[i] - '0')
		case i < len(integer)+len(decimals):
			digit = uint64(decimals[i-len(integer)] - '0')
		}
		if v > (math.MaxUint64-digit)/10 {
			return 0, negative, tooLarge
		}
		v = v*10 + digit
	}
	return v, negative, whole
}

// isNought reports whether digits, with a point or not, stand for zero.
func isNought(digits []byte) bool {
	return len(bytes.Trim(digits, "0.")) == 0
}

// powers are those powers of ten that divide a short decimal exactly.
var powers = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// shortDecimal returns the value of a decimal of at most 15 digits: both it
// without its point and the power of ten are exact then, and IEEE 754 division
// rounds correctly.
func shortDecimal(number []byte) (float64, bool) {
	if len(number) > 16 || number[0] == '-' {
		return 0, false
	}
	v, decimals, point := 0, 0, 0
	for _, c := range number {
		switch {
		case c-'0' <= 9:
			v = v*10 + int(c-'0')
			decimals += point
		case c == '.':
			point = 1
		default:
			return 0, false
		}
	}
	if len(number)-point > 15 {
		return 0, false
	}
	return float64(v) / powers[decimals], true
}
