package grpcops

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	statuspb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/grpcline/grpcline/grpcops/transcode"
)

// TestCodeNames are those of google.rpc.Code.
func TestCodeNames(t *testing.T) {
	for number, name := range code.Code_name {
		if got := CodeName(uint32(number)); got != name {
			t.Errorf("%d: got %s, want %s", number, got, name)
		}
	}
	if len(code.Code_name) != int(LastCode)+1 {
		t.Errorf("the last of %d codes is said to be %d", len(code.Code_name), LastCode)
	}
	for number, want := range map[uint32]string{17: "CODE_17", 99: "CODE_99", 1<<32 - 1: "CODE_4294967295"} {
		if got := CodeName(number); got != want {
			t.Errorf("%d: got %s, want %s", number, got, want)
		}
	}
}

func TestStatusOf(t *testing.T) {
	info, err := anypb.New(&errdetails.ErrorInfo{Reason: "R", Metadata: map[string]string{"k": "<ы>"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		err  error
		want string
	}{
		{"none", nil, `{"code":0,"name":"OK","message":"","details":[]}`},
		{"a status", status.Error(codes.NotFound, `no "a"`), `{"code":5,"name":"NOT_FOUND","message":"no \"a\"","details":[]}`},
		{"an unknown code", status.Error(99, ""), `{"code":99,"name":"CODE_99","message":"","details":[]}`},
		{"broken text", status.Error(codes.Aborted, "a\xFFb"), `{"code":10,"name":"ABORTED","message":"a` + "\uFFFD" + `b","details":[]}`},
		{"an error of another kind", errors.New("x"), `{"code":2,"name":"UNKNOWN","message":"x","details":[]}`},
		{"a known detail", detailed(info), `{"code":3,"name":"INVALID_ARGUMENT","message":"m","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"R","metadata":{"k":"<ы>"}}]}`},
		{"an unknown detail", detailed(&anypb.Any{TypeUrl: "type.googleapis.com/a.B", Value: []byte{1, 2}}), `{"code":3,"name":"INVALID_ARGUMENT","message":"m","details":[{"@type":"type.googleapis.com/a.B","value":"AQI="}]}`},
		{"a broken detail", detailed(&anypb.Any{TypeUrl: info.TypeUrl, Value: []byte{0xFF}}), `{"code":3,"name":"INVALID_ARGUMENT","message":"m","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","value":"/w=="}]}`},
		{"a detail without a type", detailed(&anypb.Any{Value: []byte{1}}), `{"code":3,"name":"INVALID_ARGUMENT","message":"m","details":[{"@type":"","value":"AQ=="}]}`},
	} {
		st := statusOf(test.err, transcode.NewCodec(nil), transcode.Options{})
		got, err := json.Marshal(st)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if compacted(t, got) != compacted(t, []byte(test.want)) {
			t.Errorf("%s:\ngot  %s\nwant %s", test.name, got, test.want)
		}
	}
}

func detailed(detail *anypb.Any) error {
	return status.FromProto(&statuspb.Status{Code: 3, Message: "m", Details: []*anypb.Any{detail}}).Err()
}

// compacted is JSON in one form: members sorted.
func compacted(t *testing.T, text []byte) string {
	t.Helper()
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return fmt.Sprintf("%q", v)
}

func TestStatusErrorSays(t *testing.T) {
	for _, test := range []struct {
		end  End
		want string
	}{
		{End{Status: Status{Code: 5, Name: "NOT_FOUND", Message: "no"}, Origin: OriginServer}, "NOT_FOUND: no"},
		{End{Status: Status{Code: 5, Name: "NOT_FOUND"}, Origin: OriginServer}, "NOT_FOUND: server gave no message"},
	} {
		if got := (&StatusError{test.end}).Error(); !strings.HasPrefix(got, test.end.Status.Name+": ") || test.end.Status.Message != "" && got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}
