package integration_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// TestWaitTimeouts leave a stream usable and lose nothing.
func TestWaitTimeouts(t *testing.T) {
	r := newRig(t)
	s := r.initStream("Bidi", []testserver.Step{{Gate: "g"}, {Send: 3}, {Echo: true}})
	for _, method := range []string{"getMessage", "getMessages", "getHeaders"} {
		err := r.Fail(method, s.params(obj{"timeoutMs": 20}), -32004)
		r.expectReason(err, "waitTimeout")
	}
	waits := []*Pending{
		r.Go("getMessage", s.params(obj{"timeoutMs": 20})), r.Go("getMessage", s.params(obj{"timeoutMs": 20})), r.Go("getMessage", s.params()),
	}
	waits[0].Fail(-32004)
	waits[1].Fail(-32004)
	r.server.Open("g")
	if got := decode[Ending](r.Host, waits[2].Must()); *got.Message != numbered(1) {
		t.Errorf("%+v", got)
	}
	s.expect(2, 3)
	s.send(numbered(9))
	s.expect(9, 9)
	r.Must("completeSend", s.params())
	s.expectEnd()
}

// TestDefaultTimeouts come from the stream, else from the connection.
func TestDefaultTimeouts(t *testing.T) {
	server := testserver.Start(t, testserver.Options{})
	h := Start(t)
	conn := h.Connect(server, obj{"timeoutMs": 50})
	r := &rig{Host: h, server: server, conn: conn}
	r.Fail("callMethod", scripted(conn, "Unary", []testserver.Step{{Gate: "g"}}), 4)
	s := r.initStream("Bidi", []testserver.Step{{Gate: "g"}})
	r.Fail("getMessage", s.params(), -32004)
	patient := r.initStream("Bidi", []testserver.Step{{Gate: "p"}, {Send: 1}}, obj{"timeoutMs": 0})
	wait := r.Go("getMessage", patient.params())
	r.Fail("getMessage", s.params(obj{"timeoutMs": 60}), -32004)
	r.Fail("getMessage", s.params(), -32004)
	if r.Answered(wait) {
		t.Error("a wait without a bound ended")
	}
	r.server.Open("p")
	wait.Must()
	hasty := &rig{Host: h, server: server, conn: h.Connect(server, obj{"timeoutMs": 0})}
	quick := hasty.initStream("Bidi", []testserver.Step{{Gate: "q"}}, obj{"timeoutMs": 20})
	r.Fail("getMessage", quick.params(), -32004)
}

// TestHeldBackMidway sends many at once, of which flow control lets some through: the
// error says how many.
func TestHeldBackMidway(t *testing.T) {
	r := newRig(t)
	s := r.initStream("ClientStream", []testserver.Step{{Gate: "g"}, {Count: true}}, obj{"timeoutMs": 100})
	messages := make([]any, 100)
	for i := range messages {
		messages[i] = obj{"payload": base64Zeros(100_000)}
	}
	err := r.Fail("sendMessages", s.params(obj{"messages": messages}), -32004)
	if err.Data.Sent == nil || *err.Data.Sent == 0 || !strings.Contains(err.Message, fmt.Sprintf("%d of the 100 messages were sent", *err.Data.Sent)) {
		t.Errorf("%v", err)
	}
	err = r.Fail("sendMessage", s.params(obj{"message": obj{}}), -32004)
	if !strings.Contains(err.Message, "the message was not sent") {
		t.Errorf("%v", err)
	}
	r.server.Open("g")
}

// TestSendTimeouts hold back sends; what was answered as sent arrives, and what
// was not does not.
func TestSendTimeouts(t *testing.T) {
	r := newRig(t)
	s := r.initStream("ClientStream", []testserver.Step{{Gate: "g"}, {Count: true}}, obj{"timeoutMs": 100})
	sent := 0
	var failed *RPCError
	for failed == nil {
		if _, failed = r.Call("sendMessage", s.params(obj{"message": obj{"payload": base64Zeros(100_000)}})); failed == nil {
			sent++
		}
		if sent > 1000 {
			t.Fatal("flow control holds nothing back")
		}
	}
	if failed.Code != -32004 || failed.Data.Reason != "waitTimeout" || failed.Data.Sent == nil || *failed.Data.Sent != sent {
		t.Errorf("after %d sends: %v", sent, failed)
	}
	many := r.Fail("sendMessages", s.params(obj{"messages": []any{obj{}, obj{}}}), -32004)
	if many.Data.Sent == nil || *many.Data.Sent != sent {
		t.Errorf("after %d sends: %v", sent, many)
	}
	r.server.Open("g")
	last := r.Go("sendMessage", s.params(obj{"message": obj{}}))
	if got := decode[struct{ Sent int }](r.Host, last.Must()); got.Sent != sent+1 {
		t.Errorf("sent %d, want %d", got.Sent, sent+1)
	}
	r.Must("completeSend", s.params())
	if got := s.get(); got != numbered(sent+1) {
		t.Errorf("the server received %s messages, want %d", got.Number, sent+1)
	}
}

