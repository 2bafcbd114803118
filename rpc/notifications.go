package rpc

import (
	"encoding/json"
	"reflect"

	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/rpc/describe"
)

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

// notifications are what the worker sends unasked; push.go writes them. They are those of streams and servers that push.
func notifications() []describe.Notification {
	return []describe.Notification{
		{Name: "incomingCall", Summary: "A call came to a server that pushes.", Params: reflect.TypeFor[acceptedResult]()},
		{Name: "streamMessage", Summary: "A message came on a stream that pushes.", Params: reflect.TypeFor[streamMessageParams]()},
		{Name: "streamEnd", Summary: "A stream that pushes has ended; nothing follows on it.", Params: reflect.TypeFor[streamEndParams]()},
	}
}
