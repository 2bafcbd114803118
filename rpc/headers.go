package rpc

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/grpcline/grpcline/internal/buffers"
	"github.com/grpcline/grpcline/internal/jsonscan"
)

// headerReader reads messages with Content-Length framing, the base protocol of
// the Language Server Protocol: header lines, an empty line, the message.
type headerReader struct {
	in   *bufio.Reader
	pool *buffers.Pool // of messages
	max  int
	scan jsonscan.Scan
	lost bool // no header was found where one should be, which is answered once
	late *int // a length that stood behind what was answered; nil for none
}

// leading is how much white space may precede the first header, in bytes.
const leading = 4 << 10

// beginsWithHeader tells whether the input begins with a header of the framing,
// after a byte-order mark and white space.
func beginsWithHeader(in *bufio.Reader) bool {
	const length, kind = lengthName, "content-type:"
	for n := 1; ; n = min(max(n+1, in.Buffered()), leading) {
		head, err := in.Peek(n)
		if err != nil {
			return false
		}
		head = bytes.TrimLeft(bytes.TrimPrefix(head, bom), " \t\r\n")
		text := strings.ToLower(string(head))
		switch {
		case bytes.HasPrefix(bom, head): // also if nothing but space has come
		case strings.HasPrefix(text, length) || strings.HasPrefix(text, kind):
			return true
		case !strings.HasPrefix(length, text) && !strings.HasPrefix(kind, text):
			return false
		}
		if n == leading {
			return false
		}
	}
}

// next returns the next message, as lineReader does.
func (r *headerReader) next() (message, error) {
	for {
		length, found, err := r.header()
		switch {
		case errors.Is(err, io.ErrUnexpectedEOF):
			return message{fault: cutError("the input ends inside the header of a message")}, nil
		case err != nil:
			return message{}, err
		case !found && r.lost:
			continue
		case !found:
			r.lost = true
			return message{fault: parseError(0, reasonNotJSON, "a header line Content-Length: N must precede each message")}, nil
		}
		r.lost = false
		if length <= r.max {
			return r.body(length)
		}
		if _, err := io.CopyN(io.Discard, r.in, int64(length)); err != nil && !errors.Is(err, io.EOF) {
			return message{}, err
		}
		return message{fault: tooLongError(r.max)}, nil
	}
}

// header reads a block of header lines to the empty line that ends it. found is
// false if a line is no header; the error is io.ErrUnexpectedEOF if the
// input ends inside the block.
func (r *headerReader) header() (length int, found bool, err error) {
	if r.late != nil {
		length, found, r.late = *r.late, true, nil
	}
	for begun := found; ; {
		line, err := r.in.ReadSlice('\n')
		for errors.Is(err, bufio.ErrBufferFull) {
			line, err = r.in.ReadSlice('\n')
		}
		text := strings.TrimSpace(strings.TrimPrefix(string(line), string(bom)))
		begun = begun || text != ""
		switch {
		case errors.Is(err, io.EOF) && begun:
			return 0, false, io.ErrUnexpectedEOF
		case err != nil:
			return 0, false, err
		case text == "" && found:
			return length, true, nil
		case text == "" && begun:
			return 0, false, nil
		case text == "":
			continue // empty lines between messages
		}
		n, isHeader := parseHeader(text)
		switch at := lengthAt(text); {
		case !isHeader:
			return 0, false, nil
		case at > 0 && !r.lost:
			r.late = &n
			return 0, false, nil
		case at >= 0:
			length, found = n, true
		}
	}
}

// cutError answers a message that ends too early.
func cutError(sentence string) *Error {
	return &Error{jsonrpc2.CodeParseError, sentence, inputData{
		Reason: reasonTruncated, Hint: "Content-Length is the number of bytes of the message in UTF-8, not of its characters",
	}}
}

const lengthName = "content-length:"

// lengthAt returns where the name stands in the line, in any case, or -1. (An
// index into strings.ToLower of the line would be one into another text: junk may
// have more or fewer bytes in lower case.)
func lengthAt(line string) int {
	for at := range len(line) - len(lengthName) + 1 {
		if strings.EqualFold(line[at:at+len(lengthName)], lengthName) {
			return at
		}
	}
	return -1
}

// parseHeader reads a header line. A length that stands behind something else
// counts as well: what is before it is the end of a body whose own length was
// wrong.
func parseHeader(line string) (length int, ok bool) {
	if at := lengthAt(line); at >= 0 {
		n, err := strconv.Atoi(strings.TrimSpace(line[at+len(lengthName):]))
		return n, err == nil && n >= 0
	}
	name, _, ok := strings.Cut(line, ":")
	return 0, ok && !strings.ContainsAny(name, " \t\"{}[],")
}

// body reads a message of that many bytes.
func (r *headerReader) body(length int) (message, error) {
	text := r.pool.Make(length)[:length]
	if _, err := io.ReadFull(r.in, text); err != nil {
		if !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
			return message{}, err
		}
		return message{fault: cutError("the input ends before the message does")}, nil
	}
	text = bytes.TrimPrefix(text, bom)
	switch {
	case isUTF16(text):
		return message{fault: parseError(0, reasonUTF16, "the message is UTF-16")}, nil
	case !utf8.Valid(text):
		return message{fault: parseError(0, reasonNotUTF8, "the message is not UTF-8")}, nil
	}
	r.scan.Reset()
	switch r.scan.Read(text) {
	case jsonscan.Whole:
		if jsonscan.Space(text, r.scan.End()) < len(text) {
			return message{fault: parseError(0, reasonNotJSON, "something follows the value in its message")}, nil
		}
	case jsonscan.TooDeep:
		return message{fault: parseError(0, reasonTooDeep, "the value has more than 1,000 levels")}, nil
	case jsonscan.More, jsonscan.Cut:
		return message{fault: cutError("the message ends before its value does")}, nil
	default:
		return message{fault: parseError(0, reasonNotJSON, "the message is not JSON")}, nil
	}
	if first := text[jsonscan.Space(text, 0)]; first != '{' && first != '[' {
		return message{fault: errNotRequest}, nil
	}
	return message{text: text, scan: &r.scan}, nil
}
