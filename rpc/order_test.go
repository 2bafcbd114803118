package rpc

import (
	"fmt"
	"strings"
	"testing"
)

// TestPipelined writes a whole conversation before it reads anything.
func TestPipelined(t *testing.T) {
	var in strings.Builder
	in.WriteString(openDemo + "\n" + chat + "\n")
	const messages = 200
	for i := range messages {
		fmt.Fprintf(&in, `{"id":"send%d","method":"sendMessage","params":{"streamId":"s1","message":{"text":"%d"}}}`+"\n", i, i)
		fmt.Fprintf(&in, `{"id":"get%d","method":"getMessage","params":{"streamId":"s1"}}`+"\n", i)
	}
	in.WriteString(`{"id":"complete","method":"completeSend","params":{"streamId":"s1"}}
{"id":"end","method":"getMessage","params":{"streamId":"s1"}}
{"id":"again","method":"getMessage","params":{"streamId":"s1"}}
{"id":"close","method":"closeStream","params":{"streamId":"s1"}}
{"id":"gone","method":"getMessage","params":{"streamId":"s1"}}
{"id":"closeConnection","method":"closeConnection","params":["c1"]}
{"id":"goneToo","method":"callMethod","params":["c1","grpcline.demo.Demo","SayHello"]}
`)
	all := serveAll(t, in.String(), testOptions())
	for i := range messages {
		sent, got := byID(t, all, fmt.Sprintf(`"send%d"`, i)), byID(t, all, fmt.Sprintf(`"get%d"`, i))
		if want := fmt.Sprintf(`{"streamId":"s1","sent":%d}`, i+1); string(sent.Result) != want {
			t.Fatalf("send %d: %s %+v", i, sent.Result, sent.Error)
		}
		if want := fmt.Sprintf(`You said: %d"`, i); !strings.Contains(string(got.Result), want) {
			t.Fatalf("get %d: %s %+v", i, got.Result, got.Error)
		}
	}
	for _, id := range []string{`"end"`, `"again"`} {
		if a := byID(t, all, id); !strings.Contains(string(a.Result), `"done":true,"status":{"code":0`) {
			t.Errorf("%s: %s %+v", id, a.Result, a.Error)
		}
	}
	for id, code := range map[string]int64{`"close"`: 0, `"gone"`: -32002, `"closeConnection"`: 0, `"goneToo"`: -32002} {
		if a := byID(t, all, id); a.code() != code {
			t.Errorf("%s: %+v", id, a.Error)
		}
	}
}

// TestNothingIsHeldUp answers a call while a stream's wait, a slow call and a
// full lane are under way.
func TestNothingIsHeldUp(t *testing.T) {
	h := startHost(t, testOptions())
	h.send(openDemo, chat,
		`{"id":"slow","method":"callMethod","params":["c1","grpcline.demo.Demo","Sleep",{"time":"60s"},0]}`)
	for i := range 500 {
		h.send(fmt.Sprintf(`{"id":"wait%d","method":"getMessage","params":{"streamId":"s1","timeoutMs":0}}`, i))
	}
	h.send(`{"id":"call","method":"callMethod","params":["c1","grpcline.demo.Demo","SayHello"]}`)
	if a := h.answer(`"call"`); a.Error != nil {
		t.Errorf("%+v", a.Error)
	}
	h.send(`{"id":"send","method":"sendMessage","params":{"streamId":"s1","message":{}}}`)
	if a := h.answer(`"send"`); a.Error != nil {
		t.Errorf("%+v", a.Error)
	}
	if a := h.answer(`"wait0"`); a.Error != nil {
		t.Errorf("%+v", a.Error)
	}
	h.send(`{"id":"cancel","method":"cancelStream","params":{"streamId":"s1"}}`)
	for i := 1; i < 500; i++ {
		if a := h.answer(fmt.Sprintf(`"wait%d"`, i)); a.code() != 1 {
			t.Fatalf("wait %d: %+v", i, a)
		}
	}
}

