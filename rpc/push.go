package rpc

import (
	"context"
	"encoding/json"

	"github.com/grpcline/grpcline/grpcops"
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

// pushEnd sends streamEnd {streamId, status, headers, trailers}.
func (w *Worker) pushEnd(ctx context.Context, streamID string, end *grpcops.End) {
	before := []byte(`{"jsonrpc":"2.0","method":"streamEnd","params":`)
	w.out.push(ctx, appendStreamID(before, streamID), endedBy(end).append(nil), closeParams)
}
