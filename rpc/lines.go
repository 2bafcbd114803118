package rpc

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"github.com/grpcline/grpcline/internal/buffers"
	"github.com/grpcline/grpcline/internal/jsonscan"
)

// message is what a reader found: one JSON object or array, or the error that
// answers what was found instead.
type message struct {
	text  []byte         // owned by the receiver
	scan  *jsonscan.Scan // of text; valid until the next read
	fault *Error
}

// lineReader turns newline-delimited input into messages.
//
// A message normally is a line. A value may go on over several lines; those are
// kept, and when it is given up they are read again from the second one on. Lines
// that cannot start a message form a run, which is answered once, at its first
// line.
type lineReader struct {
	in     rawLines
	max    int  // bytes a message may have
	number int  // of the line read last, from 1
	junk   bool // a run of lines that cannot start a message goes on
	utf16  bool // the line read last was UTF-16, so the next may begin with half a line feed

	kept  []byte // lines that may be read again, each with a line feed
	at    int    // where in kept the next line to read begins; its end if there is none
	fresh bool   // the line read last came from the input, not from kept
	came  int    // bytes that came from the input
	again int    // bytes that were read again as part of a value

	lines int // of the value that is open; 0 if none is
	begun int // where in kept it begins
	scan  jsonscan.Scan
}

func newLineReader(in *bufio.Reader, max int, pool *buffers.Pool) *lineReader {
	return &lineReader{in: rawLines{in: in, pool: pool, max: len(bom) + max + len("\r\n")}, max: max}
}

// mostAgain is how often, on average, what came is read again in search of a value that
// begins there. Input that would have more is hostile: one value inside another, each on
// a line of its own, none of them complete. Values of several lines are then no longer
// looked for in what was kept.
const mostAgain = 8

// next returns the next message. Its error is io.EOF at the end of the input, or
// what reading failed with; neither comes before all that was read has been
// returned.
func (r *lineReader) next() (message, error) {
	for {
		line, err := r.line()
		var m message
		switch {
		case errors.Is(err, errTooLong) && r.lines > 0:
			r.hold(nil) // an empty line in its place, for the numbers of those after it
			r.junk = false
			m = r.drop(tooLongError(r.max))
		case errors.Is(err, errTooLong):
			r.junk = false
			m = message{fault: tooLongError(r.max)}
		case err != nil && r.lines > 0:
			m = r.giveUp("the input ends before the value does")
		case err != nil:
			return message{}, err
		case r.lines > 0:
			m = r.goOn(line)
		default:
			m = r.begin(line)
		}
		if m.text != nil || m.fault != nil {
			return m, nil
		}
	}
}

var errTooLong = errors.New("the line is longer than a message may be")

// line returns the next line without its end. It is only valid until the next
// call. A line over the limit is skipped to its end and errTooLong returned.
func (r *lineReader) line() ([]byte, error) {
	r.fresh = r.at == len(r.kept)
	if !r.fresh {
		line := r.kept[r.at:]
		line = line[:bytes.IndexByte(line, '\n')]
		r.at += len(line) + 1
		r.number++
		return line, nil
	}
	if r.lines == 0 {
		r.kept, r.at = r.kept[:0], 0
	}
	line, over, err := r.in.read()
	if len(line) == 0 && !over {
		return nil, err
	}
	r.number++
	r.came += len(line)
	line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
	if over || len(bytes.TrimPrefix(line, bom)) > r.max {
		return nil, errTooLong
	}
	return line, nil
}

// begin reads a line while no value is open.
func (r *lineReader) begin(line []byte) message {
	line = r.trim(line)
	start := jsonscan.Space(line, 0)
	if start == len(line) {
		return message{}
	}
	if isUTF16(line) {
		r.utf16 = true
		return r.junkLine(reasonUTF16)
	}
	if c := line[start]; c != '{' && c != '[' {
		return r.noMessage(line, start)
	}
	r.junk = false
	if !utf8.Valid(line) {
		return message{fault: parseError(r.number, reasonNotUTF8, "the line is not UTF-8")}
	}
	r.scan.Reset()
	switch r.scan.Read(line) {
	case jsonscan.Whole:
		if jsonscan.Space(line, r.scan.End()) < len(line) {
			return message{fault: parseError(r.number, reasonNotJSON, "something follows the value on its line; write one message a line")}
		}
		if !r.in.own || !r.fresh {
			line = append(r.in.pool.Make(len(line)), line...)
		}
		return r.message(line)
	case jsonscan.More:
		if r.again > mostAgain*r.came {
			return message{fault: parseError(r.number, reasonTruncated, "a value that begins here is not complete")}
		}
		r.hold(line)
		return message{}
	case jsonscan.TooDeep:
		return message{fault: parseError(r.number, reasonTooDeep, "the value has more than 1,000 levels")}
	case jsonscan.Cut:
		return message{fault: parseError(r.number, reasonTruncated, "the line ends in the middle of a string, a number or a word")}
	}
	return message{fault: parseError(r.number, reasonNotJSON, "the line is not JSON")}
}

