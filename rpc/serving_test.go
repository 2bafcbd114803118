package rpc

import (
	"encoding/json"
	"fmt"
	"testing"
)

// TestServe serves a call that the worker itself makes.
func TestServe(t *testing.T) {
	h := startHost(t, testOptions())
	h.send(`{"id":"start","method":"startServer","params":["127.0.0.1:0","syntax=\"proto3\"; package t; message M { string s = 1; } service S { rpc U(M) returns (M); }"]}`)
	var started startedResult
	if err := json.Unmarshal(h.answer(`"start"`).Result, &started); err != nil || started.ServerID != "v1" || len(started.Services) != 1 {
		t.Fatal(started, err)
	}
	h.send(`{"id":"accept","method":"acceptCall","params":["v1"]}`)
	h.send(`{"id":"headers","method":"sendHeaders","params":["s1",{"early":"yes"}]}`)
	h.send(`{"id":"finish","method":"finishCall","params":["s1",{"s":"pong"},null,{"late":"yes"}]}`)
	h.send(fmt.Sprintf(`{"id":"call","method":"callMethod","params":[{"address":%q},"t.S","U",{"s":"ping"}]}`, started.Address))
	var accepted struct {
		StreamID, Service, Method, Kind string
		Message                         json.RawMessage
		DeadlineMs                      *int64
		Peer                            struct{ Address string }
	}
	if err := json.Unmarshal(h.answer(`"accept"`).Result, &accepted); err != nil || accepted.StreamID != "s1" ||
		accepted.Service != "t.S" || accepted.Method != "U" || accepted.Kind != "unary" ||
		string(accepted.Message) != `{"s":"ping"}` || accepted.DeadlineMs == nil || accepted.Peer.Address == "" {
		t.Errorf("%+v, %v", accepted, err)
	}
	for _, id := range []string{`"headers"`, `"finish"`} {
		if got := string(h.answer(id).Result); got != `{"streamId":"s1"}` {
			t.Errorf("%s: %s", id, got)
		}
	}
	var reply struct {
		Message           json.RawMessage
		Headers, Trailers map[string][]string
	}
	if err := json.Unmarshal(h.answer(`"call"`).Result, &reply); err != nil || string(reply.Message) != `{"s":"pong"}` ||
		reply.Headers["early"] == nil || reply.Trailers["late"] == nil {
		t.Errorf("%+v, %v", reply, err)
	}
	h.send(`{"id":"stop","method":"stopServer","params":["v1"]}`)
	if got := string(h.answer(`"stop"`).Result); got != `{"serverId":"v1","callsEnded":0}` {
		t.Error(got)
	}
	h.send(`{"id":"bye","method":"shutdown"}`)
	h.answer(`"bye"`)
	if err := <-h.served; err != nil {
		t.Error(err)
	}
}
