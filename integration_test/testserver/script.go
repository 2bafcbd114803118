package testserver

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
)

// Step is one thing that a scripted call does. Exactly one field is set.
type Step struct {
	Header  map[string]string `json:"header,omitempty"`  // sends the headers at once; a name in -bin has base64
	Trailer map[string]string `json:"trailer,omitempty"` // to go with the status
	Receive int               `json:"receive,omitempty"` // so many messages; -1: to the end
	Send    int               `json:"send,omitempty"`    // so many messages, numbered on from the last
	Large   int               `json:"large,omitempty"`   // one message with so many bytes of payload
	Empty   int               `json:"empty,omitempty"`   // so many messages without a field
	Raw     string            `json:"raw,omitempty"`     // one message, its bytes in base64
	Echo    bool              `json:"echo,omitempty"`    // every message, to the end
	Count   bool              `json:"count,omitempty"`   // receives to the end and sends one message, their number
	Inspect bool              `json:"inspect,omitempty"` // one message whose text is an Inspection
	Gate    string            `json:"gate,omitempty"`    // waits until it is opened
	End     *End              `json:"end,omitempty"`     // ends the call with a status
}

// End is a status. Details are base64 of a serialized google.protobuf.Any.
type End struct {
	Code    uint32   `json:"code"`
	Message string   `json:"message,omitempty"`
	Details []string `json:"details,omitempty"`
}

// Inspection is what a server sees of a call.
type Inspection struct {
	Method     string              `json:"method"`
	Metadata   map[string][]string `json:"metadata"`
	HasTimeout bool                `json:"hasTimeout"`
	TimeoutMs  int64               `json:"timeoutMs"`
	ClientName string              `json:"clientName"` // of the client's certificate
	Encoding   string              `json:"encoding"`   // of the messages: "gzip" or empty
}

// Script returns the steps as the value of the metadata name `script`.
func Script(steps ...Step) string {
	raw, err := json.Marshal(steps)
	if err != nil {
		panic(err) // a Step has only fields that marshal
	}
	return string(raw)
}

// Detail returns a packed message as an End carries it.
func Detail(packed *anypb.Any) string {
	raw, err := proto.Marshal(packed)
	if err != nil {
		panic(err) // an Any of bytes always marshals
	}
	return base64.StdEncoding.EncodeToString(raw)
}

// run is one scripted call.
type run struct {
	server *Server
	stream grpc.ServerStream
	method string
	number int64 // of the last message sent
}

func (r *run) step(s Step) error {
	ctx := r.stream.Context()
	switch {
	case s.Header != nil:
		return r.stream.SendHeader(pairs(s.Header))
	case s.Trailer != nil:
		r.stream.SetTrailer(pairs(s.Trailer))
		return nil
	case s.Receive != 0:
		return r.receive(s.Receive)
	case s.Send > 0:
		for range s.Send {
			r.number++
			if err := r.stream.SendMsg(item{number: r.number}.marshal()); err != nil {
				return err
			}
		}
		return nil
	case s.Large > 0:
		r.number++
		return r.stream.SendMsg(item{number: r.number, payload: s.Large}.marshal())
	case s.Empty > 0:
		for range s.Empty {
			if err := r.stream.SendMsg(frame(nil)); err != nil {
				return err
			}
		}
		return nil
	case s.Raw != "":
		raw, err := base64.StdEncoding.DecodeString(s.Raw)
		if err != nil {
			return err
		}
		return r.stream.SendMsg(frame(raw))
	case s.Echo:
		return r.echo()
	case s.Count:
		return r.count()
	case s.Inspect:
		text, err := r.inspect(ctx)
		if err != nil {
			return err
		}
		return r.stream.SendMsg(item{text: text}.marshal())
	case s.Gate != "":
		return r.server.gates.pass(ctx, s.Gate)
	case s.End != nil:
		return s.End.err()
	}
	return errors.New("a step that does nothing")
}

// pairs returns metadata as gRPC takes it: what is binary as bytes.
func pairs(named map[string]string) metadata.MD {
	md := metadata.New(named)
	for name, values := range md {
		if raw, err := base64.StdEncoding.DecodeString(values[0]); err == nil && strings.HasSuffix(name, "-bin") {
			md[name] = []string{string(raw)}
		}
	}
	return md
}

func (r *run) receive(count int) error {
	for i := 0; i != count; i++ {
		var in frame
		err := r.stream.RecvMsg(&in)
		if count < 0 && errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *run) echo() error {
	for {
		var in frame
		err := r.stream.RecvMsg(&in)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := r.stream.SendMsg(in); err != nil {
			return err
		}
	}
}

// count answers with the number of messages received.
func (r *run) count() error {
	var n int64
	for {
		var in frame
		err := r.stream.RecvMsg(&in)
		if errors.Is(err, io.EOF) {
			return r.stream.SendMsg(item{number: n}.marshal())
		}
		if err != nil {
			return err
		}
		n++
	}
}

func (r *run) inspect(ctx context.Context) (string, error) {
	md, _ := metadata.FromIncomingContext(ctx)
	seen := Inspection{Method: r.method, Metadata: md, Encoding: encodingOf(ctx)}
	if deadline, ok := ctx.Deadline(); ok {
		seen.HasTimeout = true
		seen.TimeoutMs = time.Until(deadline).Milliseconds()
	}
	if p, ok := peer.FromContext(ctx); ok {
		if tls, ok := p.AuthInfo.(credentials.TLSInfo); ok && len(tls.State.PeerCertificates) > 0 {
			seen.ClientName = tls.State.PeerCertificates[0].Subject.CommonName
		}
	}
	raw, err := json.Marshal(seen)
	return string(raw), err
}

func (e *End) err() error {
	st := &spb.Status{Code: int32(e.Code), Message: e.Message}
	for i, detail := range e.Details {
		raw, err := base64.StdEncoding.DecodeString(detail)
		if err != nil {
			return err
		}
		packed := new(anypb.Any)
		if err := proto.Unmarshal(raw, packed); err != nil {
			return fmt.Errorf("detail %d: %w", i, err)
		}
		st.Details = append(st.Details, packed)
	}
	if codes.Code(e.Code) == codes.OK {
		return errEndOK
	}
	return status.FromProto(st).Err()
}

// errEndOK ends a script early with an OK status.
var errEndOK = errors.New("the script ends with OK")
