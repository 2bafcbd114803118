package grpcops

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/grpcline/grpcline/grpcops/transcode"
	"github.com/grpcline/grpcline/internal/jsonscan"
	"github.com/grpcline/grpcline/internal/nearest"
	"github.com/grpcline/grpcline/internal/strictjson"
)

// GivenStatus is a status that a host ends a call with (google.rpc.Status).
type GivenStatus struct {
	Code    StatusCode        `json:"code" doc:"a number, or a name such as NOT_FOUND"`
	Message string            `json:"message,omitempty" doc:"for the client"`
	Details []json.RawMessage `json:"details,omitempty" doc:"ProtoJSON with @type"`
}

// StatusCode is a gRPC status code; as JSON it is a number, a canonical name
// (google.rpc.Code), or CODE_ and its number if it has none.
type StatusCode uint32

// UnmarshalJSON reads a whole number, or a name.
func (c *StatusCode) UnmarshalJSON(data []byte) error {
	if data[0] == '"' {
		var name string
		if err := strictjson.DecodeValue(data, &name); err != nil {
			return err
		}
		if digits, ok := strings.CutPrefix(name, "CODE_"); ok {
			code, err := strconv.ParseUint(digits, 10, 32)
			if err == nil && codeName(codes.Code(code)) == name {
				*c = StatusCode(code)
				return nil
			}
		}
		names := make([]string, codes.Unauthenticated+1)
		for code := range names {
			if names[code] = codeName(codes.Code(code)); names[code] == name {
				*c = StatusCode(code)
				return nil
			}
		}
		return &strictjson.Error{Message: fmt.Sprintf("%q is no name of a status code%s", name, nearest.Hint(name, names))}
	}
	number, err := strconv.ParseFloat(string(data), 64)
	if err != nil || number < 0 || number > math.MaxUint32 || number != math.Trunc(number) {
		return &strictjson.Error{Message: "must be a status code: a whole number from 0 on, or a name such as NOT_FOUND"}
	}
	*c = StatusCode(number)
	return nil
}

// MarshalJSON writes the number.
func (c StatusCode) MarshalJSON() ([]byte, error) { return strconv.AppendUint(nil, uint64(c), 10), nil }

// IsOK tells whether the status is OK, as an absent one is.
func (s *GivenStatus) IsOK() bool { return s == nil || s.Code == 0 }

// status makes what grpc-go sends. Its error is a *ParamError.
func (s *GivenStatus) status(codec *transcode.Codec, options transcode.Options) (*status.Status, error) {
	if s.IsOK() {
		if s != nil && (s.Message != "" || len(s.Details) > 0) {
			return nil, paramErrorf("status", "status: OK has no message and no details")
		}
		return status.New(codes.OK, ""), nil
	}
	p := status.New(codes.Code(s.Code), s.Message).Proto()
	plan := codec.Message((*anypb.Any)(nil).ProtoReflect().Descriptor())
	for i, detail := range s.Details {
		path := fmt.Sprintf("status.details[%d]", i)
		if start := jsonscan.Space(detail, 0); detail[start] != '{' {
			return nil, paramErrorf(path, `%s must be an object with "@type"`, path)
		}
		wire, err := plan.AppendWire(nil, detail, options)
		if err != nil {
			return nil, messageError(path, err)
		}
		packed := &anypb.Any{}
		if err := proto.Unmarshal(wire, packed); err != nil {
			return nil, paramErrorf(path, "%s: %v", path, err)
		}
		p.Details = append(p.Details, packed)
	}
	return status.FromProto(p), nil
}
