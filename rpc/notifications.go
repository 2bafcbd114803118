package rpc

import (
	"encoding/json"
	"reflect"

	"github.com/grpcline/grpcline/grpcops"
)

// notification is something that the worker sends unasked. push.go writes them.
type notification struct {
	name    string
	summary string
	params  reflect.Type
}

type streamMessageParams struct {
	StreamID string          `json:"streamId" doc:"the stream's id"`
	Message  json.RawMessage `json:"message" doc:"the message in ProtoJSON"`
}

type streamEndParams struct {
	StreamID string           `json:"streamId" doc:"the stream's id"`
	Status   grpcops.Status   `json:"status" doc:"how the RPC ended, OK or not"`
	Headers  grpcops.Metadata `json:"headers" doc:"{name: [value…]}"`
	Trailers grpcops.Metadata `json:"trailers" doc:"{name: [value…]}"`
}

// notifications are those of streams and servers that push.
func notifications() []notification {
	return []notification{
		{"incomingCall", "A call came to a server that pushes.", reflect.TypeFor[acceptedResult]()},
		{"streamMessage", "A message came on a stream that pushes.", reflect.TypeFor[streamMessageParams]()},
		{"streamEnd", "A stream that pushes has ended; nothing follows on it.", reflect.TypeFor[streamEndParams]()},
	}
}
