package grpcops

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/grpcline/grpcline/grpcops/transcode"
	"github.com/grpcline/grpcline/internal/jsonscan"
)

// Status is how an RPC ended (google.rpc.Status). A detail is ProtoJSON with an
// @type member; one whose type is not known, or that JSON cannot hold, is {"@type",
// "value": base64}.
type Status struct {
	Code    uint32            `json:"code" doc:"0 is OK"`
	Name    string            `json:"name" doc:"the canonical name, such as NOT_FOUND; CODE_99 for a code that gRPC does not define"`
	Message string            `json:"message" doc:"what the server says"`
	Details []json.RawMessage `json:"details" doc:"ProtoJSON with @type; {@type, value: base64} if the type is not known or JSON cannot hold it"`
}

// OK is the status of an RPC that succeeded.
func OK() Status { return Status{Name: "OK", Details: []json.RawMessage{}} }

// AppendJSON appends the status as JSON.
func (s *Status) AppendJSON(dst []byte) []byte {
	dst = strconv.AppendUint(append(dst, `{"code":`...), uint64(s.Code), 10)
	dst = jsonscan.AppendQuoted(append(dst, `,"name":`...), s.Name)
	dst = jsonscan.AppendQuoted(append(dst, `,"message":`...), s.Message)
	dst = append(dst, `,"details":[`...)
	for i, detail := range s.Details {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, detail...)
	}
	return append(dst, ']', '}')
}

// MarshalJSON writes what AppendJSON appends.
func (s Status) MarshalJSON() ([]byte, error) { return s.AppendJSON(nil), nil }

// End is how an RPC ended, with all the metadata the server sent.
type End struct {
	Status   Status
	Headers  Metadata
	Trailers Metadata
	Origin   string // OriginServer or OriginClient
}

// Who made a status.
const (
	OriginServer = "server" // the server has sent it
	OriginClient = "client" // this side made it, or it is in words that this side uses
)

// StatusError is an RPC that did not end with OK.
type StatusError struct{ End }

// Error names the status and repeats its message.
func (e *StatusError) Error() string {
	if e.Status.Message == "" && e.Origin == OriginClient && e.Status.Code == uint32(codes.Unknown) {
		return e.Status.Name + ": the server gave no status, or this one without a message"
	}
	if e.Status.Message == "" {
		return e.Status.Name + ": " + e.Origin + " gave no message"
	}
	return e.Status.Name + ": " + e.Status.Message
}

// clientError is a status that this side makes.
func clientError(code codes.Code, format string, args ...any) *StatusError {
	return &StatusError{End{
		Status:   Status{Code: uint32(code), Name: codeName(code), Message: fmt.Sprintf(format, args...), Details: []json.RawMessage{}},
		Headers:  Metadata{},
		Trailers: Metadata{},
		Origin:   OriginClient,
	}}
}

// codeName is the canonical name of a code (google.rpc.Code), such as NOT_FOUND,
// and CODE_99 for one that is not defined.
func codeName(code codes.Code) string {
	if code > codes.Unauthenticated {
		return fmt.Sprintf("CODE_%d", uint32(code))
	}
	switch code {
	case codes.OK:
		return "OK"
	case codes.Canceled:
		return "CANCELLED" // as google.rpc.Code spells it
	}
	var name strings.Builder
	for i, c := range code.String() {
		if i > 0 && 'A' <= c && c <= 'Z' {
			name.WriteByte('_')
		}
		name.WriteRune(c)
	}
	return strings.ToUpper(name.String())
}

// statusOf turns what grpc-go returned into a Status.
func statusOf(err error, codec *transcode.Codec, options transcode.Options) Status {
	s := status.Convert(err)
	var said interface{ GRPCStatus() *status.Status }
	if errors.As(err, &said) {
		s = said.GRPCStatus() // without what grpc-go puts before it, such as how often it has tried
	}
	st := Status{Code: uint32(s.Code()), Name: codeName(s.Code()), Message: strings.ToValidUTF8(s.Message(), "\uFFFD"), Details: []json.RawMessage{}}
	if err == nil {
		return OK()
	}
	options.MostJSON = mostDetails
	for _, detail := range s.Proto().GetDetails() {
		text := detailJSON(detail, codec, options)
		options.MostJSON = max(1, options.MostJSON-len(text))
		st.Details = append(st.Details, text)
	}
	return st
}

// mostDetails bounds the JSON of a status' details, in bytes. Those beyond it are
// written as details of an unknown type are, which is about as long as they came.
const mostDetails = 16 << 20

// detailJSON writes an Any. One that JSON cannot hold is written as one of a type that
// nobody knows.
func detailJSON(detail *anypb.Any, codec *transcode.Codec, options transcode.Options) json.RawMessage {
	if packed, err := proto.Marshal(detail); err == nil {
		plan := codec.Message(detail.ProtoReflect().Descriptor())
		if text, err := plan.AppendJSON(nil, packed, options); err == nil {
			return text
		}
	}
	url := strings.ToValidUTF8(detail.GetTypeUrl(), "\uFFFD")
	text := jsonscan.AppendQuoted([]byte(`{"@type":`), url)
	text = base64.StdEncoding.AppendEncode(append(text, `,"value":"`...), detail.GetValue())
	return append(text, '"', '}')
}

// Canceled is the status of an RPC that this side cancelled, message saying why.
// As the cause of the RPC's context it becomes its status.
func Canceled(message string) *StatusError { return clientError(codes.Canceled, "%s", message) }

// TooMuch is the status of an RPC whose messages are more than there is room for.
func TooMuch(message string) *StatusError {
	return clientError(codes.ResourceExhausted, "%s", message)
}

// NotInTime is the status of an RPC whose deadline was over before it began.
func NotInTime(message string) *StatusError {
	return clientError(codes.DeadlineExceeded, "%s", message)
}

// Internal is the status of an RPC that a defect of this side ended.
func Internal(message string) *StatusError { return clientError(codes.Internal, "%s", message) }

// Unavailable is the status of a call that there is nobody to serve.
func Unavailable(message string) *StatusError { return clientError(codes.Unavailable, "%s", message) }
