package integration_test

import (
	"testing"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// TestSidesDoNotWait has a waiting getMessage and sends on the same stream.
func TestSidesDoNotWait(t *testing.T) {
	r := newRig(t)
	s := r.initStream("Bidi", nil)
	wait := r.Go("getMessage", s.params())
	s.send(numbered(1))
	if got := decode[Ending](r.Host, wait.Must()); *got.Message != numbered(1) {
		t.Errorf("message %+v", got.Message)
	}
}

// TestSendHeldBackDoesNotDelay fills one stream's window: other streams and
// calls, and the stream's receiving side, go on.
func TestSendHeldBackDoesNotDelay(t *testing.T) {
	r := newRig(t)
	stuck := r.initStream("Bidi", []testserver.Step{{Send: 1}, {Gate: "g"}, {Echo: true}}, obj{"timeoutMs": 0})
	sends := stuck.sendAhead(20, 60_000)
	stuck.expect(1, 1)
	other := r.initStream("Bidi", nil)
	other.send(numbered(7))
	other.expect(7, 7)
	r.Must("callMethod", scripted(r.conn, "Unary", nil, obj{"request": obj{}}))
	if r.Answered(sends[len(sends)-1]) {
		t.Fatal("flow control held nothing back")
	}
	r.server.Open("g")
	for i, p := range sends {
		sent := decode[struct{ Sent int }](r.Host, p.Must())
		if sent.Sent != i+1 {
			t.Errorf("send %d answers sent %d", i+1, sent.Sent)
		}
	}
	for range sends {
		stuck.get()
	}
}

// TestReadAheadIsBounded has a server that sends more than the worker may hold
// and a host that does not read; then everything arrives in order.
func TestReadAheadIsBounded(t *testing.T) {
	r := newRig(t)
	const messages = 20
	steps := []testserver.Step{{Receive: 1}}
	for range messages {
		steps = append(steps, testserver.Step{Large: 1 << 20})
	}
	steps = append(steps, testserver.Step{Gate: "all sent"})
	s := r.initStream("ServerStream", steps, obj{"request": obj{}})
	if got := s.get(); got.Number != "1" {
		t.Errorf("message %+v", got.Number)
	}
	r.Must("callMethod", scripted(r.conn, "Unary", nil, obj{"request": obj{}}))
	for n := 2; n <= messages; n++ {
		if got := s.get(); got.Number != numbered(n).Number {
			r.fatalf("message %s, want %d", got.Number, n)
		}
	}
	r.server.AwaitReached(t, "all sent")
	r.server.Open("all sent")
	s.expectEnd()
}

// TestWaitsInOrder queues waits on one stream: they get messages in order.
func TestWaitsInOrder(t *testing.T) {
	r := newRig(t)
	s := r.initStream("Bidi", nil)
	var waits []*Pending
	for range 50 {
		waits = append(waits, r.Go("getMessage", s.params()))
	}
	for i := range waits {
		r.Go("sendMessage", s.params(obj{"message": numbered(i + 1)})).Must()
	}
	for i, w := range waits {
		if got := decode[Ending](r.Host, w.Must()); *got.Message != numbered(i+1) {
			t.Errorf("wait %d got %+v", i+1, got.Message)
		}
	}
}

// TestHangingServerDelaysNobody has calls that never end on one connection.
func TestHangingServerDelaysNobody(t *testing.T) {
	r := newRig(t)
	var hung []*Pending
	for range 100 {
		hung = append(hung, r.Go("callMethod", scripted(r.conn, "Unary", []testserver.Step{{Receive: 1}, {Gate: "g"}, {Send: 1}}, obj{"request": obj{}})))
	}
	r.server.AwaitReached(t, "g")
	r.Must("callMethod", scripted(r.conn, "Unary", nil, obj{"request": obj{}}))
	r.server.Open("g")
	for _, p := range hung {
		p.Must()
	}
}

// TestCloseStreamTakesItsTurn closes a stream behind sends and waits.
func TestCloseStreamTakesItsTurn(t *testing.T) {
	r := newRig(t)
	s := r.initStream("Bidi", nil)
	get := r.Go("getMessage", s.params())
	closing := r.Go("closeStream", s.params())
	after := r.Go("getMessage", s.params())
	r.ping()
	if r.Answered(closing) {
		t.Fatal("closeStream did not wait for the getMessage before it")
	}
	// The stream is still open for what came before closeStream; the wait is
	// ended by the server here, whose only way is to end the RPC.
	r.Go("cancelStream", s.params()).Wait() // now, ahead of whatever waits
	get.Fail(1)
	closing.Must()
	r.expectReason(after.Fail(-32002), "streamClosed")
}

// TestCloseConnectionTakesItsTurn closes a connection behind a call.
func TestCloseConnectionTakesItsTurn(t *testing.T) {
	r := newRig(t)
	call := r.Go("callMethod", scripted(r.conn, "Unary", []testserver.Step{{Receive: 1}, {Gate: "g"}, {Send: 1}}, obj{"request": obj{}}))
	closing := r.Go("closeConnection", obj{"connection": r.conn})
	after := r.Go("callMethod", scripted(r.conn, "Unary", nil))
	r.server.AwaitReached(t, "g")
	r.ping()
	if r.Answered(closing) {
		t.Fatal("closeConnection did not wait for the call before it")
	}
	r.server.Open("g")
	call.Must()
	closing.Must()
	r.expectReason(after.Fail(-32002), "connectionClosed")
	r.server.AwaitConnections(t, 0)
}

// TestCancelAheadOfWaits cancels a stream with two waits under way.
func TestCancelAheadOfWaits(t *testing.T) {
	r := newRig(t)
	s := r.initStream("Bidi", []testserver.Step{{Send: 3}, {Gate: "g"}})
	s.expect(1, 3)
	r.server.AwaitReached(t, "g")
	waits := []*Pending{r.Go("getMessage", s.params()), r.Go("getMessage", s.params())}
	r.Must("cancelStream", s.params())
	r.server.AwaitCancelled(t, "g")
	waits[0].Fail(1)
	waits[1].Fail(1)
	r.Fail("getMessage", s.params(), 1) // the end stays
	r.Must("cancelStream", s.params())  // no error on a stream that has ended
	s.closeStream()
}

// TestReadAfterCancel reads on after a cancellation: what was received before,
// without a gap, and then the end.
func TestReadAfterCancel(t *testing.T) {
	r := newRig(t)
	s := r.initStream("Bidi", []testserver.Step{{Send: 500}, {Gate: "g"}})
	s.expect(1, 1)
	r.Must("cancelStream", s.params())
	for n := 2; ; n++ {
		result, err := r.Call("getMessage", s.params())
		if err != nil {
			if err.Code != 1 {
				t.Errorf("the end is %v", err)
			}
			break
		}
		if got := decode[Ending](r.Host, result); got.Message == nil || *got.Message != numbered(n) {
			r.fatalf("message %+v, want number %d", got, n)
		}
	}
}
