package rpc

import (
	"context"
	"encoding/json"

	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/state"
)

var closeParams = []byte("}}")

// pushMessages makes what sends streamMessage {streamId, message}. It keeps
// nothing of a message.
func (w *Worker) pushMessages(streamID string) func(ctx context.Context, message json.RawMessage) {
	before := []byte(`{"jsonrpc":"2.0","method":"streamMessage","params":`)
	before = w.out.escaped(append(appendStreamID(before, streamID), `,"message":`...))
	return func(ctx context.Context, message json.RawMessage) {
		w.out.push(ctx, before, message, closeParams)
	}
}

// pushCall sends incomingCall with the members of acceptCall.
func (w *Worker) pushCall(ctx context.Context, call *state.Accepted) {
	before := []byte(`{"jsonrpc":"2.0","method":"incomingCall","params":`)
	w.out.push(ctx, before, acceptedResultOf(call).appendJSON(nil), closeParams[1:])
}

// pushEnd sends streamEnd {streamId, status, headers, trailers}.
func (w *Worker) pushEnd(ctx context.Context, streamID string, end *grpcops.End) {
	before := []byte(`{"jsonrpc":"2.0","method":"streamEnd","params":`)
	w.out.push(ctx, appendStreamID(before, streamID), endedBy(end).append(nil), closeParams)
}
