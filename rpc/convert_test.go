package rpc

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/grpcops/schema"
	"github.com/grpcline/grpcline/internal/strictjson"
	"github.com/grpcline/grpcline/state"
)

func TestCodeOf(t *testing.T) {
	for reason, want := range map[state.Reason]int64{
		state.UnknownConnection: -32001, state.UnknownStream: -32001, state.OpenFailed: -32001,
		state.ConnectionClosed: -32002, state.StreamClosed: -32002, state.ShuttingDown: -32002,
		state.WaitTimeout: -32004, state.Limit: -32005,
		state.SendCompleted: -32006, state.StreamEnded: -32006, state.NotSending: -32006, state.Pushing: -32006,
		state.Cancelled: -32800,
	} {
		if got := codeOf(reason); got != want {
			t.Errorf("%s: got %d, want %d", reason, got, want)
		}
	}
}

func TestAsError(t *testing.T) {
	two := 2
	notFound := &grpcops.StatusError{End: grpcops.End{
		Status: grpcops.Status{Code: 5, Name: "NOT_FOUND", Message: "no", Details: []json.RawMessage{}},
		Origin: grpcops.OriginServer,
	}}
	const notFoundData = `"status":{"code":5,"name":"NOT_FOUND","message":"no","details":[]},"headers":{},"trailers":{},"origin":"server"`
	waited := &state.Error{Reason: state.WaitTimeout, Message: "late"}
	for _, test := range []struct {
		name string
		err  error
		code int64
		data string
	}{
		{"the worker's own", waited, -32004, `{"reason":"waitTimeout"}`},
		{"a wrapped one", fmt.Errorf("x: %w", waited), -32004, `{"reason":"waitTimeout"}`},
		{"ready made", errNotRequest, -32600, `null`},
		{"cancelled", state.ErrCancelled, -32800, `{"reason":"cancelled"}`},
		{"shutting down", state.ErrShuttingDown, -32002, `{"reason":"shuttingDown"}`},
		{"a status", notFound, 5, `{` + notFoundData + `}`},
		{"a failed opening", &state.Error{Reason: state.OpenFailed, Message: "m", Cause: notFound}, -32001,
			`{"reason":"openFailed","cause":{"code":5,"message":"NOT_FOUND: no","data":{` + notFoundData + `}}}`},
		{"a failed opening of a failed opening", &state.Error{Reason: state.OpenFailed, Message: "m", Cause: &state.Error{Reason: state.OpenFailed, Message: "n", Cause: errNotRequest}}, -32001,
			`{"reason":"openFailed","cause":{"code":-32001,"message":"n","data":{"reason":"openFailed","cause":{"code":-32600,"message":"` + errNotRequest.Message + `"}}}}`},
		{"a param", &grpcops.ParamError{Param: "request", Path: "request.a", Message: "m"}, -32602, `{"param":"request","path":"request.a"}`},
		{"a schema", &grpcops.ParamError{Param: "proto", Message: "m", Diagnostics: []schema.Diagnostic{{File: "a.proto", Line: 1, Column: 2, Message: "x"}}}, -32602,
			`{"param":"proto","diagnostics":[{"file":"a.proto","line":1,"column":2,"message":"x"}]}`},
		{"params", &strictjson.Error{Path: "tls.certFile", Message: "m"}, -32602, `{"param":"tls","path":"tls.certFile"}`},
		{"a param by name", &strictjson.Error{Path: "address", Message: "m"}, -32602, `{"param":"address"}`},
		{"all params", &strictjson.Error{Message: "must be an object"}, -32602, `{"param":"params"}`},
		{"another kind", &grpcops.KindError{Method: "a.B/C", Kind: grpcops.ServerStream}, -32602, `{"param":"method"}`},
		{"anything else", io.ErrClosedPipe, -32603, `null`},

		{"a send", &state.Progress{Err: waited, StreamID: "s1", Sent: &two}, -32004, `{"reason":"waitTimeout","streamId":"s1","sent":2}`},
		{"a send to an end", &state.Progress{Err: notFound, StreamID: "s1", Sent: &two, Reason: state.StreamEnded}, 5,
			`{"reason":"streamEnded",` + notFoundData + `,"streamId":"s1","sent":2}`},
		{"a wrong message", &state.Progress{Err: &grpcops.ParamError{Param: "message", Message: "m"}, StreamID: "s1", Sent: new(int)}, -32602,
			`{"param":"message","streamId":"s1","sent":0}`},
		{"a process… call", &state.Progress{Err: notFound, Messages: []json.RawMessage{[]byte(`{"a":1}`)}, MessagesSent: &two}, 5,
			`{` + notFoundData + `,"messages":[{"a":1}],"messagesSent":2}`},
		{"a process… call that received nothing", &state.Progress{Err: waited, Messages: []json.RawMessage{}}, -32004,
			`{"reason":"waitTimeout","messages":[]}`},
	} {
		e := asError(test.err)
		data, err := json.Marshal(e.Data)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if e.Code != test.code || !reflect.DeepEqual(decoded(t, data), decoded(t, []byte(test.data))) {
			t.Errorf("%s:\ngot  %d %s\nwant %d %s", test.name, e.Code, data, test.code, test.data)
		}
		if e.Message == "" {
			t.Errorf("%s has no message", test.name)
		}
	}
}

// TestKindErrorsNameAMethod names the methods to use for each kind.
func TestKindErrorsNameAMethod(t *testing.T) {
	table := newTable(allMethods())
	for _, kind := range []grpcops.Kind{grpcops.Unary, grpcops.ServerStream, grpcops.ClientStream, grpcops.BidiStream} {
		message := asError(&grpcops.KindError{Method: "a.B/C", Kind: kind}).Message
		_, advice, _ := strings.Cut(message, "use ")
		for _, name := range strings.Split(advice, " or ") {
			if table.byName[name] == nil {
				t.Errorf("%s: %q names no method", kind, message)
			}
		}
	}
}

func TestErrorAppend(t *testing.T) {
	for _, test := range []struct {
		err  Error
		want string
	}{
		{Error{Code: -32600, Message: "a \"b\""}, `{"code":-32600,"message":"a \"b\""}`},
		{Error{5, "x", reasonData{Reason: state.Limit}}, `{"code":5,"message":"x","data":{"reason":"limit"}}`},
		{Error{5, "x", json.RawMessage("{")}, `{"code":5,"message":"x"}`}, // data that cannot be written
		{Error{5, "\xFF", nil}, `{"code":5,"message":"\ufffd"}`},
	} {
		if got := string(test.err.append(nil)); got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
	long := Error{Code: 5, Message: strings.Repeat("ы", 1<<20)}
	if text := long.append(nil); len(text) > 16<<10 || !json.Valid(text) {
		t.Errorf("a message of %d bytes is written in %d", len(long.Message), len(text))
	}
}

// TestRunKeepsErrors tells a cancelled request from an operation that was
// cancelled by something else.
func TestRunKeepsErrors(t *testing.T) {
	w := newTestWorker(t)
	m := w.table.byName["ping"]
	cancelled := errors.New("why")
	for _, test := range []struct {
		name  string
		cause error // nil: the request is not cancelled
		err   error
		want  error
	}{
		{"the cause of a cancelled request", cancelled, fmt.Errorf("x: %w", contextCanceled), cancelled},
		{"an error of its own", cancelled, io.ErrClosedPipe, io.ErrClosedPipe},
		{"cancelled without the request being so", nil, contextCanceled, contextCanceled},
	} {
		if got := runFailing(w, m, test.cause, test.err); !errors.Is(got, test.want) {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
}