// TestFollowersOfAFailedOpening learn why it failed, with its numbers used up.
func TestFollowersOfAFailedOpening(t *testing.T) {
	for _, test := range []struct {
		name, open string
		cause      float64
	}{
		{"params", `{"id":"open","method":"openConnection","params":{"adress":"demo:///"}}`, -32602},
		{"address", `{"id":"open","method":"openConnection","params":{"address":"ftp://x"}}`, -32602},
		{"schema", `{"id":"open","method":"openConnection","params":{"address":"demo:///","proto":"syntax = "}}`, -32602},
		{"nobody there", `{"id":"open","method":"openConnection","params":{"address":"unix:///nobody/there"}}`, 14},
		{"a batch", `[{"id":"open","method":"openConnection","params":{"address":5}}]`, -32602},
		{"a notification", `{"method":"openConnection","params":{"address":5}}`, -32602},
	} {
		t.Run(test.name, func(t *testing.T) {
			all := serveAll(t, test.open+`
{"id":"init","method":"initBidiStream","params":["c1","grpcline.demo.Demo","Chat"]}
{"id":"send","method":"sendMessage","params":{"streamId":"s1","message":{}}}
{"id":"call","method":"callMethod","params":["c1","grpcline.demo.Demo","SayHello"]}
{"id":"close","method":"closeConnection","params":["c1"]}
{"id":"is","method":"isConnector","params":["c1"]}
{"id":"open2","method":"openConnection","params":["demo:///"]}
{"id":"init2","method":"initBidiStream","params":["c2","grpcline.demo.Demo","Chat"]}
{"id":"send2","method":"sendMessage","params":{"streamId":"s2","message":{}}}
`, testOptions())
			for _, id := range []string{`"init"`, `"call"`, `"close"`} {
				a := byID(t, all, id)
				cause, _ := a.data(t, "cause").(map[string]any)
				if a.code() != -32001 || a.data(t, "reason") != "openFailed" || cause["code"] != test.cause {
					t.Errorf("%s: %+v %s", id, a.Error, a.Error.Data)
				}
			}
			a := byID(t, all, `"send"`)
			cause, _ := a.data(t, "cause").(map[string]any)
			if a.code() != -32001 || cause["code"] != float64(-32001) {
				t.Errorf("the stream's follower: %+v %s", a.Error, a.Error.Data)
			}
			if a := byID(t, all, `"is"`); string(a.Result) != "false" {
				t.Errorf("isConnector: %s", a.Result)
			}
			for id, want := range map[string]string{`"open2"`: `"c2"`, `"init2"`: `"s2"`, `"send2"`: `"sent":1`} {
				if a := byID(t, all, id); !strings.Contains(string(a.Result), want) {
					t.Errorf("%s: %s %+v", id, a.Result, a.Error)
				}
			}
		})
	}
}

// TestNumbersOfRefusedOpenings uses one number up for each, whatever refused it.
func TestNumbersOfRefusedOpenings(t *testing.T) {
	o := testOptions()
	o.MaxConnections = 1
	all := serveAll(t, openDemo+`
{"id":1,"method":"openConnection","params":["demo:///"]}
{"id":2,"method":"openConnection","params":5}
{"id":3,"method":"openConnection","params":{"address":"demo:///","connectionId":"mine"}}
{"id":4,"method":"closeConnection","params":["c1"]}
{"id":5,"method":"openConnection","params":["demo:///"]}
{"id":6,"method":"initBidiStream","params":["nobody","s","m"]}
{"id":7,"method":"initBidiStream","params":["c4"]}
{"id":8,"method":"initBidiStream","params":["c4","grpcline.demo.Demo","Chat"]}
`, o)
	for id, code := range map[string]int64{"1": -32005, "2": -32602, "3": -32005, "4": 0, "6": -32001, "7": -32602} {
		if a := byID(t, all, id); a.code() != code {
			t.Errorf("id %s: %s %+v", id, a.Result, a.Error)
		}
	}
	for id, want := range map[string]string{"5": `"connectionId":"c4"`, "8": `"streamId":"s3"`} {
		if a := byID(t, all, id); !strings.Contains(string(a.Result), want) {
			t.Errorf("id %s: %s %+v", id, a.Result, a.Error)
		}
	}
}

// TestShutdown answers what is under way, refuses what follows, and ends.
func TestShutdown(t *testing.T) {
	h := startHost(t, testOptions())
	h.send(openDemo, chat,
		`{"id":"wait","method":"getMessage","params":{"streamId":"s1"}}`,
		`{"id":"shutdown","method":"shutdown"}`,
		`{"id":"late","method":"ping"}`,
		`{"id":"lateToo","method":"cancelStream","params":{"streamId":"s1"}}`)
	if a := h.answer(`"shutdown"`); string(a.Result) != "{}" {
		t.Errorf("shutdown: %+v", a.Error)
	}
	for _, id := range []string{`"late"`, `"lateToo"`} {
		if a := h.answer(id); a.code() != -32002 || a.data(t, "reason") != "shuttingDown" {
			t.Errorf("%s: %s %+v", id, a.Result, a.Error)
		}
	}
}

// TestWhatFollowsShutdown in the same write is refused, and not left unanswered.
func TestWhatFollowsShutdown(t *testing.T) {
	const after = 20
	in := `{"id":"shutdown","method":"shutdown"}`
	for i := range after {
		in += fmt.Sprintf("\n"+`{"id":%d,"method":"ping"}`, i)
	}
	for range 20 {
		h := startHost(t, testOptions())
		h.send(in)
		h.answer(`"shutdown"`)
		for i := range after {
			if a := h.answer(fmt.Sprint(i)); a.code() != -32002 {
				t.Fatalf("request %d after shutdown: %s %+v", i, a.Result, a.Error)
			}
		}
	}
}
