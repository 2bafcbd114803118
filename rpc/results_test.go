package rpc

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/state"
)

// TestAppendJSON compares what results write of themselves with what
// encoding/json makes of the same value.
func TestAppendJSON(t *testing.T) {
	message := json.RawMessage(`{"text":"\u044b <&> \"x\"","n":"1"}`)
	headers := grpcops.Metadata{"a": {"1", "2"}, "b-bin": {"\x00\xFF"}}
	trailers := grpcops.Metadata{"t": {"<&>"}}
	ok := grpcops.OK()
	end := &grpcops.End{Status: ok, Headers: headers, Trailers: trailers}
	for _, result := range []appender{
		callResult{message, headers, trailers, ok},
		callResult{json.RawMessage(`null`), grpcops.Metadata{}, grpcops.Metadata{}, ok},
		messageResult{StreamID: "s1", Message: message},
		messageResult{StreamID: "s1", Done: true, ended: endedBy(end)},
		messagesResult{"s\"1\\\u2028<ы", false, []json.RawMessage{message, message}, nil},
		messagesResult{"s1", false, []json.RawMessage{message}, nil},
		messagesResult{"s1", true, []json.RawMessage{}, endedBy(end)},
		messagesResult{"s1", true, []json.RawMessage{message}, endedBy(end)},
		sendResult{"s1", 0},
		sendResult{"s1", 1 << 40},
		streamResult{StreamID: "s1"},
		processResult{Messages: []json.RawMessage{}, Headers: headers},
		processResult{Messages: []json.RawMessage{message}, Headers: grpcops.Metadata{}},
		processResult{[]json.RawMessage{message}, true, &ok, headers, trailers},
		bidiResult{processResult{[]json.RawMessage{message, message}, true, &ok, headers, trailers}, 3},
		bidiResult{processResult{Messages: []json.RawMessage{}, Headers: headers}, 0},
		clientStreamResult{message, 7, ok, headers, trailers},
	} {
		own := result.appendJSON([]byte("before"))
		if string(own[:6]) != "before" {
			t.Errorf("%T does not append: %s", result, own)
		}
		want, err := json.Marshal(result)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(decoded(t, own[6:]), decoded(t, want)) {
			t.Errorf("%T:\nwrites        %s\nencoding/json %s", result, own[6:], want)
		}
	}
}

func decoded(t *testing.T, text []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

// TestEndAlwaysHasMetadata keeps headers and trailers also where they are empty,
// and messages where there are none.
func TestEndAlwaysHasMetadata(t *testing.T) {
	ok := grpcops.OK()
	end := &grpcops.End{Status: ok}
	const tail = `"status":{"code":0,"name":"OK","message":"","details":[]},"headers":{},"trailers":{}`
	for _, test := range []struct {
		result appender
		want   string
	}{
		{messageResult{StreamID: "s1", Done: true, ended: endedBy(end)}, `{"streamId":"s1","done":true,` + tail + `}`},
		{messagesResult{"s1", true, nil, endedBy(end)}, `{"streamId":"s1","done":true,"messages":[],` + tail + `}`},
		{processResultOf(state.Processed{Messages: []json.RawMessage{}, End: end}), `{"messages":[],"done":true,` + tail + `}`},
		{processResultOf(state.Processed{Messages: []json.RawMessage{}}), `{"messages":[],"done":false,"headers":{}}`},
	} {
		if got := string(test.result.appendJSON(nil)); got != test.want {
			t.Errorf("%T:\ngot  %s\nwant %s", test.result, got, test.want)
		}
	}
}
