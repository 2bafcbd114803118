package rpc

import (
	"encoding/json"

	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/internal/strictjson"
	"github.com/grpcline/grpcline/state"
)

type requestParam struct {
	Request json.RawMessage `json:"request,omitempty" doc:"the request in ProtoJSON; an empty message unless given"`
}

type callMethodParams struct {
	callParams
	requestParam
}

type processOptions struct {
	DeadlineMs *int `json:"deadlineMs,omitempty" doc:"the deadline of the whole RPC, in milliseconds; there is none unless given"`
}

type processServerParams struct {
	callParams
	requestParam
	processOptions
	MaxMessages *int `json:"maxMessages,omitempty" doc:"stop after so many messages"`
}

type processClientParams struct {
	callParams
	processOptions
	Requests json.RawMessage `json:"requests" doc:"the messages to send" shape:"array"`
}

type processBidiParams struct {
	callParams
	processOptions
	ExchangeOrder     []json.RawMessage `json:"exchangeOrder" doc:"messages to send, and null where one is to be received"`
	ContinueReceiving *bool             `json:"continueReceiving,omitempty" doc:"receive to the end after the order (true)"`
}

// callMethods are those that need no handle.
func callMethods() []*method {
	return []*method{
		declare("callMethod", "ВызватьМетод", "connection service method request timeoutMs tls",
			"Makes a unary call.",
			func(w *Worker, p *callMethodParams) (state.Op[callResult], error) {
				op, err := w.state.CallMethod(p.call(p.Request))
				return then(op, err, func(r *grpcops.Reply) callResult {
					return callResult{r.Message, r.Headers, r.Trailers, grpcops.OK()}
				})
			}).forgetting(),
		declare("processServerStream", "ОбработатьСерверныйПоток", "connection service method request timeoutMs tls maxMessages",
			"Runs a server stream to its end and returns its messages.",
			func(w *Worker, p *processServerParams) (state.Op[processResult], error) {
				if err := atLeastOne("maxMessages", p.MaxMessages); err != nil {
					return state.Op[processResult]{}, err
				}
				op, err := w.state.ProcessServerStream(p.call(p.Request), p.DeadlineMs, p.MaxMessages)
				return then(op, err, processResultOf)
			}),
		declare("processClientStream", "ОбработатьКлиентскийПоток", "connection service method requests timeoutMs tls",
			"Sends all messages of a client stream and returns its response.",
			func(w *Worker, p *processClientParams) (state.Op[clientStreamResult], error) {
				if err := isArray("requests", p.Requests); err != nil {
					return state.Op[clientStreamResult]{}, err
				}
				op, err := w.state.ProcessClientStream(p.call(nil), p.DeadlineMs, p.Requests)
				return then(op, err, func(r state.Processed) clientStreamResult {
					return clientStreamResult{r.Messages[0], r.Sent, r.End.Status, r.End.Headers, r.End.Trailers}
				})
			}),
		declare("processBidiStream", "ОбработатьДвунаправленныйПоток", "connection service method exchangeOrder timeoutMs tls continueReceiving",
			"Sends and receives on a bidirectional stream in a given order.",
			func(w *Worker, p *processBidiParams) (state.Op[bidiResult], error) {
				rest := p.ContinueReceiving == nil || *p.ContinueReceiving
				op, err := w.state.ProcessBidiStream(p.call(nil), p.DeadlineMs, p.ExchangeOrder, rest)
				return then(op, err, func(r state.Processed) bidiResult { return bidiResult{processResultOf(r), r.Sent} })
			}),
	}
}

// isArray refuses what is no array, for messages that are kept as they are written.
func isArray(param string, text json.RawMessage) error {
	if text[0] == 'n' {
		return &strictjson.Error{Path: param, Message: `"` + param + `" is required`}
	}
	if text[0] != '[' {
		return &strictjson.Error{Path: param, Message: `"` + param + `" must be an array of messages`}
	}
	return nil
}
