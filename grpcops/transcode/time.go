package transcode

import (
	"bytes"
	"strconv"
	"strings"
	"time"
)

// The ranges of google.protobuf.Timestamp and Duration, in seconds.
const (
	minTimestamp = -62135596800 // 0001-01-01T00:00:00Z
	maxTimestamp = 253402300799 // 9999-12-31T23:59:59Z
	maxDuration  = 315576000000
	maxNanos     = 999_999_999
)

// parseTimestamp reads an RFC 3339 time with at most nine digits of fraction.
func parseTimestamp(text []byte) (seconds int64, nanos int32, ok bool) {
	t, ok := parseUTC(text)
	if !ok {
		s := string(text)
		var err error
		if t, err = time.Parse(time.RFC3339Nano, s); err != nil {
			return 0, 0, false
		}
		point, zone := strings.LastIndexByte(s, '.'), strings.LastIndexAny(s, "Z-+")
		if point >= 0 && zone-point > len(".999999999") {
			return 0, 0, false
		}
	}
	seconds = t.Unix()
	return seconds, int32(t.Nanosecond()), minTimestamp <= seconds && seconds <= maxTimestamp
}

// parseUTC reads the usual form of a timestamp, 2006-01-02T15:04:05[.fraction]Z.
// ok is false for others and for those that are no times.
func parseUTC(s []byte) (t time.Time, ok bool) {
	const layout = "2006-01-02T15:04:05"
	if len(s) < len(layout)+1 || s[4] != '-' || s[7] != '-' || s[10] != 'T' || s[13] != ':' || s[16] != ':' || s[len(s)-1] != 'Z' {
		return t, false
	}
	var n [6]int
	for i, at := range [...]span{{0, 4}, {5, 7}, {8, 10}, {11, 13}, {14, 16}, {17, 19}} {
		if n[i], ok = digits(s[at.start:at.end]); !ok {
			return t, false
		}
	}
	nanos := 0
	if fraction := s[len(layout) : len(s)-1]; len(fraction) > 0 {
		if fraction[0] != '.' || len(fraction) > 10 {
			return t, false
		}
		if nanos, ok = digits(fraction[1:]); !ok {
			return t, false
		}
		for range 10 - len(fraction) {
			nanos *= 10
		}
	}
	if n[0] == 0 || n[1] < 1 || n[1] > 12 || n[2] < 1 || n[2] > 28 || n[3] > 23 || n[4] > 59 || n[5] > 59 {
		return t, false // the last days of months are time.Parse's to judge
	}
	return time.Date(n[0], time.Month(n[1]), n[2], n[3], n[4], n[5], nanos, time.UTC), true
}

// digits returns the value of up to nine digits.
func digits(s []byte) (n int, ok bool) {
	for _, c := range s {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, len(s) > 0
}

// parseDuration reads a decimal number of seconds followed by s. The integer or
// the fraction may be left out, not both.
func parseDuration(text []byte) (seconds int64, nanos int32, ok bool) {
	s, ok := bytes.CutSuffix(text, []byte("s"))
	if !ok || len(s) == 0 {
		return 0, 0, false
	}
	negative := s[0] == '-'
	if negative || s[0] == '+' {
		s = s[1:]
	}
	integer, fraction, point := bytes.Cut(s, []byte("."))
	switch {
	case len(s) == 0 || len(fraction) > 9:
		return 0, 0, false
	case len(integer) > 1 && integer[0] == '0' || len(integer) == 0 && !point:
		return 0, 0, false
	case len(integer) > len("315576000000"):
		return 0, 0, false
	}
	for _, c := range integer {
		if c < '0' || c > '9' {
			return 0, 0, false
		}
		seconds = seconds*10 + int64(c-'0')
	}
	for i := range 9 {
		digit := byte('0')
		if i < len(fraction) {
			digit = fraction[i]
		}
		if digit < '0' || digit > '9' {
			return 0, 0, false
		}
		nanos = nanos*10 + int32(digit-'0')
	}
	if negative {
		seconds, nanos = -seconds, -nanos
	}
	return seconds, nanos, -maxDuration <= seconds && seconds <= maxDuration
}

// appendTimestamp appends a time as a JSON string, with 0, 3, 6 or 9 digits of
// fraction.
func appendTimestamp(dst []byte, seconds int64, nanos int32) []byte {
	dst = append(dst, '"')
	dst = time.Unix(seconds, 0).UTC().AppendFormat(dst, "2006-01-02T15:04:05")
	return append(appendFraction(dst, nanos), 'Z', '"')
}

// appendDuration appends a duration, whose parts have the same sign, as a JSON
// string.
func appendDuration(dst []byte, seconds int64, nanos int32) []byte {
	dst = append(dst, '"')
	if seconds < 0 || nanos < 0 {
		dst = append(dst, '-')
		seconds, nanos = -seconds, -nanos
	}
	dst = strconv.AppendInt(dst, seconds, 10)
	return append(appendFraction(dst, nanos), 's', '"')
}

// appendFraction appends a point and the nanoseconds in as many groups of three
// digits as they need.
func appendFraction(dst []byte, nanos int32) []byte {
	if nanos == 0 {
		return dst
	}
	digits, divisor := 9, int32(100_000_000)
	for nanos%1000 == 0 {
		nanos /= 1000
		digits -= 3
		divisor /= 1000
	}
	dst = append(dst, '.')
	for range digits {
		dst = append(dst, byte('0'+nanos/divisor%10))
		divisor /= 10
	}
	return dst
}
