package grpcops

import (
	"context"
	"slices"
	"strings"

	"google.golang.org/grpc/metadata"
)

// origin tells who made the status of an RPC that has failed: grpc-go does not
// say, and its events for statistics, which would, are a tenth of a call's work.
//
// A server's status comes in trailers, after headers or alone, and whichever is
// the first has a content-type (gRPC over HTTP/2, "Responses"). So where neither
// has come it is ours, and where trailers came alone it is the server's. After
// headers it is the server's unless its message is one of grpc-go's own, as what
// a server repeats of its own grpc-go cannot be told from ours then.
func origin(ctx context.Context, message string, headers, trailers metadata.MD) string {
	begins := func(words string) bool { return strings.HasPrefix(message, words) }
	switch {
	case ctx.Err() != nil, len(headers) == 0 && len(trailers) == 0:
		return OriginClient
	case begins("cardinality violation"): // OK and no response, or another one after it
		return OriginClient
	case len(headers) == 0:
		return OriginServer
	case begins("grpc: "): // a message that is too large or cannot be read; the trailers may have come
		return OriginClient
	case len(trailers) == 0 && slices.ContainsFunc(failures, begins):
		return OriginClient
	}
	return OriginServer
}

// How grpc-go's messages begin of a response that was cut short: by the connection, by
// RST_STREAM, or by something that is no HTTP/2 or no gRPC.
var failures = []string{
	"transport", "connection error", "closing transport", "closing connection", "error reading",
	"the connection is draining", "the stream is rejected", "keepalive ping failed",
	"finished processing active streams", "no active streams", "received goaway", "received GOAWAY",
	"stream terminated by RST_STREAM", "server closed the stream without sending trailers",
	"a HEADERS frame cannot appear in the middle", "peer header list size exceeded limit",
	"received invalid frame", "invalid header field", "invalid pseudo-header", "duplicate pseudo-header",
	"mix of request and response pseudo headers", "pseudo header field after regular",
	"DATA frame with stream ID 0", "pad size larger", "unexpected HTTP status code", "malformed header",
	"unexpected EOF", "Unexpected error from context",
}
