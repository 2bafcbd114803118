package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/grpcline/grpcline/internal/jsonscan"
)

// values reads successive JSON values from arguments: JSON, @FILE, or - for standard
// input. It hands each one out as soon as it is complete.
type values struct {
	what  string // what the arguments are called, such as MESSAGE
	args  []string
	read  int // how many arguments were begun
	text  *valueReader
	close func()
}

// stdinArgument stands for standard input.
const stdinArgument = "-"

// next gives a value, or io.EOF after the last.
func (v *values) next() (json.RawMessage, error) {
	for {
		if v.text == nil {
			if v.read == len(v.args) {
				return nil, io.EOF
			}
			if err := v.open(v.args[v.read]); err != nil {
				return nil, err
			}
			v.read++
		}
		value, err := v.text.next()
		if !errors.Is(err, io.EOF) {
			return value, err
		}
		v.close()
		v.text = nil
	}
}

// onlyBefore is only until ctx ends: then its error is the cause, and a goroutine is left
// behind in the read.
func (v *values) onlyBefore(ctx context.Context) (json.RawMessage, error) {
	type result struct {
		value json.RawMessage
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := v.only()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// only gives the one value there is. Standard input may go on after it.
func (v *values) only() (json.RawMessage, error) {
	value, err := v.next()
	if err != nil {
		return nil, err
	}
	if v.text.live && v.read == len(v.args) && !v.text.ready() {
		return value, nil
	}
	_, err = v.next()
	switch {
	case errors.Is(err, io.EOF):
		return value, nil
	case err != nil:
		return nil, err
	}
	return nil, errTwoValues
}

var errTwoValues = errors.New("there is more than one value")

func (v *values) open(arg string) error {
	v.close = func() {}
	name, file := strings.CutPrefix(arg, "@")
	switch {
	case file:
		f, err := os.Open(name)
		if err != nil {
			return fmt.Errorf("%s: %w", arg, err)
		}
		v.text, v.close = newValueReader(f, name), func() { f.Close() }
	case arg == stdinArgument:
		v.text = newValueReader(os.Stdin, "standard input")
		v.text.live, v.text.typed = true, isTerminal(os.Stdin)
	case isFile(arg):
		return fmt.Errorf("%s is a file; to give what is in it, say @%s", arg, arg)
	default:
		what := v.what
		if len(v.args) > 1 {
			what = fmt.Sprintf("%s %d", v.what, v.read+1)
		}
		v.text = newValueReader(strings.NewReader(arg), what)
		v.text.argument = true
	}
	return nil
}

// isFile tells whether an argument that is no JSON is the name of a file.
func isFile(arg string) bool {
	if json.Valid([]byte(arg)) {
		return false
	}
	info, err := os.Stat(arg)
	return err == nil && info.Mode().IsRegular()
}

// valueReader reads JSON values in UTF-8, or in UTF-16 with a byte-order mark, and knows
// where in the text it is.
type valueReader struct {
	in       *positions
	decoder  *json.Decoder
	begun    int64 // where the decoder began to read
	argument bool
	live     bool // the text may come slowly
	typed    bool // by a person, who makes mistakes
}

func newValueReader(in io.Reader, name string) *valueReader {
	r := &valueReader{in: &positions{in: &marked{in: in}, name: name, lines: []int64{0}}}
	r.decoder = json.NewDecoder(r.in)
	return r
}

// next gives a value, or io.EOF at the end.
func (r *valueReader) next() (json.RawMessage, error) {
	var value json.RawMessage
	err := r.decoder.Decode(&value)
	end := r.begun + r.decoder.InputOffset()
	syntax := new(json.SyntaxError)
	switch {
	case err == nil:
		return value, r.check(value, end-int64(len(value)))
	case errors.Is(err, io.EOF):
		return nil, io.EOF
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, r.cut(end)
	case errors.As(err, &syntax):
		return nil, r.broken(r.begun+syntax.Offset-1, syntax.Error())
	}
	return nil, fmt.Errorf("%s: %w", r.in.name, err)
}

// ready tells whether a further value has begun in what was read already.
func (r *valueReader) ready() bool {
	rest, err := io.ReadAll(r.decoder.Buffered())
	return err == nil && len(bytes.TrimSpace(rest)) > 0
}

// skip leaves out what was read already: the rest of a line that a person has typed.
func (r *valueReader) skip() {
	r.begun = r.in.read
	r.decoder = json.NewDecoder(r.in)
}

// check refuses what the worker would not read.
func (r *valueReader) check(value []byte, begin int64) error {
	if !utf8.Valid(value) {
		valid := bytes.ToValidUTF8(value, nil)
		at := begin
		for i := range value {
			if i >= len(valid) || valid[i] != value[i] {
				at = begin + int64(i)
				break
			}
		}
		return r.in.errorAt(at, "this is not UTF-8")
	}
	var scan jsonscan.Scan
	if scan.Read(value) == jsonscan.TooDeep {
		return r.in.errorAt(begin, fmt.Sprintf("the JSON has more than %d levels", jsonscan.MaxDepth))
	}
	return nil
}

// cut says where the text ends within a value that begins after begin, and what is
// missing there.
func (r *valueReader) cut(begin int64) error {
	rest, _ := io.ReadAll(r.decoder.Buffered()) // is in memory
	sentence := "the JSON is cut"
	if missing := closing(rest); missing != "" {
		sentence += ": " + missing + " is missing"
	}
	return r.in.errorAt(r.in.read, sentence)
}

// broken says where and why the text is no JSON.
func (r *valueReader) broken(at int64, sentence string) error {
	if r.argument && strings.Contains(sentence, "looking for beginning") {
		sentence += " (if the shell has taken quotes away, write the text to a file and say @FILE, or - for standard input)"
	}
	return r.in.errorAt(at, sentence)
}

// closing is what would end the value in text that is cut.
func closing(text []byte) string {
	var open []byte
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '"':
			end, ok := endOfString(text, i)
			if !ok {
				return `the quote that ends a string`
			}
			i = end - 1
		case '{', '[':
			open = append(open, c+2) // '{'+2 == '}', '['+2 == ']'
		case '}', ']':
			if len(open) > 0 {
				open = open[:len(open)-1]
			}
		}
	}
	if len(open) == 0 {
		return ""
	}
	return fmt.Sprintf("%q", string(open[len(open)-1]))
}
