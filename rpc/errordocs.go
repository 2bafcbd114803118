package rpc

import (
	"reflect"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/grpcline/grpcline/rpc/describe"
	"github.com/grpcline/grpcline/state"
)

// errorDocs are the codes below 0. A positive code is a gRPC status, its data a
// statusData.
func errorDocs() []describe.Error {
	own := reflect.TypeFor[reasonData]()
	return []describe.Error{
		{Code: jsonrpc2.CodeParseError, Name: "ParseError", Meaning: "the input is not JSON, not UTF-8 or not complete; the id is null",
			Reasons: []string{reasonNotJSON, reasonNotUTF8, reasonUTF16, reasonTruncated, reasonTooDeep}, Data: reflect.TypeFor[inputData]()},
		{Code: jsonrpc2.CodeInvalidRequest, Name: "InvalidRequest", Meaning: "the JSON is no request, is too long, or its id is in use"},
		{Code: jsonrpc2.CodeMethodNotFound, Name: "MethodNotFound", Meaning: "there is no such method", Data: reflect.TypeFor[methodData]()},
		{Code: jsonrpc2.CodeInvalidParams, Name: "InvalidParams", Meaning: "a param is missing, unknown or wrong", Data: reflect.TypeFor[paramData]()},
		{Code: jsonrpc2.CodeInternalError, Name: "InternalError", Meaning: "a defect in the worker, which goes on; the log says more"},
		{Code: codeUnknown, Name: "Unknown", Meaning: "the handle was never opened",
			Reasons: reasons(state.UnknownConnection, state.UnknownStream, state.UnknownServer, state.OpenFailed), Data: own},
		{Code: codeGone, Name: "Gone", Meaning: "the handle was closed, or the worker is about to end",
			Reasons: reasons(state.ConnectionClosed, state.StreamClosed, state.ServerClosed, state.ShuttingDown), Data: own},
		{Code: codeTimeout, Name: "Timeout", Meaning: "a wait took longer than it may; the stream stays as it was",
			Reasons: reasons(state.WaitTimeout), Data: own},
		{Code: codeLimit, Name: "Limit", Meaning: "there are as many handles as there may be",
			Reasons: reasons(state.Limit), Data: own},
		{Code: codeState, Name: "State", Meaning: "this cannot be done in the state of the stream",
			Reasons: reasons(state.SendCompleted, state.StreamEnded, state.NotSending, state.HeadersSent, state.Pushing), Data: own},
		{Code: codeCancelled, Name: "Cancelled", Meaning: "the request was ended by $/cancelRequest",
			Reasons: reasons(state.Cancelled), Data: own},
	}
}

func reasons(list ...state.Reason) []string {
	var words []string
	for _, r := range list {
		words = append(words, string(r))
	}
	return words
}
