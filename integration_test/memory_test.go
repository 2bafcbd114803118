package integration_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// ownMemory is what a worker takes before anybody asks for anything, and what Go's
// collector lets it take beside, in bytes.
const ownMemory = 48 << 20

// expectPeak fails if the worker has taken more than it may by the formula of
// protocol.md: held is what all that is bounded may hold. Go's collector lets a heap
// grow to twice that.
func (h *Host) expectPeak(held int) {
	h.t.Helper()
	peak := peakMemory(h.t, h.PID())
	h.t.Logf("the worker has taken %d MiB; it may hold %d MiB", peak>>20, held>>20)
	if most := int64(2*held + ownMemory); !raceEnabled && peak > most {
		h.t.Errorf("the worker has taken %d MiB; it may take %d", peak>>20, most>>20)
	}
}

// TestHostWritesAllFirst and reads nothing before all is written: as answers are
// smaller than their requests, there is always room for more.
func TestHostWritesAllFirst(t *testing.T) {
	const requests = 4000
	reading := make(chan struct{})
	answers := 0
	h := StartWith(t, HostOptions{Args: []string{"--demo", "--max-inflight-bytes", "4000000"}, OnLine: func([]byte) {
		<-reading
		answers++
	}})
	h.Send(`{"id":"open","method":"openConnection","params":["demo:///"]}` + "\n")
	line := fmt.Sprintf(`"method":"callMethod","params":["c1","grpcline.demo.Demo","Sleep",{"time":"0.01s"}],"more":%q}`+"\n", strings.Repeat("x", 8<<10))
	for i := range requests {
		h.Send(fmt.Sprintf(`{"id":%d,`, i) + line)
	}
	close(reading)
	if code := h.Exit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if answers != requests+1 {
		t.Errorf("%d answers", answers)
	}
}

// TestRepliesThatNobodyReads are held back by their servers when they are half of
// what may be held, and come when the host reads.
func TestRepliesThatNobodyReads(t *testing.T) {
	const bound, window = 16 << 20, 128 << 10
	replies := quickly(300)
	for _, test := range []struct{ name, method, key string }{
		{"of calls", "callMethod", "Unary"},
		{"of process… calls", "processServerStream", "ServerStream"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := testserver.Start(t, testserver.Options{})
			reading := make(chan struct{})
			opened := make(chan struct{})
			answers, failed := 0, 0
			h := StartWith(t, HostOptions{Args: []string{"--max-inflight-bytes", fmt.Sprint(bound)}, OnLine: func(line []byte) {
				select {
				case <-opened:
					<-reading
				default:
					close(opened)
				}
				if answers++; strings.Contains(string(line[:200]), `"error"`) {
					failed++
					t.Logf("%.300s", line)
				}
			}})
			send := func(id, method string, params obj) {
				text, err := json.Marshal(obj{"id": id, "method": method, "params": params})
				if err != nil {
					t.Fatal(err)
				}
				h.Send(string(text) + "\n")
			}
			send("open", "openConnection", obj{"address": server.Addr, "proto": testserver.Texts(t), "timeoutMs": 0})
			<-opened
			steps := []testserver.Step{{Receive: 1}, {Gate: "all"}, {Large: 1 << 20}}
			for i := range replies {
				send(fmt.Sprint(i), test.method, scripted("c1", test.key, steps, obj{"request": obj{}}))
			}
			server.AwaitReached(t, "all")
			server.Open("all")
			settled(t, h)
			h.expectPeak(bound*3/2 + 2<<20 + replies*window)
			close(reading)
			if code := h.Exit(); code != 0 {
				t.Errorf("exit code %d", code)
			}
			if answers != replies+1 || failed != 0 {
				t.Errorf("%d answers, %d of them errors", answers, failed)
			}
		})
	}
}

// settled waits until the worker takes no more memory.
func settled(t *testing.T, h *Host) {
	t.Helper()
	for last, same := int64(0), 0; same < 10; {
		now := peakMemory(t, h.PID())
		if same++; now != last {
			last, same = now, 0
		}
		<-time.After(20 * time.Millisecond)
	}
}

// TestGatheredMessages count with what they cost beside their text.
func TestGatheredMessages(t *testing.T) {
	const bound = 16 << 20
	r := newRig(t, "--max-inflight-bytes", fmt.Sprint(bound))
	steps := []testserver.Step{{Empty: 100_000_000}}
	err := r.Fail("processServerStream", scripted(r.conn, "ServerStream", steps, obj{"request": obj{}, "timeoutMs": 0}), 8)
	if n := len(err.Data.Messages); n < bound/200 {
		t.Errorf("%d messages were gathered", n)
	}
	r.expectPeak(bound * 3 / 2)
}

// TestFailedOpenings are remembered briefly, whatever made them fail.
func TestFailedOpenings(t *testing.T) {
	openings := quickly(300)
	long := strings.Repeat("x", 1<<20)
	for _, test := range []struct {
		name   string
		params obj
	}{
		{"an unknown name", obj{"address": "a:1", long: 1}},
		{"a chosen id", obj{"address": "a:1", "connectionId": long}},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := Start(t)
			for range openings {
				if err := h.Fail("openConnection", test.params, -32602); len(err.Message) > 3000 {
					t.Fatalf("a message of %d bytes", len(err.Message))
				}
			}
			h.expectPeak(40 << 20)
		})
	}
}

// TestLongIDs are refused with the number of bytes that they may have, and as names of
// what is not there they are cut.
func TestLongIDs(t *testing.T) {
	r := newRig(t)
	long := strings.Repeat("x", 257)
	for method, params := range map[string]obj{
		"openConnection": {"address": "a:1", "lazy": true, "connectionId": long},
		"initBidiStream": scripted(r.conn, "Bidi", nil, obj{"streamId": long}),
	} {
		err := r.Fail(method, params, -32602)
		if !strings.Contains(err.Message, "256 bytes") || err.Data.Param == "" {
			t.Errorf("%s: %v", method, err)
		}
	}
	r.Must("initBidiStream", scripted(r.conn, "Bidi", nil, obj{"streamId": long[1:]}))
	long = strings.Repeat("x", 1<<20)
	for method, params := range map[string]obj{
		"getMessage":      {"streamId": long},
		"closeConnection": {"connection": long},
		long:              {},
	} {
		if _, err := r.Call(method, params); err == nil || len(err.Message) > 400 {
			t.Errorf("%.40s: %.500v", method, err)
		}
	}
}
