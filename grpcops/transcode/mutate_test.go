package transcode

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/grpcline/grpcline/internal/jsonscan"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// sameLanguage reports whether text is JSON for which this package and protojson
// agree on what JSON is: not so deep that one refuses it, without half surrogates
// in places that are skipped.
func sameLanguage(text []byte) bool {
	end, ok := jsonscan.Value(text, 0)
	return ok && jsonscan.Space(text, end) == len(text) && utf8.Valid(text) && json.Valid(text) &&
		!bytes.Contains(bytes.ToLower(text), []byte(`\ud`))
}

// node is a JSON value that can be changed.
type node struct {
	names []string // literals, of an object's members
	items []*node  // of an object or an array
	text  string   // of a scalar, or "{" or "["
}

// parseNode reads valid JSON.
func parseNode(b []byte, i int) (*node, int) {
	i = jsonscan.Space(b, i)
	if b[i] != '{' && b[i] != '[' {
		end, _ := jsonscan.Value(b, i)
		return &node{text: string(b[i:end])}, end
	}
	n := &node{text: string(b[i])}
	closing := b[i] + 2
	i = jsonscan.Space(b, i+1)
	for b[i] != closing {
		if b[i] == ',' {
			i = jsonscan.Space(b, i+1)
		}
		if n.text == "{" {
			end, _ := jsonscan.String(b, i)
			n.names = append(n.names, string(b[i:end]))
			i = jsonscan.Space(b, jsonscan.Space(b, end)+1)
		}
		item, end := parseNode(b, i)
		n.items = append(n.items, item)
		i = jsonscan.Space(b, end)
	}
	return n, i + 1
}

// write appends the JSON of n with white space here and there.
func (n *node) write(b *strings.Builder, r *rand.Rand) {
	space := func() {
		if r.IntN(8) == 0 {
			b.WriteString([]string{" ", "\n", "\t", "\r\n  "}[r.IntN(4)])
		}
	}
	space()
	defer space()
	if n.text != "{" && n.text != "[" {
		b.WriteString(n.text)
		return
	}
	b.WriteString(n.text)
	space()
	for i, item := range n.items {
		if i > 0 {
			b.WriteByte(',')
			space()
		}
		if n.text == "{" {
			b.WriteString(n.names[i])
			space()
			b.WriteByte(':')
		}
		item.write(b, r)
	}
	b.WriteByte(n.text[0] + 2)
}

// all lists n and what is in it.
func (n *node) all() []*node {
	list := []*node{n}
	for _, item := range n.items {
		list = append(list, item.all()...)
	}
	return list
}

// someValues replace others.
var someValues = []string{
	"null", "true", "false", "0", "-0", "1", "-1", "5.0", "1e3", "1.5", "1e400", "-1E-2", "100e-2", "2147483648", "-2147483649", "4294967296",
	"9223372036854775807", "9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551616", "1e99999999999",
	"0.1e1", "12345678901234567890123e-4", "3.5e38", "1e-50", "0e99999999999", "0.0", "-0.0e5",
	`""`, `"1"`, `"-1"`, `"1.0"`, `" 1"`, `"1 "`, `"0x1"`, `"1e2"`, `"\u0031"`, `"NaN"`, `"Infinity"`, `"-Infinity"`, `"nan"`, `"+1"`, `"01"`,
	`"RED"`, `"red"`, `"HIGH"`, `"NULL_VALUE"`, `"AAE="`, `"AAE"`, `"AA_-"`, `"AA+/"`, `"A"`, `"AAAA\n"`, `"A\nA"`, `"+_AA"`, `"AAE=="`, `"=AAA"`,
	`"1970-01-01T00:00:00Z"`, `"2024-02-29T23:59:59.123456789+02:00"`, `"2023-02-29T00:00:00Z"`, `"9999-12-31T23:59:59.999999999Z"`,
	`"0000-01-01T00:00:00Z"`, `"2024-01-01T00:00:00.1234567890Z"`, `"2024-01-01t00:00:00z"`, `"2024-01-01T1:00:00Z"`, `"2024-01-01T00:00:00,5Z"`,
	`"1s"`, `"-1.5s"`, `".5s"`, `"1.s"`, `"+1s"`, `"s"`, `".s"`, `"1.1234567890s"`, `"315576000001s"`, `"01s"`, `"-s"`,
	`"a,userName.b"`, `"a_b"`, `" a "`, `",a"`, `"a..b"`, "{}", "[]", "[1]", `["a","b"]`, `{"a":1}`, `{"value":"x"}`, `[null]`, `{"1":null}`,
}

