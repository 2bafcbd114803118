package transcode

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/grpcline/grpcline/internal/jsonscan"
)

// Error says what is wrong with a message and where.
type Error struct {
	// Path leads from the message to the fault: "" for the message itself, else
	// like `payload.body`, `items[0].n` or `named["k"].big`, with names as the
	// caller wrote them.
	Path string
	// Message is a sentence that does not repeat the path.
	Message string
	// Malformed tells of a received message whose bytes are at fault, so that no
	// implementation of protobuf would take it; others only have no form in JSON.
	Malformed bool
}

// Error returns the path, if there is one, and the message.
func (e *Error) Error() string {
	if e.Path == "" {
		return e.Message
	}
	return e.Path + ": " + e.Message
}

// fault is an Error on its way out of the levels in which it happened; each adds
// its step in front of the path. A step into a field begins with a dot.
type fault struct {
	path    string
	message string
	tooLong bool // it is ErrTooLong
	bytes   bool // it is Malformed
}

// skipped is returned for an enum name that is to be ignored.
var skipped = &fault{message: "unknown enum name"}

func faultf(format string, args ...any) *fault {
	return &fault{message: fmt.Sprintf(format, args...)}
}

// bytesf is the fault of bytes that are no message of their type.
func bytesf(format string, args ...any) *fault {
	return &fault{message: fmt.Sprintf(format, args...), bytes: true}
}

// in adds the step into a field.
func (f *fault) in(name string) *fault {
	f.path = "." + name + f.path
	return f
}

// at adds the step into an element of a list.
func (f *fault) at(index int) *fault {
	f.path = "[" + strconv.Itoa(index) + "]" + f.path
	return f
}

// key adds the step into a map entry, whose key is given as a JSON string literal.
func (f *fault) key(literal string) *fault {
	f.path = "[" + literal + "]" + f.path
	return f
}

// public returns the error for the caller.
func (f *fault) public() error {
	return &Error{Path: strings.TrimPrefix(f.path, "."), Message: f.message, Malformed: f.bytes}
}

// quoteLimit is how many characters of a value an error message repeats.
const quoteLimit = 40

// quoted returns a text that may have been anything, quoted and cut.
func quoted(text string) string {
	text = strings.ToValidUTF8(text[:min(len(text), quoteLimit+1)], "\uFFFD")
	if len(text) > quoteLimit {
		return strconv.Quote(text[:quoteLimit]) + "…"
	}
	return strconv.Quote(text)
}

// describe names the JSON value at the start of text in an error message.
func describe(text []byte) string {
	if len(text) == 0 {
		return "the end of the text"
	}
	switch text[0] {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "the string " + quoteShort(text)
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	}
	end, _ := jsonscan.Value(text, 0)
	return "the number " + cut(text[:end])
}

// quoteShort returns the string literal at the start of text as a person reads it:
// hosts that write ASCII escape every other character, and a long one is cut.
func quoteShort(text []byte) string {
	end, ok := jsonscan.String(text, 0)
	if !ok {
		return "that does not end"
	}
	literal := readable(text[:end])
	if utf8.RuneCountInString(literal) <= quoteLimit+len(`""`) {
		return literal
	}
	return string([]rune(literal)[:quoteLimit+1]) + `…"`
}

// readable is a string literal without the escapes that JSON does not require. One
// that names half of a surrogate pair stays as it is.
func readable(literal []byte) string {
	text, ok := jsonscan.Unquote(literal)
	if !ok {
		return string(literal)
	}
	return string(jsonscan.AppendQuoted(nil, text))
}
