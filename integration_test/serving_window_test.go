package integration_test

import (
	"strings"
	"testing"
)

// took takes the next notifications of a call, which are to be these messages.
func (s *serving) took(call incoming, texts ...string) {
	s.t.Helper()
	for _, text := range texts {
		n := s.Notification()
		if want := `{"streamId":"` + call.StreamID + `","message":{"text":"` + text + `"}}`; n.Method != "streamMessage" || string(n.Params) != want {
			s.t.Errorf("got %s %s, want %s", n.Method, n.Params, want)
		}
	}
}

// tookEnd takes the end of a call's messages, with a status of that code.
func (s *serving) tookEnd(call incoming, code string) {
	s.t.Helper()
	n := s.Notification()
	if want := `{"streamId":"` + call.StreamID + `","status":{"code":` + code + `,`; n.Method != "streamEnd" || !strings.HasPrefix(string(n.Params), want) {
		s.t.Errorf("got %s %s, want streamEnd %s", n.Method, n.Params, want)
	}
}

// ack acknowledges messages of a call.
func (s *serving) ack(call incoming, count int) {
	s.t.Helper()
	s.Must("ackMessages", obj{"streamId": call.StreamID, "count": count})
}

// TestServingPushWindow has no more messages of a call under way than the host has room
// for, and the end without any.
func TestServingPushWindow(t *testing.T) {
	s := newServing(t, obj{"push": obj{"window": 2}})
	for range 2 { // each call has a window of its own
		client := open(t, s.client, "Client").send("a", "b", "c", "d", "e").half()
		call := s.incoming()
		s.took(call, "a", "b")
		s.Fail("ackMessages", obj{"streamId": call.StreamID, "count": 3}, -32602) // there are but two
		s.ack(call, 1)
		s.took(call, "c")
		s.Fail("ackMessages", obj{"streamId": call.StreamID, "count": 3}, -32602)
		s.ack(call, 2)
		s.took(call, "d", "e")
		s.tookEnd(call, "0")
		s.ack(call, 2) // late, and no matter
		s.finish(call, obj{"message": text("abcde")})
		client.expect("abcde")
		s.Fail("ackMessages", obj{"streamId": call.StreamID, "count": 1}, -32002)
	}
	unary := open(t, s.client, "Unary").send("x").half() // its request needs no room
	s.finish(s.incoming(), obj{"message": text("y")})
	unary.expect("y")
}

// TestServingPushWindowGone has the client go away while the window is full: the host
// is told at once, though it has acknowledged nothing, and nothing follows the end.
func TestServingPushWindowGone(t *testing.T) {
	s := newServing(t, obj{"push": obj{"window": 1}})
	client := open(t, s.client, "Bidi").send("a", "b", "c")
	call := s.incoming()
	s.took(call, "a")
	client.cancel()
	s.tookEnd(call, "1")
	s.ack(call, 1)
	s.Fail("finishCall", obj{"streamId": call.StreamID}, 1)

	client = open(t, s.client, "Bidi").send("a", "b", "c") // is answered while the window is full
	call = s.incoming()
	s.took(call, "a")
	s.finish(call)
	client.expect()

	open(t, s.client, "Bidi").send("a", "b", "c")
	call = s.incoming()
	s.took(call, "a")
	s.Must("stopServer", obj{"server": s.server, "graceMs": 0})
	s.tookEnd(call, "14")
	s.ping()
	if n := s.noted(); len(n) > 0 {
		t.Errorf("%d notifications, such as %s %s", len(n), n[0].Method, n[0].Params)
	}
}

// TestServingPushWindowEndOfInput has the end of the input come while the window is
// full.
func TestServingPushWindowEndOfInput(t *testing.T) {
	s := newServing(t, obj{"push": obj{"window": 1}})
	open(t, s.client, "Bidi").send("a", "b", "c")
	call := s.incoming()
	s.took(call, "a")
	s.CloseInput()
	s.tookEnd(call, "14")
	if code := s.Wait(); code != 0 {
		t.Errorf("exit %d: %s", code, s.Stderr())
	}
}

// TestServingPushForms has push in all its forms.
func TestServingPushForms(t *testing.T) {
	h := Start(t)
	for _, wrong := range []any{obj{"window": 0}, obj{"window": -1}, obj{"window": 1.5}, obj{}, obj{"windows": 1}, 1, "true"} {
		err := h.Fail("startServer", obj{"address": "127.0.0.1:0", "proto": servedProto, "push": wrong}, -32602)
		if err.Data.Param != "push" && err.Data.Param != "window" && err.Data.Param != "windows" {
			t.Errorf("%v: %s", wrong, asJSON(err))
		}
	}
	s := h.serve(obj{"push": false})
	unary := open(t, s.client, "Unary").send("x").half()
	s.finish(s.accept(), obj{"message": text("y")})
	unary.expect("y")

	s = h.serve(obj{"push": true})
	open(t, s.client, "Bidi")
	s.Fail("ackMessages", obj{"streamId": s.incoming().StreamID, "count": 1}, -32602)
}

// TestServingCancelledAfterHalfClose has a client cancel when its end was pushed: what
// the host sends next tells it, and so does finishCall.
func TestServingCancelledAfterHalfClose(t *testing.T) {
	s := newServing(t, obj{"push": true})
	client := open(t, s.client, "Bidi").half()
	call := s.incoming()
	s.tookEnd(call, "0")
	client.cancel()
	for {
		_, err := s.Call("sendMessage", obj{"streamId": call.StreamID, "message": text("x")})
		if err == nil {
			continue // the cancellation is on its way
		}
		if err.Code != 1 {
			t.Error(asJSON(err))
		}
		break
	}
	if err := s.Fail("finishCall", obj{"streamId": call.StreamID}, 1); err.Data.Origin != "client" {
		t.Error(asJSON(err))
	}
	s.ping()
	if n := s.noted(); len(n) > 0 {
		t.Errorf("%d notifications, such as %s %s", len(n), n[0].Method, n[0].Params)
	}
}
