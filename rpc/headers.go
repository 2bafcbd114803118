package rpc

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/grpcline/grpcline/internal/jsonscan"
)

// headerReader reads messages with Content-Length framing, the base protocol of
// the Language Server Protocol: header lines, an empty line, the message.
type headerReader struct {
	in   *bufio.Reader
	max  int
	scan jsonscan.Scan
	lost bool // no header was found where one should be, which is answered once
}

// beginsWithHeader tells whether the input begins with a header of the framing,
// after a byte-order mark and white space.
func beginsWithHeader(in *bufio.Reader) bool {
	const length, kind = "content-length:", "content-type:"
	for n := 1; ; n++ {
		head, err := in.Peek(n)
		if err != nil {
			return false
		}
		head = bytes.TrimLeft(bytes.TrimPrefix(head, bom), " \t\r\n")
		text := strings.ToLower(string(head))
		switch {
		case bytes.HasPrefix(bom, head): // also where nothing but space has come
		case text == length || text == kind:
			return true
		case !strings.HasPrefix(length, text) && !strings.HasPrefix(kind, text):
			return false
		}
	}
}

// bom is the byte-order mark of UTF-8.
var bom = []byte("\uFEFF")

// next returns the next message, as lineReader does.
func (r *headerReader) next() (message, error) {
	for {
		length, found, err := r.header()
		switch {
		case err != nil:
			return message{}, err
		case !found && r.lost:
			continue
		case !found:
			r.lost = true
			return message{fault: parseError(0, reasonNotJSON, "a header line Content-Length: N must precede each message")}, nil
		}
		r.lost = false
		if length > r.max {
			if _, err := io.CopyN(io.Discard, r.in, int64(length)); err != nil && !errors.Is(err, io.EOF) {
				return message{}, err
			}
			return message{fault: tooLongError(r.max)}, nil
		}
		return r.body(length)
	}
}

// header reads a block of header lines to the empty line that ends it. found is
// false where the block has no usable Content-Length.
func (r *headerReader) header() (length int, found bool, err error) {
	for {
		line, err := r.in.ReadSlice('\n')
		for errors.Is(err, bufio.ErrBufferFull) {
			line, err = r.in.ReadSlice('\n')
		}
		if err != nil && (!errors.Is(err, io.EOF) || len(line) == 0) {
			return 0, false, err
		}
		text := strings.TrimSpace(strings.TrimPrefix(string(line), string(bom)))
		if text == "" {
			if found {
				return length, true, nil
			}
			continue // empty lines between messages
		}
		name, value, ok := strings.Cut(text, ":")
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "content-length":
			n, err := strconv.Atoi(strings.TrimSpace(value))
			if err != nil || n < 0 {
				return 0, false, nil
			}
			length, found = n, true
		case "content-type":
		default:
			if !ok || !found {
				return 0, false, nil
			}
		}
	}
}

// body reads a message of that many bytes.
func (r *headerReader) body(length int) (message, error) {
	text := make([]byte, length)
	if _, err := io.ReadFull(r.in, text); err != nil {
		if !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
			return message{}, err
		}
		return message{fault: parseError(0, reasonTruncated, "the input ends before the message does")}, nil
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
		return message{fault: parseError(0, reasonTruncated, "the message ends before its value does; Content-Length counts bytes")}, nil
	default:
		return message{fault: parseError(0, reasonNotJSON, "the message is not JSON")}, nil
	}
	if first := text[jsonscan.Space(text, 0)]; first != '{' && first != '[' {
		return message{fault: errNotRequest}, nil
	}
	return message{text: text, members: r.scan.Members}, nil
}
