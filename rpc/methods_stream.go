package rpc

import (
	"context"
	"encoding/json"

	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/state"
)

type initServerParams struct {
	streamCallParams
	requestParam
}

type sendMessageParams struct {
	streamRef
	Message json.RawMessage `json:"message" doc:"the message in ProtoJSON"`
}

type sendMessagesParams struct {
	streamRef
	Messages json.RawMessage `json:"messages" doc:"the messages in ProtoJSON; all are checked before the first is sent" shape:"array"`
}

type getParams struct {
	streamRef
	TimeoutMs *int `json:"timeoutMs,omitempty" doc:"bounds the wait, in milliseconds; 0 is no bound; the stream's unless given"`
}

type getMessagesParams struct {
	getParams
	Max *int `json:"max,omitempty" doc:"at most so many messages (100)"`
}

type headersResult struct {
	StreamID string           `json:"streamId" doc:"the stream's id"`
	Headers  grpcops.Metadata `json:"headers" doc:"{name: [value…]}"`
}

type ackParams struct {
	StreamID string `json:"streamId" doc:"the stream's id"`
	Count    int    `json:"count" doc:"how many messages are acknowledged, of those that were pushed and are not yet"`
}

// mostMessages is how many messages getMessages takes unless told.
const mostMessages = 100

// streamMethods are those about streams by their handles.
func streamMethods() []*method {
	return []*method{
		declare("initServerStream", "ИнициализироватьСерверныйПоток", "connection service method request timeoutMs",
			"Opens a server stream and sends its request.",
			func(w *Worker, p *initServerParams) (state.Op[streamResult], error) {
				return openStream(w, grpcops.ServerStream, &p.streamCallParams, p.Request)
			}).opening("streamId", (*state.State).FailOpenStream),
		declare("initClientStream", "ИнициализироватьКлиентскийПоток", "connection service method timeoutMs",
			"Opens a client stream.",
			func(w *Worker, p *streamCallParams) (state.Op[streamResult], error) {
				return openStream(w, grpcops.ClientStream, p, nil)
			}).opening("streamId", (*state.State).FailOpenStream),
		declare("initBidiStream", "ИнициализироватьДвунаправленныйПоток", "connection service method timeoutMs",
			"Opens a bidirectional stream.",
			func(w *Worker, p *streamCallParams) (state.Op[streamResult], error) {
				return openStream(w, grpcops.BidiStream, p, nil)
			}).opening("streamId", (*state.State).FailOpenStream),
		declare("sendMessage", "ОтправитьСообщение", "connection streamId message",
			"Sends a message.",
			func(w *Worker, p *sendMessageParams) (state.Op[sendResult], error) {
				op, err := w.state.SendMessage(p.StreamID, p.Connection, p.Message)
				return then(op, err, func(sent int) sendResult { return sendResult{p.StreamID, sent} })
			}).forgetting(),
		declare("sendMessages", "", "connection streamId messages",
			"Sends several messages.",
			func(w *Worker, p *sendMessagesParams) (state.Op[sendResult], error) {
				if err := isArray("messages", p.Messages); err != nil {
					return state.Op[sendResult]{}, err
				}
				op, err := w.state.SendMessages(p.StreamID, p.Connection, p.Messages)
				return then(op, err, func(sent int) sendResult { return sendResult{p.StreamID, sent} })
			}).forgetting(),
		declare("getMessage", "ПолучитьСообщение", "connection streamId timeoutMs",
			"Waits for a message, or the end of the stream.",
			func(w *Worker, p *getParams) (state.Op[messageResult], error) {
				op, err := w.state.GetMessages(p.StreamID, p.Connection, 1, p.TimeoutMs)
				return then(op, err, func(t state.Taken) messageResult {
					if len(t.Messages) > 0 {
						return messageResult{StreamID: p.StreamID, Message: t.Messages[0]}
					}
					return messageResult{StreamID: p.StreamID, Done: true, ended: endedBy(t.End)}
				})
			}),
		declare("getMessages", "", "connection streamId max timeoutMs",
			"Waits for a message, then takes what is there.",
			func(w *Worker, p *getMessagesParams) (state.Op[messagesResult], error) {
				if err := atLeastOne("max", p.Max); err != nil {
					return state.Op[messagesResult]{}, err
				}
				max := mostMessages
				if p.Max != nil {
					max = *p.Max
				}
				op, err := w.state.GetMessages(p.StreamID, p.Connection, max, p.TimeoutMs)
				return then(op, err, func(t state.Taken) messagesResult {
					return messagesResult{p.StreamID, t.End != nil, t.Messages, endedBy(t.End)}
				})
			}),
		declare("getHeaders", "", "connection streamId timeoutMs",
			"Waits for the server's headers.",
			func(w *Worker, p *getParams) (state.Op[headersResult], error) {
				op, err := w.state.GetHeaders(p.StreamID, p.Connection, p.TimeoutMs)
				return then(op, err, func(md grpcops.Metadata) headersResult { return headersResult{p.StreamID, md} })
			}),
		declare("completeSend", "ЗавершитьОтправку", "connection streamId",
			"Says that no more messages will be sent.",
			func(w *Worker, p *streamRef) (state.Op[streamResult], error) {
				op, err := w.state.CompleteSend(p.StreamID, p.Connection)
				return then(op, err, p.result)
			}),
		declare("cancelStream", "", "connection streamId",
			"Cancels the RPC at once and keeps what was received.",
			func(w *Worker, p *streamRef) (state.Op[streamResult], error) {
				if err := w.state.CancelStream(p.StreamID, p.Connection); err != nil {
					return state.Op[streamResult]{}, err
				}
				return withoutPlace(func(context.Context) (streamResult, error) { return p.result(struct{}{}), nil }), nil
			}),
		declare("closeStream", "ЗакрытьПоток", "connection streamId",
			"Closes a stream, after all earlier requests on it.",
			func(w *Worker, p *streamRef) (state.Op[streamResult], error) {
				op, err := w.state.CloseStream(p.StreamID, p.Connection)
				return then(op, err, p.result)
			}),
		declare("ackMessages", "", "streamId count",
			"Lets a stream that pushes with a window push more.",
			func(w *Worker, p *ackParams) (state.Op[streamResult], error) {
				op, err := w.state.AckMessages(p.StreamID, p.Count)
				return then(op, err, func(struct{}) streamResult { return streamResult{p.StreamID} })
			}),
	}
}

func (p *streamRef) result(struct{}) streamResult { return streamResult{p.StreamID} }

func openStream(w *Worker, kind grpcops.Kind, p *streamCallParams, request json.RawMessage) (state.Op[streamResult], error) {
	call, options := p.call(request)
	op, err := w.state.OpenStream(kind, call, options)
	return then(op, err, func(id string) streamResult { return streamResult{id} })
}
