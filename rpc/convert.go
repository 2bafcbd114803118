package rpc

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/grpcops/schema"
	"github.com/grpcline/grpcline/internal/brief"
	"github.com/grpcline/grpcline/internal/strictjson"
	"github.com/grpcline/grpcline/state"
)

// paramData is the data of -32602.
type paramData struct {
	Param       string              `json:"param,omitempty" doc:"the param at fault"`
	Path        string              `json:"path,omitempty" doc:"the value at fault inside it, such as request.items[0].n"`
	Diagnostics []schema.Diagnostic `json:"diagnostics,omitempty" doc:"all errors of a schema that does not compile"`
	*doneData
}

// methodData is the data of -32601.
type methodData struct {
	Param   string   `json:"param" doc:"always method"`
	Nearest []string `json:"nearest,omitempty" doc:"the names most like the one given"`
}

// reasonData is the data of the worker's own codes.
type reasonData struct {
	Reason state.Reason `json:"reason" doc:"why, in one word"`
	Cause  *causeData   `json:"cause,omitempty" doc:"of openFailed: the error of the opening"`
	*doneData
}

// causeData is the error of the opening that failed.
type causeData struct {
	Code    int64  `json:"code" doc:"of the opening's error"`
	Message string `json:"message" doc:"its sentence"`
	Data    any    `json:"data,omitempty" doc:"its data"`
}

// statusData is the data of a gRPC status.
type statusData struct {
	Reason   state.Reason     `json:"reason,omitempty" doc:"streamEnded, if a send met the end of its stream"`
	Status   grpcops.Status   `json:"status" doc:"{code, name, message, details}"`
	Headers  grpcops.Metadata `json:"headers" doc:"{name: [value…]}"`
	Trailers grpcops.Metadata `json:"trailers" doc:"{name: [value…]}"`
	Origin   string           `json:"origin" doc:"server if the server is known to have sent the status, else client"`
	*doneData
}

// doneData is what was done before an error.
type doneData struct {
	StreamID     string             `json:"streamId,omitempty" doc:"the stream's id"`
	Sent         *int               `json:"sent,omitempty" doc:"messages sent on the stream so far"`
	Messages     *[]json.RawMessage `json:"messages,omitempty" doc:"what had been received: by a process… call, or by callMethod if the trailers after it cannot be read"`
	MessagesSent *int               `json:"messagesSent,omitempty" doc:"how many messages a process… call had sent"`
}

// codes of the reasons.
func codeOf(r state.Reason) int64 {
	switch r {
	case state.UnknownConnection, state.UnknownStream, state.UnknownServer, state.OpenFailed:
		return codeUnknown
	case state.ConnectionClosed, state.StreamClosed, state.ServerClosed, state.ShuttingDown:
		return codeGone
	case state.WaitTimeout:
		return codeTimeout
	case state.Limit:
		return codeLimit
	case state.Cancelled:
		return codeCancelled
	}
	return codeState
}

// asError is the one place where errors become codes.
func asError(err error) *Error {
	var done *doneData
	var reason state.Reason
	var progress *state.Progress
	if errors.As(err, &progress) {
		done = &doneData{StreamID: progress.StreamID, Sent: progress.Sent, MessagesSent: progress.MessagesSent}
		if progress.Messages != nil {
			done.Messages = &progress.Messages
		}
		reason = progress.Reason
		err = progress.Err
	}
	var (
		ready  *Error
		own    *state.Error
		status *grpcops.StatusError
		param  *grpcops.ParamError
		kind   *grpcops.KindError
		params *strictjson.Error
	)
	switch {
	case errors.As(err, &ready):
		return ready
	case errors.As(err, &own):
		data := reasonData{Reason: own.Reason, doneData: done}
		if own.Cause != nil {
			cause := asError(own.Cause)
			data.Cause = &causeData{cause.Code, cause.Message, cause.Data}
		}
		return &Error{codeOf(own.Reason), own.Message, data}
	case errors.As(err, &status):
		return &Error{int64(status.Status.Code), status.Error(), statusData{
			reason, status.Status, status.Headers, status.Trailers, status.Origin, done,
		}}
	case errors.As(err, &param):
		return &Error{jsonrpc2.CodeInvalidParams, param.Message, paramData{param.Param, param.Path, param.Diagnostics, done}}
	case errors.As(err, &kind):
		return &Error{jsonrpc2.CodeInvalidParams, fmt.Sprintf("%v; use %s", kind, useInstead(kind.Kind)), paramData{Param: "method", doneData: done}}
	case errors.As(err, &params):
		return badParams(params)
	}
	return &Error{jsonrpc2.CodeInternalError, "a defect in grpcline: " + err.Error(), nil}
}

// badParams is the error of params that do not fit their method.
func badParams(e *strictjson.Error) *Error {
	switch param := e.Param(); param {
	case "":
		return &Error{jsonrpc2.CodeInvalidParams, "params " + e.Message, paramData{Param: "params"}}
	case e.Path:
		return &Error{jsonrpc2.CodeInvalidParams, brief.Text(e.Message), paramData{Param: brief.Text(param)}}
	default:
		return &Error{jsonrpc2.CodeInvalidParams, brief.Text(e.Message), paramData{Param: brief.Text(param), Path: brief.Text(e.Path)}}
	}
}

// useInstead names the methods for a kind.
func useInstead(kind grpcops.Kind) string {
	switch kind {
	case grpcops.ServerStream:
		return "initServerStream or processServerStream"
	case grpcops.ClientStream:
		return "initClientStream or processClientStream"
	case grpcops.BidiStream:
		return "initBidiStream or processBidiStream"
	}
	return "callMethod"
}
