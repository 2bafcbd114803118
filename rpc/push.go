package rpc

import (
	"context"
	"encoding/json"

	"github.com/grpcline/grpcline/grpcops"
)

// pushMessage sends streamMessage {streamId, message}.
func (w *Worker) pushMessage(ctx context.Context, streamID string, message json.RawMessage) {
	text := make([]byte, 0, len(message)+96)
	text = append(text, `{"jsonrpc":"2.0","method":"streamMessage","params":`...)
	text = append(append(appendStreamID(text, streamID), `,"message":`...), message...)
	w.out.push(ctx, append(text, '}', '}'))
}

// pushEnd sends streamEnd {streamId, status, headers, trailers}.
func (w *Worker) pushEnd(ctx context.Context, streamID string, end *grpcops.End) {
	text := []byte(`{"jsonrpc":"2.0","method":"streamEnd","params":`)
	text = endedBy(end).append(appendStreamID(text, streamID))
	w.out.push(ctx, append(text, '}', '}'))
}
