package transcode

import (
	"bytes"
	stdbase64 "encoding/base64"
	"encoding/json"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// FuzzBase64 compares appendDecoded with the rules of protojson, and encoding with
// the standard library's.
func FuzzBase64(f *testing.F) {
	for _, s := range []string{"", "A", "AA", "AAA", "AAAA", "AA==", "AAA=", "AA=", "A===", "====", "AAAA====", "+/-_", "-_", "AA\nAA", "AA\r\n", "\n", "ä",
		strings.Repeat("abcd", 50), strings.Repeat("ab-_", 50), strings.Repeat("ab+/", 50) + "-", strings.Repeat("abcd", 20) + "\n" + strings.Repeat("abcd", 20),
		strings.Repeat("abcd", 20) + "\xff" + strings.Repeat("abcd", 20), strings.Repeat("abcd", 30) + "=", strings.Repeat("abcd", 30) + "==", strings.Repeat("abcd", 30) + "ab="} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		encoding := stdbase64.StdEncoding
		if bytes.ContainsAny(text, "-_") {
			encoding = stdbase64.URLEncoding
		}
		if len(text)%4 != 0 {
			encoding = encoding.WithPadding(stdbase64.NoPadding)
		}
		want, wantErr := encoding.DecodeString(string(text))
		got, ok := appendDecoded([]byte("x"), text)
		if ok != (wantErr == nil) || ok && string(got) != "x"+string(want) {
			t.Errorf("%q: got %x %v, want %x %v", text, got, ok, want, wantErr)
		}
		if got, want := string(appendEncoded([]byte("x"), text)), `x"`+stdbase64.StdEncoding.EncodeToString(text)+`"`; got != want {
			t.Errorf("%x: got %s, want %s", text, got, want)
		}
	})
}

// TestBase64Lengths goes through the lengths at which the fast code changes over
// to the slow, with a wrong character at each place.
func TestBase64Lengths(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for n := range 200 {
		data := make([]byte, n)
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		for _, encoding := range []*stdbase64.Encoding{stdbase64.StdEncoding, stdbase64.RawStdEncoding, stdbase64.URLEncoding, stdbase64.RawURLEncoding} {
			text := []byte(encoding.EncodeToString(data))
			if got, ok := appendDecoded(nil, text); !ok || !bytes.Equal(got, data) {
				t.Fatalf("%s: got %x %v, want %x", text, got, ok, data)
			}
			for i := range text {
				for _, wrong := range []byte{0, '*', '.', 0x7f, 0x80, 0xff} {
					broken := bytes.Clone(text)
					broken[i] = wrong
					if got, ok := appendDecoded(nil, broken); ok {
						t.Fatalf("%q: got %x, want an error", broken, got)
					}
				}
			}
		}
	}
}

// TestBase64Alphabets refuses text in both alphabets at once, at all the lengths and
// places at which the fast code may see to a letter.
func TestBase64Alphabets(t *testing.T) {
	for n := 2; n < 200; n++ {
		for at := 1; at < n; at++ {
			for _, letters := range []string{"-+", "-/", "_+", "_/", "+-", "/-", "+_", "/_"} {
				text := bytes.Repeat([]byte("A"), n)
				text[0], text[at] = letters[0], letters[1]
				if got, ok := appendDecoded(nil, text); ok {
					t.Fatalf("%q: got %x, want an error", text, got)
				}
			}
		}
	}
}

// FuzzScalar compares one scalar in JSON with the oracle, as a field of each kind.
func FuzzScalar(f *testing.F) {
	for _, v := range someValues {
		f.Add(v)
	}
	s := compileSchema(f, testSources)
	scalars, known := s.message(f, "three.Scalars"), s.message(f, "three.Known")
	f.Fuzz(func(t *testing.T, v string) {
		if !sameLanguage([]byte(v)) {
			v = string(appendLiteral(v))
		}
		for _, md := range []protoreflect.MessageDescriptor{scalars, known} {
			for i := range md.Fields().Len() {
				text := []byte(`{"` + md.Fields().Get(i).JSONName() + `":` + v + `}`)
				if sameLanguage(text) {
					s.compareWire(t, md, text, Options{})
				}
			}
		}
	})
}

