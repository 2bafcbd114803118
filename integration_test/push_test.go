package integration_test

import (
	"testing"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// pushed is the params of streamMessage and streamEnd.
type pushed struct {
	StreamID string   `json:"streamId"`
	Message  *Item    `json:"message"`
	Status   *Status  `json:"status"`
	Headers  Metadata `json:"headers"`
	Trailers Metadata `json:"trailers"`
}

func (s *stream) pushed(method string) pushed {
	s.t.Helper()
	m := s.Notification()
	p := decode[pushed](s.Host, m.Params)
	if m.Method != method || p.StreamID != s.id {
		s.fatalf("notification %s %s, want %s of %s", m.Method, m.Params, method, s.id)
	}
	return p
}

func (s *stream) expectPushed(first, last int) {
	s.t.Helper()
	for n := first; n <= last; n++ {
		if got := s.pushed("streamMessage"); got.Message == nil || *got.Message != numbered(n) {
			s.fatalf("pushed %+v, want number %d", got.Message, n)
		}
	}
}

// TestPush gets a stream's messages and its end as notifications.
func TestPush(t *testing.T) {
	r := newRig(t)
	s := r.initStream("ServerStream", []testserver.Step{
		{Header: map[string]string{"h": "1"}}, {Receive: 1}, {Send: 100}, {Gate: "g"}, {Trailer: map[string]string{"t": "2"}},
	}, obj{"request": obj{}, "push": true})
	s.expectPushed(1, 100)
	r.expectReason(r.Fail("getMessage", s.params(), -32006), "pushing")
	r.expectReason(r.Fail("getMessages", s.params(), -32006), "pushing")
	if got := decode[Ending](r.Host, r.Must("getHeaders", s.params())); got.Headers["h"] == nil {
		t.Errorf("%+v", got)
	}
	r.server.Open("g")
	end := s.pushed("streamEnd")
	if end.Status == nil || end.Status.Name != "OK" || end.Headers["h"] == nil || end.Trailers["t"] == nil {
		t.Errorf("%+v", end)
	}
	s.closeStream()
}

// TestPushEndsWithError pushes the messages first.
func TestPushEndsWithError(t *testing.T) {
	r := newRig(t)
	s := r.initStream("ServerStream", []testserver.Step{{Receive: 1}, {Send: 2}, {End: &testserver.End{Code: 11, Message: "over"}}},
		obj{"request": obj{}, "push": true})
	s.expectPushed(1, 2)
	if end := s.pushed("streamEnd"); end.Status == nil || end.Status.Code != 11 || end.Status.Message != "over" {
		t.Errorf("%+v", end)
	}
}

// TestPushBidi answers what is sent with notifications.
func TestPushBidi(t *testing.T) {
	r := newRig(t)
	s := r.initStream("Bidi", nil, obj{"push": true, "streamId": "talk"})
	if s.id != "talk" {
		t.Errorf("id %s", s.id)
	}
	for i := 1; i <= 10; i++ {
		s.send(numbered(i))
		s.expectPushed(i, i)
	}
	r.Must("completeSend", s.params())
	s.pushed("streamEnd")
	s.closeStream()
}

// TestPushClientStream pushes the one answer.
func TestPushClientStream(t *testing.T) {
	r := newRig(t)
	s := r.initStream("ClientStream", nil, obj{"push": true})
	s.send(numbered(1))
	r.Must("completeSend", s.params())
	s.expectPushed(1, 1)
	s.pushed("streamEnd")
}

// TestPushWindow sends at most as many as the host has room for.
func TestPushWindow(t *testing.T) {
	r := newRig(t)
	s := r.initStream("ServerStream", []testserver.Step{{Receive: 1}, {Send: 20}, {Gate: "g"}},
		obj{"request": obj{}, "push": obj{"window": 3}})
	r.server.AwaitReached(t, "g")
	r.server.Open("g")
	s.expectPushed(1, 3)
	r.expectQuiet()
	r.Must("ackMessages", obj{"streamId": s.id, "count": 2})
	s.expectPushed(4, 5)
	r.expectQuiet()
	r.Must("ackMessages", []any{s.id, 3})
	s.expectPushed(6, 8)
	r.expectQuiet()
	for n := 9; n <= 20; n++ {
		r.Must("ackMessages", obj{"streamId": s.id, "count": 1})
		s.expectPushed(n, n)
	}
	r.Must("ackMessages", obj{"streamId": s.id, "count": 1})
	s.pushed("streamEnd")
}

// expectQuiet checks that nothing is pushed unasked: a ping's answer would
// come after it.
func (r *rig) expectQuiet() {
	r.t.Helper()
	r.ping()
	if rest := r.notes.rest(); len(rest) > 0 {
		r.fatalf("%d notifications over the window: %s", len(rest), rest[0].Params)
	}
}

// TestPushWindowOfWaitingHost has a full window on one stream and none on
// another: they do not delay each other.
func TestPushWindowOfWaitingHost(t *testing.T) {
	r := newRig(t)
	full := r.initStream("ServerStream", []testserver.Step{{Receive: 1}, {Send: 5000}, {Gate: "g"}}, obj{"request": obj{}, "push": obj{"window": 1}})
	full.expectPushed(1, 1)
	other := r.initStream("ServerStream", []testserver.Step{{Receive: 1}, {Send: 500}}, obj{"request": obj{}, "push": true})
	other.expectPushed(1, 500)
	other.pushed("streamEnd")
	full.closeStream()
}

// TestBadAcks acknowledge what was not pushed.
func TestBadAcks(t *testing.T) {
	r := newRig(t)
	plain := r.initStream("Bidi", nil)
	r.Fail("ackMessages", obj{"streamId": plain.id, "count": 1}, -32602)
	s := r.initStream("Bidi", nil, obj{"push": obj{"window": 2}})
	r.Fail("ackMessages", obj{"streamId": s.id, "count": -1}, -32602)
	r.Fail("ackMessages", obj{"streamId": s.id, "count": 1.5}, -32602)
	r.Fail("ackMessages", obj{"streamId": "s99", "count": 1}, -32001)
	s.send(numbered(1))
	s.expectPushed(1, 1)
}

// TestNothingIsPushedUnasked gets no notification from an ordinary stream.
func TestNothingIsPushedUnasked(t *testing.T) {
	r := newRig(t)
	s := r.initStream("ServerStream", []testserver.Step{{Receive: 1}, {Send: 10}}, obj{"request": obj{}, "push": false})
	s.expect(1, 10)
	s.expectEnd()
	r.expectQuiet()
}

// TestPushAfterAnswer checks that the handle comes before the first message.
func TestPushAfterAnswer(t *testing.T) {
	r := newRig(t)
	for i := range 50 {
		p := r.Go("initServerStream", scripted(r.conn, "ServerStream", []testserver.Step{{Receive: 1}, {Send: 3}}, obj{"request": obj{}, "push": true}))
		first := r.Notification()
		if first.Method != "streamMessage" || !r.Answered(p) {
			t.Fatalf("stream %d: %s before the answer", i, first.Method)
		}
		s := &stream{rig: r, id: decode[struct{ StreamID string }](r.Host, p.Must()).StreamID}
		s.expectPushed(2, 3)
		s.pushed("streamEnd")
		s.closeStream()
	}
}
