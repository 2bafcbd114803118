package rpc

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/internal/jsonscan"
	"github.com/grpcline/grpcline/state"
)

type startServerParams struct {
	grpcops.ServerParams
	ServerID        string `json:"serverId,omitempty" doc:"an id of the host's choice; without it the worker numbers: v1, v2, …"`
	MaxWaitingCalls *int   `json:"maxWaitingCalls,omitempty" doc:"how many calls may wait to be accepted (1000); more are answered with status 8"`
	AcceptTimeoutMs *int   `json:"acceptTimeoutMs,omitempty" doc:"a call that nobody accepts in time is answered with status 14 (10000); 0 is no bound"`
	Push            *push  `json:"push,omitempty" doc:"true: calls come as incomingCall notifications, and their messages as streamMessage (false); {window: n}: at most n messages of a call until ackMessages"`
}

type startedResult struct {
	ServerID string   `json:"serverId" doc:"the server's id"`
	Address  string   `json:"address" doc:"where it listens, with the port that was free if 0 was asked for"`
	Services []string `json:"services" doc:"the full names of what it serves"`
}

type acceptParams struct {
	Server    string `json:"server" doc:"a server's id"`
	TimeoutMs *int   `json:"timeoutMs,omitempty" doc:"bounds the wait, in milliseconds; without it and with 0 there is no bound"`
}

type sendHeadersParams struct {
	StreamID string           `json:"streamId" doc:"the call's id"`
	Metadata grpcops.Metadata `json:"metadata" doc:"{name: value} or {name: [value…]}"`
}

type finishParams struct {
	StreamID string               `json:"streamId" doc:"the call's id"`
	Message  json.RawMessage      `json:"message,omitempty" doc:"the response, of a method that has one: required with the status OK, refused elsewhere"`
	Status   *grpcops.GivenStatus `json:"status,omitempty" doc:"{code, message, details}; OK unless given"`
	Trailers grpcops.Metadata     `json:"trailers,omitempty" doc:"{name: value} or {name: [value…]}"`
}

type stopParams struct {
	Server  string `json:"server" doc:"a server's id"`
	GraceMs *int   `json:"graceMs,omitempty" doc:"how long calls under way may go on, in milliseconds (10000); 0 cancels them at once"`
}

type stoppedResult struct {
	ServerID   string `json:"serverId" doc:"the server's id"`
	CallsEnded int    `json:"callsEnded" doc:"how many calls were cancelled"`
}

// Defaults of startServer and stopServer.
const (
	defaultWaitingCalls  = 1000
	defaultAcceptTimeout = 10 * time.Second
	defaultGrace         = 10 * time.Second
)

// acceptedResult is that of acceptCall, and the params of incomingCall.
type acceptedResult struct {
	StreamID   string           `json:"streamId" doc:"the call's id: a stream like any other, seen from the server's end"`
	Service    string           `json:"service" doc:"the service's full name"`
	Method     string           `json:"method" doc:"the method's name"`
	Kind       grpcops.Kind     `json:"kind" doc:"unary, serverStream, clientStream or bidiStream"`
	Metadata   grpcops.Metadata `json:"metadata" doc:"what the client sent: {name: [value…]}"`
	Peer       grpcops.Peer     `json:"peer" doc:"who calls"`
	DeadlineMs *int64           `json:"deadlineMs,omitempty" doc:"how long the client waits still; absent if it set no deadline"`
	Message    json.RawMessage  `json:"message,omitempty" doc:"the request, of a method that has one"`
}

func acceptedResultOf(a *state.Accepted) acceptedResult {
	service, method := a.Call.Method()
	r := acceptedResult{
		StreamID: a.StreamID, Service: service, Method: method, Kind: a.Call.Kind(),
		Metadata: a.Call.Metadata, Peer: a.Call.Peer, Message: a.Request,
	}
	if left, ok := a.Call.Deadline(); ok {
		ms := max(left.Milliseconds(), 0)
		r.DeadlineMs = &ms
	}
	return r
}

