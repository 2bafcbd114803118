package integration_test

import (
	"strings"
	"testing"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// TestTooLong skips a message over the limit and serves the next one.
func TestTooLong(t *testing.T) {
	long := strings.Repeat("x", 5000)
	cases := map[string]struct {
		input string
		more  []bad // after the answer to the message itself
	}{
		"one line":      {`{"id":1,"method":"` + long + `"}` + "\n", nil},
		"junk":          {long + "\n", nil},
		"blanks before": {"\n\n" + `{"id":1,"method":"` + long + `"}` + "\n", nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			h := Start(t, "--max-message-bytes", "1000")
			h.Send(c.input + `{"id":"good","method":"ping"}` + "\n")
			h.expectBad(notRequest("null"))
			for _, more := range c.more {
				h.expectBad(more)
			}
			h.Answer(`"good"`)
		})
	}
}

// TestTooLongOverLines skips a value of many short lines; the rest of it is a
// run of its own, and the next request is served.
func TestTooLongOverLines(t *testing.T) {
	h := Start(t, "--max-message-bytes", "1000")
	h.Send(`{"id":1,"method":"ping","params":[` + "\n" + strings.Repeat("  1,\n", 1000) + "  1]}\n" +
		`{"id":"good","method":"ping"}` + "\n")
	h.expectBad(notRequest("null"))
	h.Answer(`"good"`)
	h.CloseInput()
	h.Wait()
	for range len(h.box("null").rest()) {
		if err := h.Answer("null").Error; err == nil || err.Code != -32700 && err.Code != -32600 {
			t.Errorf("the rest of the value got %v", err)
		}
	}
}

// TestJustShortEnough takes a message of exactly the limit.
func TestJustShortEnough(t *testing.T) {
	h := Start(t, "--max-message-bytes", "1000")
	message := `{"id":"good","method":"ping"`
	h.Send(message + strings.Repeat(" ", 999-len(message)) + "}\n")
	h.Answer(`"good"`)
}

// TestTooLongAtEnd ends the input inside a message over the limit.
func TestTooLongAtEnd(t *testing.T) {
	h := Start(t, "--max-message-bytes", "1000")
	h.Send(`{"id":"good","method":"ping"}` + "\n" + `{"id":1,"method":"` + strings.Repeat("x", 100_000))
	h.CloseInput()
	h.Answer(`"good"`)
	h.expectBad(notRequest("null"))
	if code := h.Exit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// TestInflightLimit holds back more bytes than the worker may hold: it reads no
// more until some requests have timed out, refuses none and then goes on.
func TestInflightLimit(t *testing.T) {
	r := newRig(t, "--max-inflight-bytes", "200000")
	s := r.initStream("Bidi", []testserver.Step{{Gate: "g"}}, obj{"timeoutMs": 20})
	message := obj{"text": strings.Repeat("x", 60_000)}
	var pending []*Pending
	for range 40 {
		pending = append(pending, r.Go("sendMessage", s.params(obj{"message": message})))
	}
	r.ping()
	held := 0
	for i, p := range pending {
		switch _, err := p.Wait(); {
		case err == nil:
		case err.Code == -32004 && err.Data.Reason == "waitTimeout":
			held++
		default:
			r.fatalf("send %d: %v", i, err)
		}
	}
	if held == 0 {
		t.Error("flow control held nothing back")
	}
	s.closeStream()
}
