package rpc

import (
	"strings"
	"testing"
)

func cancelling(id string) string {
	return `{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":` + id + `}}`
}

// TestCancelledWaitTakesNothing leaves the message to the next request.
func TestCancelledWaitTakesNothing(t *testing.T) {
	h := startHost(t, testOptions())
	h.send(openDemo, chat,
		`{"id":"first","method":"getMessage","params":{"streamId":"s1","timeoutMs":0}}`,
		`{"id":"second","method":"getMessage","params":{"streamId":"s1"}}`,
		cancelling(`"first"`),
		`{"id":"send","method":"sendMessage","params":{"streamId":"s1","message":{"text":"x"}}}`)
	if a := h.answer(`"first"`); a.code() != -32800 || a.data(t, "reason") != "cancelled" || a.data(t, "streamId") != "s1" {
		t.Errorf("the cancelled wait: %s %+v", a.Result, a.Error)
	}
	if a := h.answer(`"second"`); !strings.Contains(string(a.Result), "You said: x") {
		t.Errorf("the next wait: %s %+v", a.Result, a.Error)
	}
}

// TestCancelWhatWaitsInALane ends a request that has not had its turn, and those
// after it have theirs.
func TestCancelWhatWaitsInALane(t *testing.T) {
	h := startHost(t, testOptions())
	h.send(openDemo, chat,
		`{"id":"first","method":"getMessage","params":{"streamId":"s1"}}`,
		`{"id":"second","method":"getMessage","params":{"streamId":"s1"}}`,
		`{"id":"third","method":"getMessage","params":{"streamId":"s1"}}`,
		cancelling(`"second"`))
	if a := h.answer(`"second"`); a.code() != -32800 {
		t.Errorf("the cancelled one: %+v", a)
	}
	h.send(`{"id":"send","method":"sendMessages","params":{"streamId":"s1","messages":[{"text":"a"},{"text":"b"}]}}`)
	for id, want := range map[string]string{`"first"`: "You said: a", `"third"`: "You said: b"} {
		if a := h.answer(id); !strings.Contains(string(a.Result), want) {
			t.Errorf("%s: %s %+v", id, a.Result, a.Error)
		}
	}
}

// TestCancelACall ends it at once; its id is free again.
func TestCancelACall(t *testing.T) {
	h := startHost(t, testOptions())
	h.send(openDemo,
		`{"id":7,"method":"callMethod","params":["c1","grpcline.demo.Demo","Sleep",{"time":"60s"},0]}`,
		`{"id":8,"method":"processServerStream","params":{"connection":"c1","method":"grpcline.demo.Demo/Countdown","request":{"limit":3,"pause":"60s"},"timeoutMs":0}}`)
	h.answer(`"open"`)
	h.send(cancelling("7"), cancelling("8"), cancelling("7"), cancelling("9"))
	if a := h.answer("7"); a.code() != -32800 {
		t.Errorf("the call: %s %+v", a.Result, a.Error)
	}
	if a := h.answer("8"); a.code() != -32800 || a.data(t, "messages") == nil {
		t.Errorf("the process… call: %s %+v", a.Result, a.Error)
	}
	h.send(`{"id":7,"method":"ping"}`)
	if a := h.answer("7"); a.Error != nil {
		t.Errorf("the id again: %+v", a.Error)
	}
}

// TestCancelABatchMember ends that one alone.
func TestCancelABatchMember(t *testing.T) {
	h := startHost(t, testOptions())
	h.send(openDemo, chat)
	h.answer(`"chat"`)
	h.send(`[`+ping1+`,{"id":"wait","method":"getMessage","params":{"streamId":"s1","timeoutMs":0}}]`, cancelling(`"wait"`))
	if !h.lines.Scan() {
		t.Fatal("the output ended")
	}
	all := answersIn(t, append(h.lines.Bytes(), '\n'))
	if byID(t, all, "1").Error != nil || byID(t, all, `"wait"`).code() != -32800 {
		t.Errorf("got %s", h.lines.Bytes())
	}
}

