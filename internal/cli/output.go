package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/grpcline/grpcline/internal/process"
)

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// outputFlags say how JSON is printed.
type outputFlags struct{ colour colourMode }

func (f *outputFlags) declare(cmd *cobra.Command) {
	f.colour = colourAuto
	cmd.Flags().Var(&f.colour, "color", "colour JSON: auto (on a terminal, unless NO_COLOR is set), always or never")
	complete(cmd, "color", cobra.FixedCompletions([]string{"auto", "always", "never"}, cobra.ShellCompDirectiveNoFileComp))
}

// colourMode is the value of --color.
type colourMode string

const (
	colourAuto   colourMode = "auto"
	colourAlways colourMode = "always"
	colourNever  colourMode = "never"
)

func (m *colourMode) String() string { return string(*m) }
func (m *colourMode) Type() string   { return "WHEN" }
func (m *colourMode) Set(text string) error {
	switch given := colourMode(text); given {
	case colourAuto, colourAlways, colourNever:
		*m = given
		return nil
	}
	return fmt.Errorf("it must be auto, always or never")
}

// on tells whether out is written to in colour.
func (m colourMode) on(out *os.File) bool {
	switch m {
	case colourAlways:
		process.EnableColour(out) // a terminal that cannot has been asked to
		return true
	case colourNever:
		return false
	}
	return isTerminal(out) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && process.EnableColour(out)
}

// printer writes JSON values to standard output: indented for a person, one to a line
// otherwise.
type printer struct {
	out      io.Writer
	indented bool
	coloured bool
}

func newPrinter(f outputFlags) *printer {
	return &printer{out: os.Stdout, indented: isTerminal(os.Stdout), coloured: f.colour.on(os.Stdout)}
}

// print writes values at once. Its error is errReaderGone if nobody reads.
func (p *printer) print(values ...json.RawMessage) error {
	var all []byte
	for _, v := range values {
		text := []byte(v)
		if p.indented {
			text = indented(v)
		}
		if p.coloured {
			text = coloured(text)
		}
		all = append(append(all, text...), '\n')
	}
	if len(all) == 0 {
		return nil
	}
	return write(p.out, all)
}

// write is a write to standard output.
func write(out io.Writer, text []byte) error {
	_, err := out.Write(text)
	if err != nil && process.ReaderIsGone(err) {
		return errReaderGone
	}
	return err
}

// printLines writes texts to standard output, a line each.
func printLines(lines []string) error {
	var b bytes.Buffer
	for _, line := range lines {
		b.WriteString(line)
		b.WriteByte('\n')
	}
	return write(os.Stdout, b.Bytes())
}

func indented(text json.RawMessage) []byte {
	var b bytes.Buffer
	if json.Indent(&b, text, "", "  ") != nil {
		return text
	}
	return b.Bytes()
}
