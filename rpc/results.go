package rpc

import (
	"encoding/json"
	"strconv"

	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/internal/jsonscan"
	"github.com/grpcline/grpcline/state"
)

// appender is a result that writes itself: those with messages, which
// encoding/json would check and copy once more. The text must be what
// encoding/json would write.
type appender interface {
	// textSize is about how long the text is, in bytes.
	textSize() int
	appendJSON(dst []byte) []byte
}

// sizeOf is for how long a result room is made, in bytes.
func sizeOf(result any) int {
	if a, ok := result.(appender); ok {
		return a.textSize()
	}
	return 0
}

// appendResult writes a result.
func appendResult(dst []byte, result any) ([]byte, error) {
	if a, ok := result.(appender); ok {
		return a.appendJSON(dst), nil
	}
	text, err := json.Marshal(result)
	return append(dst, text...), err
}

// ended are the members of a result that tell how an RPC ended.
type ended struct {
	Status   *grpcops.Status  `json:"status,omitempty" doc:"{code, name, message, details}"`
	Headers  grpcops.Metadata `json:"headers,omitempty" doc:"{name: [value…]}"`
	Trailers grpcops.Metadata `json:"trailers,omitempty" doc:"{name: [value…]}"`
}

func endedBy(end *grpcops.End) *ended {
	if end == nil {
		return nil
	}
	return &ended{&end.Status, end.Headers, end.Trailers}
}

// append writes the members, each with a comma before it.
func (e *ended) append(dst []byte) []byte {
	if e == nil {
		return dst
	}
	dst = e.Status.AppendJSON(append(dst, `,"status":`...))
	return appendMetadata(appendMetadata(dst, "headers", e.Headers), "trailers", e.Trailers)
}

// appendMetadata writes ,"name":{…}.
func appendMetadata(dst []byte, name string, md grpcops.Metadata) []byte {
	dst = append(append(append(dst, ',', '"'), name...), '"', ':')
	return md.AppendJSON(dst)
}

// appendStreamID writes {"streamId":"…" and leaves the object open.
func appendStreamID(dst []byte, id string) []byte {
	return jsonscan.AppendQuoted(append(dst, `{"streamId":`...), id)
}

func arraySize(messages []json.RawMessage) int {
	size := len("[]") + answerTail
	for _, m := range messages {
		size += len(m) + len(",")
	}
	return size
}

func appendArray(dst []byte, messages []json.RawMessage) []byte {
	dst = append(dst, '[')
	for i, m := range messages {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, m...)
	}
	return append(dst, ']')
}

// answerTail is about what an answer has behind its messages, in bytes.
const answerTail = 256

// callResult is that of callMethod.
type callResult struct {
	Message  json.RawMessage  `json:"message" doc:"the response"`
	Headers  grpcops.Metadata `json:"headers" doc:"{name: [value…]}"`
	Trailers grpcops.Metadata `json:"trailers" doc:"{name: [value…]}"`
	Status   grpcops.Status   `json:"status" doc:"always OK: another status is an error"`
}

func (r callResult) textSize() int { return len(r.Message) + answerTail }

func (r callResult) appendJSON(dst []byte) []byte {
	dst = append(append(dst, `{"message":`...), r.Message...)
	dst = appendMetadata(appendMetadata(dst, "headers", r.Headers), "trailers", r.Trailers)
	return append(r.Status.AppendJSON(append(dst, `,"status":`...)), '}')
}

// messageResult is that of getMessage: a message, or the end.
type messageResult struct {
	StreamID string          `json:"streamId" doc:"the stream's id"`
	Done     bool            `json:"done" doc:"false with a message; true at an end with status OK"`
	Message  json.RawMessage `json:"message,omitempty" doc:"the message in ProtoJSON"`
	*ended
}

func (r messageResult) textSize() int { return len(r.Message) + answerTail }

func (r messageResult) appendJSON(dst []byte) []byte {
	dst = append(appendStreamID(dst, r.StreamID), `,"done":`...)
	dst = strconv.AppendBool(dst, r.Done)
	if r.Message != nil {
		dst = append(append(dst, `,"message":`...), r.Message...)
	}
	return append(r.ended.append(dst), '}')
}

