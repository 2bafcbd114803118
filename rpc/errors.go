package rpc

import (
	"encoding/json"
	"fmt"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/grpcline/grpcline/internal/brief"
)

// Error is the error member of an answer: a code, one sentence, and data.
//
// A positive code is a gRPC status, a negative one is the worker's.
type Error struct {
	Code    int64
	Message string
	Data    any // something that encoding/json writes as an object, or nil
}

// Error gives the sentence.
func (e *Error) Error() string { return e.Message }

// Codes of the worker beyond those of JSON-RPC 2.0 (section 5.1).
const (
	codeUnknown   = -32001 // a handle that is unknown or was never opened
	codeGone      = -32002 // a handle or worker that was closed
	codeTimeout   = -32004 // a wait that timed out
	codeLimit     = -32005 // too many handles
	codeState     = -32006 // not possible in the stream's state
	codeCancelled = -32800 // ended by $/cancelRequest (as in the LSP)
)

// Why input was not understood, in data.reason.
const (
	reasonNotJSON   = "notJson"
	reasonNotUTF8   = "notUtf8"
	reasonUTF16     = "utf16"
	reasonTruncated = "truncated"
	reasonTooDeep   = "tooDeep"
)

// inputData is the data of a parse error.
type inputData struct {
	Line   int    `json:"line,omitempty" doc:"from 1; absent with Content-Length"`
	Reason string `json:"reason" doc:"why, in one word"`
	Hint   string `json:"hint,omitempty" doc:"the host's setting that is the usual cause"`
}

// hints name the setting of a host that is the usual cause.
var hints = map[string]string{
	reasonNotUTF8:   "set the encoding of the process' input to UTF-8 (OneScript: КодировкаТекста.UTF8), or write characters outside ASCII as \\uXXXX",
	reasonUTF16:     "set the encoding of the process' input to UTF-8 (WScript.Shell writes ANSI; TextStream opened as Unicode writes UTF-16)",
	reasonTruncated: "end each message with a line feed and write it whole (OneScript: ПараметрыЗаписиJSON with ПереносСтрокJSON.Нет)",
}

// parseError answers input that is no message; line 0 is none.
func parseError(line int, reason, sentence string) *Error {
	if line > 0 {
		sentence = fmt.Sprintf("line %d: %s", line, sentence)
	}
	return &Error{jsonrpc2.CodeParseError, sentence, inputData{line, reason, hints[reason]}}
}

// invalidRequest answers JSON that is no request.
func invalidRequest(format string, args ...any) *Error {
	return &Error{Code: jsonrpc2.CodeInvalidRequest, Message: fmt.Sprintf(format, args...)}
}

var errNotRequest = invalidRequest("a request must be an object with a method, or an array of them")

func tooLongError(max int) *Error {
	return invalidRequest("the message is longer than %d bytes; see --max-message-bytes", max)
}

// append writes the error as JSON.
func (e *Error) append(dst []byte) []byte {
	text, err := json.Marshal(struct {
		Code    int64  `json:"code"`
		Message string `json:"message"`
		Data    any    `json:"data,omitempty"`
	}{e.Code, brief.Text(e.Message), e.Data})
	if err != nil { // data that cannot be written; the rest can
		return (&Error{Code: e.Code, Message: e.Message}).append(dst)
	}
	return append(dst, text...)
}
