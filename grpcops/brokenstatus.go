package grpcops

import (
	"regexp"
	"strconv"
	"strings"

	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
)

// detailsName is where a server puts the whole google.rpc.Status beside grpc-status.
const detailsName = "grpc-status-details-bin"

// mend tells whether a server's status is broken, so that what grpc-go has made of it
// is not what the server has sent, and puts the server's own code and message back
// where grpc-go tells them:
//
//   - details that do not parse, or several of them: grpc-go drops the details;
//   - details of another code: grpc-go makes it INTERNAL, with all of it in the message;
//   - no grpc-status: grpc-go makes it UNKNOWN without a message, which a server may
//     also have sent.
func (s *Status) mend(trailers metadata.MD) (broken bool) {
	if len(trailers) == 0 {
		return false
	}
	if m := otherCode.FindStringSubmatch(s.Message); m != nil && s.Code == uint32(codes.Internal) {
		message, _ := strconv.Unquote(m[2])
		if code, ok := codeCalled(m[1]); ok && code != codes.OK {
			s.Code, s.Name, s.Message = uint32(code), codeName(code), strings.ToValidUTF8(message, "\uFFFD")
		} else {
			s.Message = "the server ended the call with two different statuses, of which one is OK"
		}
		return true
	}
	if details := trailers[detailsName]; len(details) > 0 {
		return len(details) > 1 || proto.Unmarshal([]byte(details[0]), &spb.Status{}) != nil
	}
	return s.Code == uint32(codes.Unknown) && s.Message == ""
}

// otherCode matches what grpc-go says of details with another code.
var otherCode = regexp.MustCompile(`(?s)^grpc-status-details-bin mismatch: grpc-status=(\w+(?:\(\d+\))?), grpc-message=("(?:[^"\\]|\\.)*"), grpc-status-details-bin=`)

// codeCalled is the code that grpc-go calls by that name, such as NotFound or Code(99).
func codeCalled(name string) (codes.Code, bool) {
	for code := range codes.Code(LastCode + 1) {
		if code.String() == name {
			return code, true
		}
	}
	n, err := strconv.ParseUint(strings.TrimSuffix(strings.TrimPrefix(name, "Code("), ")"), 10, 32)
	return codes.Code(n), err == nil
}

// unreadableTrailers tells the message of a status that grpc-go made because a value
// of the server's metadata is no base64 under a name that ends in -bin. It drops all
// trailers then, grpc-status with them.
func unreadableTrailers(s *Status) (name string, ok bool) {
	rest, ok := strings.CutPrefix(s.Message, "transport: malformed ")
	if !ok || s.Code != uint32(codes.Internal) {
		return "", false
	}
	name, _, ok = strings.Cut(rest, ": ")
	return name, ok && strings.HasSuffix(name, "-bin")
}

// ReplyError is a unary call whose response has come, but not how it ended.
type ReplyError struct {
	*StatusError
	Message []byte // the response as JSON
}

// Unwrap gives the status.
func (e *ReplyError) Unwrap() error { return e.StatusError }
