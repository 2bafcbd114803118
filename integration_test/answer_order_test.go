package integration_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// TestAnswersKeepTheOrder of the requests on each side of a stream, whatever the
// requests are: many are in flight, and closeStream stands behind them.
func TestAnswersKeepTheOrder(t *testing.T) {
	const rounds, requests = 300, 10
	var order []string // the ids in the order of the answers
	h := StartWith(t, HostOptions{Args: []string{"--demo"}, OnLine: func(line []byte) {
		var a struct{ ID string }
		if err := json.Unmarshal(line, &a); err != nil {
			t.Errorf("%v: %s", err, line)
		}
		order = append(order, a.ID)
	}})
	var in strings.Builder
	in.WriteString(`{"id":"open","method":"openConnection","params":["demo:///"]}` + "\n")
	for i := range rounds {
		write := func(side string, n int, method, more string) {
			fmt.Fprintf(&in, `{"id":"%s %d %02d","method":%q,"params":{"streamId":"s%d"%s}}`+"\n", side, i, n, method, i+1, more)
		}
		fmt.Fprintf(&in, `{"id":"init %d","method":"initBidiStream","params":["c1","grpcline.demo.Demo","Chat"]}`+"\n", i)
		for n := range requests {
			switch i % 3 {
			case 0: // each message is asked for before it is sent
				write("get", n, "getMessage", "")
				write("send", n, "sendMessage", `,"message":{"text":"x"}`)
			case 1: // some do not fit, and nothing comes in time
				write("send", n, "sendMessage", fmt.Sprintf(`,"message":{%q:""}`, []string{"text", "txt"}[n%2]))
				write("get", n, "getMessages", `,"timeoutMs":1`)
			case 2: // the stream ends at once
				write("send", n, "completeSend", "")
				write("get", n, "getMessage", "")
			}
		}
		write("get", requests, "closeStream", "")
	}
	h.Send(in.String())
	if code := h.Exit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if want := 1 + rounds*(2*requests+2); len(order) != want {
		t.Errorf("%d answers, want %d", len(order), want)
	}
	last := map[string]string{} // by side and stream
	closed := map[string]bool{} // by stream
	for _, id := range order {
		kind, rest, _ := strings.Cut(id, " ")
		if kind != "get" && kind != "send" {
			continue // those of different streams have no order
		}
		round, _, _ := strings.Cut(rest, " ")
		side := kind + round
		if id < last[side] {
			t.Errorf("%s is answered after %s", id, last[side])
		}
		last[side] = id
		if closed[round] {
			t.Errorf("%s is answered after closeStream", id)
		}
		closed[round] = closed[round] || kind == "get" && strings.HasSuffix(id, fmt.Sprint(" ", requests))
	}
}
