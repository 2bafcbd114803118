package grpcops

import (
	"context"
	"slices"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
)

// origin tells who made the status of an RPC that has failed: grpc-go does not
// say, and its events for statistics, which would, are a tenth of a call's work.
//
// A server's status comes in trailers, after headers or alone, and whichever is
// the first has a content-type (gRPC over HTTP/2, "Responses"). So where neither
// has come it is ours, and where trailers came alone it is the server's. After
// headers it is the server's unless it is one that grpc-go makes then, as what a
// server repeats of its own grpc-go cannot be told from ours.
func origin(ctx context.Context, s *Status, headers, trailers metadata.MD) string {
	switch {
	case ctx.Err() != nil, len(headers) == 0 && len(trailers) == 0:
		return OriginClient
	case strings.HasPrefix(s.Message, "cardinality violation"): // OK and no response, or another one after it
		return OriginClient
	case len(headers) == 0:
		return OriginServer
	case strings.HasPrefix(s.Message, "grpc: "): // of a message that it does not accept; the trailers may have come
		return OriginClient
	case len(trailers) == 0 && isCut(codes.Code(s.Code), s.Message):
		return OriginClient
	}
	return OriginServer
}

// isCut tells whether a status is one that grpc-go makes of a response which was
// cut short after its headers: by the connection, by RST_STREAM, or by something
// that is no HTTP/2 or no gRPC.
func isCut(code codes.Code, message string) bool {
	begins := func(words string) bool { return strings.HasPrefix(message, words) }
	switch {
	case slices.ContainsFunc(cutAnyhow, begins):
		return true
	case code == codes.Unavailable:
		return slices.ContainsFunc(cutConnections, begins)
	case code == codes.Internal:
		return slices.ContainsFunc(cutFrames, begins) || strings.Contains(message, "-bytes data exceeding the limit")
	}
	return false
}

// How grpc-go's messages begin of what is cut: with any code, with UNAVAILABLE, and
// with INTERNAL.
var (
	cutAnyhow      = []string{"stream terminated by RST_STREAM", "unexpected HTTP status code", "malformed header", "transport: malformed"}
	cutConnections = []string{
		"transport: ", "transport is closing", "connection error: ", "closing transport due to", "closing connection since",
		"error reading from server", "error reading server preface", "the connection is draining", "the stream is rejected",
		"keepalive ping failed", "finished processing active streams", "no active streams", "received goaway", "received GOAWAY",
	}
	cutFrames = []string{
		"server closed the stream without sending trailers", "a HEADERS frame cannot appear in the middle",
		"peer header list size exceeded limit", "received invalid frame", "invalid header field", "invalid pseudo-header",
		"duplicate pseudo-header", "mix of request and response pseudo headers", "pseudo header field after regular",
		"DATA frame with stream ID 0", "pad size larger than", "unexpected EOF", "Unexpected error from context",
	}
)