// appendLiteral returns any text as a JSON string.
func appendLiteral(s string) []byte {
	literal, _ := json.Marshal(strings.ToValidUTF8(s, "?"))
	return literal
}

// FuzzTime compares times and durations with the oracle, both ways.
func FuzzTime(f *testing.F) {
	for _, s := range []string{"2024-02-29T23:59:59.5Z", "1969-12-31T23:59:59.999999999Z", "2023-02-29T00:00:00Z", "2024-13-01T00:00:00Z", "2024-01-01T24:00:00Z",
		"2024-01-01T00:00:60Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59+00:01", "2024-01-01T00:00:00.Z", "1.5s", "-0.000000001s", "315576000000.999999999s"} {
		f.Add(s, int64(1), int32(1))
	}
	for _, v := range []int64{0, -1, minTimestamp, maxTimestamp, minTimestamp - 1, maxTimestamp + 1, maxDuration, -maxDuration, math.MaxInt64, math.MinInt64} {
		f.Add("", v, int32(0))
		f.Add("", v, int32(-500_000_000))
		f.Add("", v, int32(999_999_999))
		f.Add("", v, int32(1_000_000_000))
	}
	s := compileSchema(f, testSources)
	f.Fuzz(func(t *testing.T, text string, seconds int64, nanos int32) {
		for _, name := range []protoreflect.FullName{"google.protobuf.Timestamp", "google.protobuf.Duration"} {
			md := s.message(t, name)
			if utf8.ValidString(text) {
				s.compareWire(t, md, appendLiteral(text), Options{})
			}
			w := toWire{}
			w.secondsAndNanos(seconds, nanos)
			s.compareJSON(t, md, w.out, Options{})
		}
	})
}

// FuzzFloat compares the text of numbers with the oracle.
func FuzzFloat(f *testing.F) {
	for _, v := range []float64{0, math.Copysign(0, -1), 1, -1, 0.1, 0.25, 1.1, 123456.789, 999999999.999999, 1e9, 1e-6, 9.99e-7, 1e21, 1e20, 1e-7, 5e-324,
		math.MaxFloat64, math.MaxFloat32, math.SmallestNonzeroFloat32, math.Pi, 0.1 + 0.2, 1 << 53, 1e6, 999999.5, -999999.000001, 3.0000005, 123456789.1234565} {
		f.Add(math.Float64bits(v))
	}
	f.Fuzz(func(t *testing.T, bits uint64) {
		r := rand.New(rand.NewPCG(bits, 0))
		for _, v := range []float64{math.Float64frombits(bits), float64(int64(bits)) / 1e6, float64(int32(bits)) / 1e6, float64(r.IntN(1e9)) / 1e3, r.Float64()} {
			checkFloat(t, v, 64)
			checkFloat(t, float64(float32(v)), 32)
		}
	})
}

// checkFloat compares appendFloat with what encoding/json writes, whose form
// protojson has, and shortDecimal with strconv.
func checkFloat(t *testing.T, v float64, size int) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return
	}
	want, _ := json.Marshal(v)
	if size == 32 {
		want, _ = json.Marshal(float32(v))
	}
	got := appendFloat([]byte("x"), v, size)
	if string(got) != "x"+string(want) {
		t.Errorf("%x: got %s, want %s", math.Float64bits(v), got, want)
	}
	if back, ok := shortDecimal(got[1:]); ok && size == 64 && back != v {
		t.Errorf("shortDecimal(%s) = %v", got[1:], back)
	}
	if parsed, err := strconv.ParseFloat(string(got[1:]), size); err != nil || parsed != v {
		t.Errorf("%s is not %v", got, v)
	}
}