// messagesResult is that of getMessages.
type messagesResult struct {
	StreamID string            `json:"streamId" doc:"the stream's id"`
	Done     bool              `json:"done" doc:"whether these are the last messages, the status being OK"`
	Messages []json.RawMessage `json:"messages" doc:"the messages in ProtoJSON"`
	*ended
}

func (r messagesResult) textSize() int { return arraySize(r.Messages) }

func (r messagesResult) appendJSON(dst []byte) []byte {
	dst = append(appendStreamID(dst, r.StreamID), `,"done":`...)
	dst = strconv.AppendBool(dst, r.Done)
	dst = appendArray(append(dst, `,"messages":`...), r.Messages)
	return append(r.ended.append(dst), '}')
}

// sendResult is that of sendMessage and sendMessages.
type sendResult struct {
	StreamID string `json:"streamId" doc:"the stream's id"`
	Sent     int    `json:"sent" doc:"messages sent on the stream so far"`
}

func (sendResult) textSize() int { return 0 }

func (r sendResult) appendJSON(dst []byte) []byte {
	dst = append(appendStreamID(dst, r.StreamID), `,"sent":`...)
	return append(strconv.AppendInt(dst, int64(r.Sent), 10), '}')
}

// streamResult names a stream.
type streamResult struct {
	StreamID string `json:"streamId" doc:"the stream's id"`
}

func (streamResult) textSize() int { return 0 }

func (r streamResult) appendJSON(dst []byte) []byte {
	return append(appendStreamID(dst, r.StreamID), '}')
}

// processResult is that of processServerStream.
type processResult struct {
	Messages []json.RawMessage `json:"messages" doc:"the messages in ProtoJSON"`
	Done     bool              `json:"done" doc:"false if maxMessages cut the stream: then there are no status and trailers"`
	Status   *grpcops.Status   `json:"status,omitempty" doc:"{code, name, message, details}"`
	Headers  grpcops.Metadata  `json:"headers" doc:"{name: [value…]}"`
	Trailers grpcops.Metadata  `json:"trailers,omitempty" doc:"{name: [value…]}"`
}

func (r processResult) textSize() int { return arraySize(r.Messages) }

func (r processResult) appendJSON(dst []byte) []byte { return append(r.members(dst), '}') }

// members writes the object and leaves it open.
func (r processResult) members(dst []byte) []byte {
	dst = appendArray(append(dst, `{"messages":`...), r.Messages)
	dst = strconv.AppendBool(append(dst, `,"done":`...), r.Done)
	if !r.Done {
		return appendMetadata(dst, "headers", r.Headers)
	}
	return (&ended{r.Status, r.Headers, r.Trailers}).append(dst)
}

func processResultOf(p state.Processed) processResult {
	r := processResult{Messages: p.Messages, Headers: p.Headers}
	if p.End != nil {
		r.Done, r.Status, r.Headers, r.Trailers = true, &p.End.Status, p.End.Headers, p.End.Trailers
	}
	return r
}

// bidiResult is that of processBidiStream.
type bidiResult struct {
	processResult
	MessagesSent int `json:"messagesSent" doc:"how many messages were sent"`
}

func (r bidiResult) appendJSON(dst []byte) []byte {
	dst = append(r.members(dst), `,"messagesSent":`...)
	return append(strconv.AppendInt(dst, int64(r.MessagesSent), 10), '}')
}

// clientStreamResult is that of processClientStream.
type clientStreamResult struct {
	Message      json.RawMessage  `json:"message" doc:"the response"`
	MessagesSent int              `json:"messagesSent" doc:"how many messages were sent"`
	Status       grpcops.Status   `json:"status" doc:"always OK: another status is an error"`
	Headers      grpcops.Metadata `json:"headers" doc:"{name: [value…]}"`
	Trailers     grpcops.Metadata `json:"trailers" doc:"{name: [value…]}"`
}

func (r clientStreamResult) textSize() int { return len(r.Message) + answerTail }

func (r clientStreamResult) appendJSON(dst []byte) []byte {
	dst = append(append(dst, `{"message":`...), r.Message...)
	dst = strconv.AppendInt(append(dst, `,"messagesSent":`...), int64(r.MessagesSent), 10)
	return append((&ended{&r.Status, r.Headers, r.Trailers}).append(dst), '}')
}