// noMessage reads a line that begins with neither an object nor an array.
func (r *lineReader) noMessage(line []byte, start int) message {
	if !utf8.Valid(line) {
		return r.junkLine(reasonNotUTF8)
	}
	end, ok := jsonscan.Value(line, start)
	if ok && jsonscan.Space(line, end) == len(line) && !r.junk {
		return message{fault: errNotRequest}
	}
	return r.junkLine(reasonNotJSON)
}

// junkLine answers the first line of a run of lines that cannot start a message.
func (r *lineReader) junkLine(reason string) message {
	if r.junk {
		return message{}
	}
	r.junk = true
	sentence := "the line is not JSON"
	switch reason {
	case reasonNotUTF8:
		sentence = "the line is neither JSON nor UTF-8"
	case reasonUTF16:
		sentence = "the line is UTF-16"
	}
	return message{fault: parseError(r.number, reason, sentence)}
}

// goOn reads a line while a value is open.
func (r *lineReader) goOn(line []byte) message {
	line = r.trim(line)
	r.hold(line)
	switch {
	case jsonscan.Space(line, 0) == len(line):
		return message{}
	case line[0] == '{' && r.scan.Opening() == '{' && isRequest(line):
		return r.giveUp("another request begins before the value ends")
	case r.at-r.begun-len("\n") > r.max:
		r.junk = false
		return r.drop(tooLongError(r.max))
	case !utf8.Valid(line):
		return r.giveUp("a later line of the value is not UTF-8")
	}
	value := r.kept[r.begun:r.at]
	switch r.scan.Read(value) {
	case jsonscan.More:
		return message{}
	case jsonscan.TooDeep:
		return r.drop(parseError(r.firstLine(), reasonTooDeep, "the value has more than 1,000 levels"))
	case jsonscan.Whole:
		if jsonscan.Space(value, r.scan.End()) == len(value) {
			r.lines = 0
			return r.message(bytes.Clone(value))
		}
	}
	return r.giveUp("a later line of the value is not JSON there")
}

// hold adds the line read last to the open value, which it may begin.
func (r *lineReader) hold(line []byte) {
	if r.fresh {
		r.kept = append(append(r.kept, line...), '\n')
		r.at = len(r.kept)
	} else {
		r.again += len(line) + 1
	}
	if r.lines == 0 {
		r.begun = r.at - len(line) - 1
	}
	r.lines++
}

// firstLine is the number of the first line of the open value.
func (r *lineReader) firstLine() int { return r.number - r.lines + 1 }

// giveUp ends the open value as truncated.
func (r *lineReader) giveUp(why string) message {
	return r.drop(parseError(r.firstLine(), reasonTruncated, "a value that begins here is not complete: "+why))
}

// drop ends the open value with fault. Lines after its first are read again.
func (r *lineReader) drop(fault *Error) message {
	r.number = r.firstLine()
	second := r.begun + bytes.IndexByte(r.kept[r.begun:], '\n') + 1
	r.kept, r.at, r.lines = r.kept[second:], 0, 0 // what is before is never read again
	return message{fault: fault}
}

// message is what the scan has just found to be whole.
func (r *lineReader) message(text []byte) message {
	return message{text: text, scan: &r.scan}
}

// trim takes a byte-order mark off the start of a line, and the second half of a
// UTF-16 line feed that the line before ended with.
func (r *lineReader) trim(line []byte) []byte {
	if r.utf16 {
		line = bytes.TrimPrefix(line, []byte{0})
		r.utf16 = false
	}
	return bytes.TrimPrefix(line, bom)
}

// atEnd tells whether err only says that the input is at its end.
func atEnd(err error) bool { return errors.Is(err, io.EOF) }