func (r acceptedResult) textSize() int { return len(r.Message) + 2*answerTail }

func (r acceptedResult) appendJSON(dst []byte) []byte {
	dst = appendStreamID(dst, r.StreamID)
	dst = jsonscan.AppendQuoted(append(dst, `,"service":`...), r.Service)
	dst = jsonscan.AppendQuoted(append(dst, `,"method":`...), r.Method)
	dst = jsonscan.AppendQuoted(append(dst, `,"kind":`...), string(r.Kind))
	dst = appendMetadata(dst, "metadata", r.Metadata)
	dst = r.Peer.AppendJSON(append(dst, `,"peer":`...))
	if r.DeadlineMs != nil {
		dst = strconv.AppendInt(append(dst, `,"deadlineMs":`...), *r.DeadlineMs, 10)
	}
	if r.Message != nil {
		dst = append(append(dst, `,"message":`...), r.Message...)
	}
	return append(dst, '}')
}

// serverMethods are those with which a host serves gRPC.
func serverMethods() []*method {
	return []*method{
		declare("startServer", "ЗапуститьСервер", "address proto tls serverId",
			"Serves a schema: its calls come to acceptCall.",
			func(w *Worker, p *startServerParams) (state.Op[startedResult], error) {
				if err := atLeastOne("maxWaitingCalls", p.MaxWaitingCalls); err != nil {
					w.state.FailStartServer(p.ServerID, err)
					return state.Op[startedResult]{}, err
				}
				waiting := defaultWaitingCalls
				if p.MaxWaitingCalls != nil {
					waiting = *p.MaxWaitingCalls
				}
				op, err := w.state.StartServer(p.ServerParams, state.ServerOptions{
					ServerID: p.ServerID, MaxWaitingCalls: waiting,
					AcceptTimeout: grpcops.Millis(p.AcceptTimeoutMs, defaultAcceptTimeout), Push: p.Push.wanted(),
				})
				return then(op, err, func(s state.Started) startedResult { return startedResult{s.ID, s.Address, s.Services} })
			}).opening("serverId", (*state.State).FailStartServer),
		declare("acceptCall", "ПринятьВызов", "server timeoutMs",
			"Waits for the next call of a server.",
			func(w *Worker, p *acceptParams) (state.Op[acceptedResult], error) {
				op, err := w.state.AcceptCall(p.Server, p.TimeoutMs)
				return then(op, err, acceptedResultOf)
			}),
		declare("sendHeaders", "ОтправитьЗаголовки", "streamId metadata",
			"Sends the headers of an accepted call, which else go with its first message.",
			func(w *Worker, p *sendHeadersParams) (state.Op[streamResult], error) {
				op, err := w.state.SendHeaders(p.StreamID, p.Metadata)
				return then(op, err, func(struct{}) streamResult { return streamResult{p.StreamID} })
			}),
		declare("finishCall", "ЗавершитьВызов", "streamId message status trailers",
			"Ends an accepted call, after all earlier sends, and gives its handle back.",
			func(w *Worker, p *finishParams) (state.Op[streamResult], error) {
				op, err := w.state.FinishCall(p.StreamID, state.Ending{Message: p.Message, Status: p.Status, Trailers: p.Trailers})
				return then(op, err, func(struct{}) streamResult { return streamResult{p.StreamID} })
			}).forgetting(),
		declare("stopServer", "ОстановитьСервер", "server graceMs",
			"Takes no more calls, waits for those under way, then cancels them.",
			func(w *Worker, p *stopParams) (state.Op[stoppedResult], error) {
				op, err := w.state.StopServer(p.Server, grpcops.Millis(p.GraceMs, defaultGrace))
				return then(op, err, func(ended int) stoppedResult { return stoppedResult{p.Server, ended} })
			}),
	}
}
