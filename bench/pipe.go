package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// lineBuffer holds the longest line, in bytes.
const lineBuffer = 4 << 20

// echo is the bare pipe's child: it returns each line unparsed, and writes when
// no whole line is left to return.
func echo(in io.Reader, out io.Writer) error {
	r := bufio.NewReaderSize(in, lineBuffer)
	w := bufio.NewWriterSize(out, lineBuffer)
	for {
		line, err := r.ReadSlice('\n')
		if errors.Is(err, io.EOF) {
			return w.Flush()
		}
		if err != nil {
			return err
		}
		if _, err := w.Write(line); err != nil {
			return err
		}
		if !holdsLine(r) {
			if err := w.Flush(); err != nil {
				return err
			}
		}
	}
}

// holdsLine tells whether a whole line can be read without waiting.
func holdsLine(r *bufio.Reader) bool {
	held, _ := r.Peek(r.Buffered())
	return bytes.IndexByte(held, '\n') >= 0
}