// TestCancelAnOpening fails it, and those that follow it.
func TestCancelAnOpening(t *testing.T) {
	h := startHost(t, testOptions())
	// TEST-NET-1 (RFC 5737) answers nobody; where there is no route the opening
	// fails by itself, and its followers as well.
	h.send(`{"id":"open","method":"openConnection","params":{"address":"192.0.2.1:1","connectTimeoutMs":0,"waitForReady":true}}`,
		chat, `{"id":"send","method":"sendMessage","params":{"streamId":"s1","message":{}}}`,
		`{"id":"close","method":"closeConnection","params":["c1"]}`,
		cancelling(`"open"`))
	if a := h.answer(`"open"`); a.code() != -32800 {
		t.Errorf("the opening: %s %+v", a.Result, a.Error)
	}
	for _, id := range []string{`"chat"`, `"send"`, `"close"`} {
		a := h.answer(id)
		if a.code() != -32001 || a.data(t, "reason") != "openFailed" {
			t.Errorf("%s: %s %+v", id, a.Result, a.Error)
		}
	}
	h.send(`{"id":"later","method":"callMethod","params":["c1","a.B","C"]}`)
	a := h.answer(`"later"`)
	if cause, _ := a.data(t, "cause").(map[string]any); a.code() != -32001 || cause["code"] != -32800.0 {
		t.Errorf("a later request: %s %+v", a.Result, a.Error)
	}
}

// TestCancelStreamDuringItsOpening makes the opening's answer status 1.
func TestCancelStreamDuringItsOpening(t *testing.T) {
	h := startHost(t, testOptions())
	h.send(`{"id":"open","method":"openConnection","params":{"address":"192.0.2.1:1","connectTimeoutMs":0,"waitForReady":true}}`,
		chat, `{"id":"send","method":"sendMessage","params":{"streamId":"s1","message":{}}}`,
		`{"id":"cancel","method":"cancelStream","params":{"streamId":"s1"}}`)
	if a := h.answer(`"cancel"`); a.Error != nil {
		t.Errorf("cancelStream: %+v", a.Error)
	}
	if a := h.answer(`"chat"`); a.code() != 1 {
		t.Errorf("the opening: %s %+v", a.Result, a.Error)
	}
	a := h.answer(`"send"`)
	if cause, _ := a.data(t, "cause").(map[string]any); a.code() != -32001 || cause["code"] != 1.0 {
		t.Errorf("the follower: %s %+v", a.Result, a.Error)
	}
}

// TestPushComesAfterTheAnswer of the request that opens the stream.
func TestPushComesAfterTheAnswer(t *testing.T) {
	h := startHost(t, testOptions())
	h.send(openDemo)
	h.answer(`"open"`)
	h.send(`{"id":"init","method":"initServerStream","params":{"connection":"c1","method":"grpcline.demo.Demo/Countdown","request":{"limit":2},"push":{"window":2}}}`)
	if a := h.next(); string(a.ID) != `"init"` || string(a.Result) != `{"streamId":"s1"}` {
		t.Fatalf("first comes %+v", a)
	}
	for _, want := range []string{`{"streamId":"s1","message":{"value":"2"}}`, `{"streamId":"s1","message":{"value":"1"}}`} {
		if a := h.next(); a.Method != "streamMessage" || string(a.Params) != want {
			t.Errorf("got %s %s, want %s", a.Method, a.Params, want)
		}
	}
	h.send(`{"id":"get","method":"getMessage","params":{"streamId":"s1"}}`)
	if a := h.answer(`"get"`); a.code() != -32006 || a.data(t, "reason") != "pushing" {
		t.Errorf("getMessage: %+v", a.Error)
	}
	h.send(`{"id":"ack","method":"ackMessages","params":["s1",2]}`)
	h.answer(`"ack"`)
	var rest []answered
	rest = append(rest, h.seen...)
	for len(rest) < 2 {
		rest = append(rest, *h.next())
	}
	if string(rest[0].Params) != `{"streamId":"s1","message":{}}` && string(rest[0].Params) != `{"streamId":"s1","message":{"value":"0"}}` {
		t.Errorf("got %s", rest[0].Params)
	}
	if a := rest[1]; a.Method != "streamEnd" || !strings.HasPrefix(string(a.Params), `{"streamId":"s1","status":{"code":0,`) {
		t.Errorf("the end: %s %s", a.Method, a.Params)
	}
}
