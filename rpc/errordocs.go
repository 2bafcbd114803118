package rpc

import (
	"reflect"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/grpcline/grpcline/state"
)

// errorDoc tells what a code of the worker's own means.
type errorDoc struct {
	code    int64
	name    string // in rpc.discover
	meaning string
	reasons []string     // what data.reason may be
	data    reflect.Type // nil where there is none
}

// errorDocs are the codes below 0. A positive code is a gRPC status, its data a
// statusData.
func errorDocs() []errorDoc {
	own := reflect.TypeFor[reasonData]()
	return []errorDoc{
		{jsonrpc2.CodeParseError, "ParseError", "the input is not JSON, not UTF-8 or not complete; the id is null",
			[]string{reasonNotJSON, reasonNotUTF8, reasonUTF16, reasonTruncated, reasonTooDeep}, reflect.TypeFor[inputData]()},
		{jsonrpc2.CodeInvalidRequest, "InvalidRequest", "the JSON is no request, is too long, or its id is in use", nil, nil},
		{jsonrpc2.CodeMethodNotFound, "MethodNotFound", "there is no such method", nil, reflect.TypeFor[methodData]()},
		{jsonrpc2.CodeInvalidParams, "InvalidParams", "a param is missing, unknown or wrong", nil, reflect.TypeFor[paramData]()},
		{jsonrpc2.CodeInternalError, "InternalError", "a defect in the worker, which goes on; the log says more", nil, nil},
		{codeUnknown, "Unknown", "the handle was never opened",
			reasons(state.UnknownConnection, state.UnknownStream, state.UnknownServer, state.OpenFailed), own},
		{codeGone, "Gone", "the handle was closed, or the worker is about to end",
			reasons(state.ConnectionClosed, state.StreamClosed, state.ServerClosed, state.ShuttingDown), own},
		{codeTimeout, "Timeout", "a wait took longer than it may; the stream stays as it was", reasons(state.WaitTimeout), own},
		{codeLimit, "Limit", "there are as many handles as there may be", reasons(state.Limit), own},
		{codeState, "State", "this cannot be done in the state of the stream",
			reasons(state.SendCompleted, state.StreamEnded, state.NotSending, state.HeadersSent, state.Pushing), own},
		{codeCancelled, "Cancelled", "the request was ended by $/cancelRequest", reasons(state.Cancelled), own},
	}
}

func reasons(list ...state.Reason) []string {
	var words []string
	for _, r := range list {
		words = append(words, string(r))
	}
	return words
}
