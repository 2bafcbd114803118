package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/grpcline/grpcline/internal/process"
)

// Exit codes.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitStatus      = 64  // and the number of the gRPC status
	exitInterrupted = 130 // by ^C, as shells have it
	exitLargest     = 255
)

// errInterrupted is the end of a word by a signal.
var errInterrupted = errors.New("interrupted")

// errReaderGone is the end of a word whose output nobody reads any more.
var errReaderGone = errors.New("nobody reads the output")

// silent ends a word with an exit code, when all is said.
type silent int

func (s silent) Error() string { return fmt.Sprintf("exit code %d", int(s)) }

// report writes what went wrong to standard error, and returns the exit code. A
// standard error that nobody reads does not keep the process from its end.
func report(err error) int {
	out := newDroppingWriter(process.StderrText())
	defer out.close()
	return reportTo(out, err)
}

func reportTo(out io.Writer, err error) int {
	var code silent
	usage, answer := new(usageError), new(jsonrpc2.Error)
	switch {
	case err == nil, errors.Is(err, errReaderGone):
		return exitOK
	case errors.Is(err, errInterrupted):
		return exitInterrupted
	case errors.As(err, &code):
		return int(code)
	case errors.As(err, &usage):
		fmt.Fprintf(out, "grpcline: %s\nRun \"%s --help\" for what there is.\n", usage.sentence, usage.cmd.CommandPath())
		return exitUsage
	case errors.As(err, &answer):
		writeFailure(out, answer)
		return exitCode(answer.Code)
	}
	fmt.Fprintln(out, "grpcline:", err)
	return exitFailed
}

// exitCode is that of an error of the worker: positive codes are gRPC statuses.
func exitCode(code int64) int {
	if code <= 0 {
		return exitFailed
	}
	return int(min(exitStatus+code, exitLargest))
}

// failureData is what an error's data may have for a person.
type failureData struct {
	Status *struct {
		Details []json.RawMessage `json:"details"`
	} `json:"status"`
	Diagnostics []struct {
		File    string `json:"file"`
		Line    int    `json:"line"`
		Column  int    `json:"column"`
		Message string `json:"message"`
	} `json:"diagnostics"`
}

// writeFailure writes an error: the sentence in a line, then each detail of the status,
// or each fault of a schema in a line.
func writeFailure(out io.Writer, failure *jsonrpc2.Error) {
	fmt.Fprintf(out, "grpcline: %s\n", failure.Message)
	var data failureData
	if failure.Data == nil || json.Unmarshal(*failure.Data, &data) != nil {
		return
	}
	if data.Status != nil {
		for _, detail := range data.Status.Details {
			fmt.Fprintf(out, "%s\n", indented(detail))
		}
	}
	for _, d := range data.Diagnostics {
		fmt.Fprintf(out, "%s:%d:%d: %s\n", d.File, d.Line, d.Column, d.Message)
	}
}
