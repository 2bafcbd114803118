package integration_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// Message is a line of the worker's output: an answer or a notification.
type Message struct {
	JSONRPC string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Method  string          `json:"method"`
	Params  json.RawMessage `json:"params"`
	Result  json.RawMessage `json:"result"`
	Error   *RPCError       `json:"error"`
}

// RPCError is the error of an answer.
type RPCError struct {
	Code    int             `json:"code"`
	Message string          `json:"message"`
	RawData json.RawMessage `json:"data"`
	Data    ErrorData       `json:"-"`
}

// ErrorData has the members of every kind of error's data.
type ErrorData struct {
	Line        *int            `json:"line"`
	Reason      string          `json:"reason"`
	Hint        string          `json:"hint"`
	Param       string          `json:"param"`
	Path        string          `json:"path"`
	Status      *Status         `json:"status"`
	Headers     Metadata        `json:"headers"`
	Trailers    Metadata        `json:"trailers"`
	Origin      string          `json:"origin"`
	StreamID    string          `json:"streamId"`
	Sent        *int            `json:"sent"`
	Messages    json.RawMessage `json:"messages"`
	MessageSent *int            `json:"messagesSent"`
	Cause       *RPCError       `json:"cause"`
	Diagnostics []Diagnostic    `json:"diagnostics"`
}

// Diagnostic is one error of a schema.
type Diagnostic struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Message string `json:"message"`
}

// Status is a gRPC status.
type Status struct {
	Code    int               `json:"code"`
	Name    string            `json:"name"`
	Message string            `json:"message"`
	Details []json.RawMessage `json:"details"`
}

// Metadata is the headers or the trailers of a call.
type Metadata map[string][]string

func (e *RPCError) UnmarshalJSON(raw []byte) error {
	type plain RPCError
	if err := json.Unmarshal(raw, (*plain)(e)); err != nil {
		return err
	}
	if e.RawData == nil {
		return nil
	}
	return json.Unmarshal(e.RawData, &e.Data)
}

func (e *RPCError) Error() string {
	return fmt.Sprintf("error %d: %s %s", e.Code, e.Message, e.RawData)
}

// parseMessage checks what every message of the worker keeps to.
func parseMessage(raw []byte) (Message, error) {
	var m Message
	if err := json.Unmarshal(raw, &m); err != nil {
		return m, err
	}
	if m.JSONRPC != "2.0" {
		return m, fmt.Errorf("jsonrpc is %q", m.JSONRPC)
	}
	if m.Method != "" {
		if m.ID != nil || m.Result != nil || m.Error != nil {
			return m, fmt.Errorf("a notification that has an id, a result or an error")
		}
		return m, nil
	}
	if m.ID == nil {
		return m, fmt.Errorf("neither a method nor an id")
	}
	if (m.Result == nil) == (m.Error == nil) {
		return m, fmt.Errorf("not exactly one of result and error")
	}
	if m.Error == nil {
		return m, nil
	}
	return m, m.Error.check()
}

func (e *RPCError) check() error {
	switch {
	case e.Code == 0:
		return fmt.Errorf("an error with code 0")
	case e.Message == "":
		return fmt.Errorf("an error without a message")
	case e.Code < 0 && strings.ContainsAny(e.Message, "\r\n"):
		return fmt.Errorf("a message of several lines")
	case e.Code > 0 && (e.Data.Status == nil || e.Data.Status.Code != e.Code):
		return fmt.Errorf("a gRPC error without its status in data")
	case e.Code > 0 && e.Data.Origin != "server" && e.Data.Origin != "client":
		return fmt.Errorf("a gRPC error whose origin is %q", e.Data.Origin)
	}
	return nil
}

// checkLine checks what every line of output keeps to.
func checkLine(line []byte, ascii bool) error {
	body, ok := bytes.CutSuffix(line, []byte("\n"))
	switch {
	case !ok:
		return fmt.Errorf("the last line has no LF")
	case len(body) == 0:
		return fmt.Errorf("an empty line")
	case body[0] != '{' && body[0] != '[':
		return fmt.Errorf("a line that starts with %q", body[0])
	case !json.Valid(body):
		return fmt.Errorf("a line that is not JSON")
	}
	for i, b := range body {
		if b < 0x20 || b >= 0x80 && ascii {
			return fmt.Errorf("byte %#x at %d", b, i)
		}
	}
	return nil
}