// TestCompleteSendBehindSends that time out: it has no bound of its own, so it is
// done after them.
func TestCompleteSendBehindSends(t *testing.T) {
	r := newRig(t)
	s := r.initStream("ClientStream", []testserver.Step{{Gate: "g"}, {Count: true}}, obj{"timeoutMs": 300})
	sends := s.sendAhead(60, 100_000)
	complete := r.Go("completeSend", s.params())
	sent := 0
	for _, send := range sends {
		if _, err := send.Wait(); err == nil {
			sent++
		}
	}
	if sent == len(sends) {
		t.Fatal("flow control holds nothing back")
	}
	complete.Must()
	r.server.Open("g")
	got := decode[Ending](r.Host, r.Must("getMessage", s.params(obj{"timeoutMs": 0})))
	if *got.Message != numbered(sent) {
		t.Errorf("the server received %s messages, want %d", got.Message.Number, sent)
	}
}

// TestCompleteSendInTheDrain is done after sends that go on when waits without a
// bound have ended.
func TestCompleteSendInTheDrain(t *testing.T) {
	r := newRig(t, "--drain-timeout-ms", "100")
	s := r.initStream("ClientStream", []testserver.Step{{Gate: "g"}, {Count: true}}, obj{"timeoutMs": 60000})
	wait := r.initStream("Bidi", []testserver.Step{{Gate: "h"}}, obj{"timeoutMs": 0})
	sends := s.sendAhead(60, 100_000)
	complete := r.Go("completeSend", s.params())
	last := r.Go("getMessage", s.params())
	unbounded := r.Go("getMessage", wait.params())
	r.CloseInput()
	r.expectReason(unbounded.Fail(-32002), "shuttingDown")
	r.server.Open("g")
	for _, send := range sends {
		send.Must()
	}
	complete.Must()
	if got := decode[Ending](r.Host, last.Must()); *got.Message != numbered(len(sends)) {
		t.Errorf("the server received %s messages", got.Message.Number)
	}
}

// TestTurnTimeout says that others were before, once those are answered: the answers of
// one side keep their order, whichever of the requests may wait longer.
func TestTurnTimeout(t *testing.T) {
	r := newRig(t)
	other := r.initStream("Bidi", []testserver.Step{{Gate: "h"}})
	for _, bound := range []int{0, 60_000} {
		s := r.initStream("Bidi", []testserver.Step{{Gate: "g"}})
		first := r.Go("getMessage", s.params(obj{"timeoutMs": bound}))
		second := r.Go("getHeaders", s.params(obj{"timeoutMs": 1}))
		third := r.Go("getMessage", s.params(obj{"timeoutMs": 2}))
		r.Fail("getMessage", other.params(obj{"timeoutMs": 50}), -32004) // so the time of both is up
		if r.Answered(first) || r.Answered(second) || r.Answered(third) {
			t.Error("a request is answered before the first one")
		}
		first.cancel()
		first.cancelled()
		for _, late := range []*Pending{second, third} {
			if err := late.Fail(-32004); !strings.Contains(err.Message, "earlier requests") {
				t.Errorf("%v", err)
			}
		}
		s.closeStream()
	}
}

// TestCallTimeouts is the RPC's deadline for a unary call.
func TestCallTimeouts(t *testing.T) {
	r := newRig(t)
	if err := r.Fail("callMethod", scripted(r.conn, "Unary", []testserver.Step{{Gate: "g"}}, obj{"timeoutMs": 50}), 4); err.Data.Status.Name != "DEADLINE_EXCEEDED" {
		t.Errorf("%v", err)
	}
	r.server.AwaitCancelled(t, "g")
	r.Must("callMethod", scripted(r.conn, "Unary", nil, obj{"timeoutMs": 0}))
}
