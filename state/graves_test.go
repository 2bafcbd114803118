package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/grpcops/schema"
	"github.com/grpcline/grpcline/internal/brief"
)

// TestRemembered keeps of an error about as much as is told of a message, whatever it
// holds, and all of one that is small.
func TestRemembered(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	diagnostics := []schema.Diagnostic{{File: "a", Message: "b"}}
	for range 100 {
		diagnostics = append(diagnostics, schema.Diagnostic{File: "a.proto", Message: long[:100]})
	}
	status := grpcops.Canceled(long)
	status.Status.Details = []json.RawMessage{json.RawMessage(`"` + long + `"`)}
	status.Headers, status.Trailers = grpcops.Metadata{long: {"x"}}, grpcops.Metadata{"x": {long}}
	for name, err := range map[string]error{
		"a param":    &grpcops.ParamError{Param: "proto", Path: long, Message: long, Diagnostics: diagnostics},
		"a status":   status,
		"its own":    &Error{Reason: OpenFailed, Message: long, Cause: &Error{Message: long, Cause: status}},
		"an opening": &Progress{Err: status, StreamID: "s1"},
	} {
		kept := remembered(err)
		if size := len(fmt.Sprintf("%+v", kept)); size > 8*brief.Longest || kept == err {
			t.Errorf("%s: %d bytes are remembered", name, size)
		}
		var param *grpcops.ParamError
		if errors.As(kept, &param) && (len(param.Diagnostics) < 2 || param.Diagnostics[0] != diagnostics[0]) {
			t.Errorf("%s: %v", name, param.Diagnostics)
		}
	}
	small := &grpcops.ParamError{Param: "proto", Path: "proto.a", Message: "m", Diagnostics: diagnostics[:3]}
	if kept, ok := remembered(small).(*grpcops.ParamError); !ok || kept.Message != "m" || len(kept.Diagnostics) != 3 {
		t.Errorf("a small one: %+v", kept)
	}
	if err := errors.New("x"); remembered(err) != err || remembered(nil) != nil {
		t.Error("another error is not kept")
	}
}