// mutateJSON returns valid JSON that differs from text in a few places.
func mutateJSON(r *rand.Rand, md protoreflect.MessageDescriptor, text []byte) []byte {
	root, _ := parseNode(text, 0)
	for range 1 + r.IntN(2) {
		nodes := root.all()
		n := nodes[r.IntN(len(nodes))]
		switch {
		case n.text == "{" && len(n.items) > 0 && r.IntN(4) > 0:
			mutateObject(r, md, n)
		case n.text == "[" && len(n.items) > 0 && r.IntN(3) > 0:
			i := r.IntN(len(n.items))
			n.items = append(n.items, n.items[i])
		case r.IntN(3) == 0 && n.text[0] == '"':
			inner := strings.Trim(n.text, `"`)
			if _, err := strconv.ParseFloat(inner, 64); err == nil && json.Valid([]byte(inner)) {
				n.text = inner
			}
		case r.IntN(3) == 0 && (n.text[0] == '-' || n.text[0] >= '0' && n.text[0] <= '9'):
			n.text = []string{`"` + n.text + `"`, n.text + "e0", n.text + "0e-1"}[r.IntN(3)]
		default:
			other, _ := parseNode([]byte(someValues[r.IntN(len(someValues))]), 0)
			*n = *other
		}
	}
	var b strings.Builder
	root.write(&b, r)
	if changed := []byte(b.String()); sameLanguage(changed) {
		return changed
	}
	return text
}

// mutateObject changes the members of an object.
func mutateObject(r *rand.Rand, md protoreflect.MessageDescriptor, n *node) {
	i := r.IntN(len(n.items))
	switch r.IntN(7) {
	case 0: // in another order
		r.Shuffle(len(n.items), func(i, j int) {
			n.names[i], n.names[j] = n.names[j], n.names[i]
			n.items[i], n.items[j] = n.items[j], n.items[i]
		})
	case 1: // twice
		n.names, n.items = append(n.names, n.names[i]), append(n.items, n.items[i])
	case 2: // under another name
		fd := md.Fields().Get(r.IntN(md.Fields().Len()))
		n.names[i] = strconv.Quote([]string{string(fd.Name()), fd.JSONName(), "nobody", "@type", "value", "[two.note]", "[three.Item]", "1", "true"}[r.IntN(9)])
	case 3: // under its name in the schema
		n.names[i] = strconv.Quote(snakeCase(strings.Trim(n.names[i], `"`)))
	case 4: // with an escaped name
		if name := strings.Trim(n.names[i], `"`); name != "" && name[0] != '\\' && name[0] < 0x80 {
			n.names[i] = `"\u00` + strconv.FormatInt(int64(name[0]), 16) + name[1:] + `"`
		}
	case 5: // one less
		n.names = append(n.names[:i:i], n.names[i+1:]...)
		n.items = append(n.items[:i:i], n.items[i+1:]...)
	case 6: // one more
		other, _ := parseNode([]byte(someValues[r.IntN(len(someValues))]), 0)
		fd := md.Fields().Get(r.IntN(md.Fields().Len()))
		n.names, n.items = append(n.names, strconv.Quote(fd.JSONName())), append(n.items, other)
	}
}
