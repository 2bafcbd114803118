package integration_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// TestBidi talks in turns and completes.
func TestBidi(t *testing.T) {
	r := newRig(t)
	s := r.initStream("Bidi", nil)
	for i := 1; i <= 20; i++ {
		s.send(numbered(i))
		s.expect(i, i)
	}
	r.Must("completeSend", s.params())
	s.expectEnd()
	s.expectEnd()
	s.closeStream()
}

// TestBidiWithConnection names the stream's connection beside it.
func TestBidiWithConnection(t *testing.T) {
	r := newRig(t)
	other := r.Connect(r.server)
	s := r.initStream("Bidi", nil)
	mine := obj{"connection": r.conn}
	r.Must("sendMessage", s.params(mine, obj{"message": numbered(1)}))
	r.Must("getMessage", s.params(mine))
	r.Must("getHeaders", s.params(mine))
	r.Fail("sendMessage", s.params(obj{"connection": other, "message": obj{}}), -32602)
	r.Fail("getMessage", s.params(obj{"connection": other}), -32602)
	r.Fail("closeStream", s.params(obj{"connection": other}), -32602)
	r.Must("completeSend", s.params(mine))
	r.Must("closeStream", s.params(mine))
}

// TestManyInFlight queues sends and waits without reading.
func TestManyInFlight(t *testing.T) {
	r := newRig(t)
	s := r.initStream("Bidi", nil)
	const n = 1000
	var sends, gets []*Pending
	for i := 1; i <= n; i++ {
		sends = append(sends, r.Go("sendMessage", s.params(obj{"message": numbered(i)})))
		gets = append(gets, r.Go("getMessage", s.params()))
	}
	complete := r.Go("completeSend", s.params())
	end := r.Go("getMessage", s.params())
	for i := range n {
		if sent := decode[struct{ Sent int }](r.Host, sends[i].Must()); sent.Sent != i+1 {
			r.fatalf("send %d answers %d", i+1, sent.Sent)
		}
		if got := decode[Ending](r.Host, gets[i].Must()); *got.Message != numbered(i+1) {
			r.fatalf("wait %d got %+v", i+1, got.Message)
		}
	}
	complete.Must()
	if got := decode[Ending](r.Host, end.Must()); !*got.Done {
		t.Errorf("the end is %+v", got)
	}
}

// TestAbandonedStreams are cancelled at the server when they or their
// connection are closed.
func TestAbandonedStreams(t *testing.T) {
	r := newRig(t)
	closed := r.initStream("Bidi", []testserver.Step{{Gate: "closed"}})
	r.initStream("Bidi", []testserver.Step{{Gate: "with its connection"}})
	r.server.AwaitReached(t, "closed")
	r.server.AwaitReached(t, "with its connection")
	closed.closeStream()
	r.server.AwaitCancelled(t, "closed")
	r.Must("closeConnection", obj{"connection": r.conn})
	r.server.AwaitCancelled(t, "with its connection")
}

// TestStreamDeadline gives the stream's RPC a deadline of its own.
func TestStreamDeadline(t *testing.T) {
	r := newRig(t)
	s := r.initStream("Bidi", []testserver.Step{{Send: 1}, {Gate: "g"}}, obj{"deadlineMs": 300})
	s.expect(1, 1)
	if err := r.Fail("getMessage", s.params(), 4); err.Data.Status.Name != "DEADLINE_EXCEEDED" {
		t.Errorf("%v", err)
	}
	r.Fail("getMessage", s.params(), 4)
	r.server.AwaitCancelled(t, "g")
}

// TestLargeMessages carries large messages both ways at once.
func TestLargeMessages(t *testing.T) {
	r := newRig(t)
	s := r.initStream("Bidi", nil, obj{"timeoutMs": 0})
	payload := base64Zeros(1 << 20)
	var pending []*Pending
	for range 5 {
		pending = append(pending, r.Go("sendMessage", s.params(obj{"message": obj{"payload": payload}})))
	}
	for range 5 {
		if got := s.get(); got.Payload != payload {
			t.Fatalf("%d bytes of base64 came back, want %d", len(got.Payload), len(payload))
		}
	}
	for _, p := range pending {
		p.Must()
	}
}

// TestReceivedDoesNotFit has a server send what is no Item: it is handed out as that,
// and the stream goes on.
func TestReceivedDoesNotFit(t *testing.T) {
	r := newRig(t)
	for name, raw := range map[string]string{
		"cut short":     "CA==",                 // the tag of number without a value
		"invalid UTF-8": "GgL//g==",             // text of ff fe
		"a wrong group": "DA==",                 // the end of a group that did not begin
		"cut bytes":     "Egr/",                 // payload of ten bytes, one there
		"a long varint": "CP///////////////w==", // a varint of more than ten bytes
	} {
		t.Run(name, func(t *testing.T) {
			s := r.initStream("Bidi", []testserver.Step{{Send: 1}, {Raw: raw}, {Send: 1}})
			s.expect(1, 1)
			call := scripted(r.conn, "Unary", []testserver.Step{{Receive: 1}, {Raw: raw}}, obj{"request": obj{}})
			for _, result := range []json.RawMessage{r.Must("getMessage", s.params()), r.Must("callMethod", call)} {
				if got := string(result); !strings.Contains(got, `"message":{"@undecodable":{"path":`) || !strings.Contains(got, `"value":"`+raw+`"`) {
					t.Errorf("got %s", got)
				}
			}
			s.expect(2, 2)
			s.closeStream()
		})
	}
	r.Must("callMethod", scripted(r.conn, "Unary", nil, obj{"request": obj{}}))
}
