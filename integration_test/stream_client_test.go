package integration_test

import (
	"testing"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// TestClientStream sends messages and gets the answer as a message.
func TestClientStream(t *testing.T) {
	r := newRig(t)
	s := r.initStream("ClientStream", nil)
	for i := 1; i <= 3; i++ {
		sent := decode[struct {
			StreamID string
			Sent     int
		}](r.Host, r.Must("sendMessage", s.params(obj{"message": numbered(i)})))
		if sent.Sent != i || sent.StreamID != s.id {
			t.Errorf("%+v", sent)
		}
	}
	sent := decode[struct{ Sent int }](r.Host, r.Must("sendMessages", s.params(obj{"messages": []any{obj{}, obj{}, obj{}}})))
	if sent.Sent != 6 {
		t.Errorf("sent %d", sent.Sent)
	}
	if null := r.Fail("sendMessage", s.params(obj{"message": nil}), -32602); null.Data.Param != "message" {
		t.Errorf("null for a message: %v", null)
	}
	r.Must("completeSend", s.params())
	r.Must("completeSend", s.params()) // no error when done before
	r.expectReason(r.Fail("sendMessage", s.params(obj{"message": obj{}}), -32006), "sendCompleted")
	if got := s.get(); got != numbered(6) {
		t.Errorf("the answer is %+v", got)
	}
	s.expectEnd()
	r.Must("completeSend", s.params()) // no error when the stream has ended
	s.closeStream()
}

// TestClientStreamWithoutMessages completes at once.
func TestClientStreamWithoutMessages(t *testing.T) {
	r := newRig(t)
	s := r.initStream("ClientStream", nil)
	r.Must("completeSend", s.params())
	if got := s.get(); got != (Item{}) {
		t.Errorf("the answer is %+v", got)
	}
	s.expectEnd()
}

// TestEarlyAnswer has a server that answers before all is sent.
func TestEarlyAnswer(t *testing.T) {
	r := newRig(t)
	s := r.initStream("ClientStream", []testserver.Step{{Receive: 2}, {Send: 1}})
	s.send(numbered(1))
	s.send(numbered(2))
	if got := s.get(); got != numbered(1) {
		t.Errorf("the answer is %+v", got)
	}
	s.expectEnd()
	err := r.Fail("sendMessage", s.params(obj{"message": obj{}}), -32006)
	r.expectReason(err, "streamEnded")
	if err.Data.Sent == nil || *err.Data.Sent != 2 {
		t.Errorf("%v", err)
	}
	s.expectEnd()
}

// TestEarlyError has a server that ends with an error before all is sent.
func TestEarlyError(t *testing.T) {
	r := newRig(t)
	for _, method := range []string{"ClientStream", "Bidi"} {
		s := r.initStream(method, []testserver.Step{{Receive: 1}, {End: &testserver.End{Code: 8, Message: "enough"}}})
		s.send(numbered(1))
		r.Fail("getMessage", s.params(), 8) // the end is known
		for name, params := range map[string]obj{"sendMessage": {"message": obj{}}, "sendMessages": {"messages": []any{obj{}, obj{}}}} {
			err := r.Fail(name, s.params(params), 8)
			r.expectReason(err, "streamEnded")
			if err.Data.Sent == nil || *err.Data.Sent != 1 || err.Data.Status.Message != "enough" {
				t.Errorf("%s: %v", name, err)
			}
		}
		r.Must("completeSend", s.params())
		r.Fail("getMessage", s.params(), 8)
	}
}

// TestSendUntilTheServerEnds sends until the stream's end shows.
func TestSendUntilTheServerEnds(t *testing.T) {
	r := newRig(t)
	s := r.initStream("ClientStream", []testserver.Step{{Receive: 3}, {Send: 1}, {Trailer: map[string]string{"t": "1"}}})
	var last *RPCError
	for last == nil { // a send fails as soon as the end has come
		_, last = r.Call("sendMessage", s.params(obj{"message": numbered(1)}))
	}
	if last.Code != -32006 || last.Data.Reason != "streamEnded" || last.Data.Sent == nil || *last.Data.Sent < 3 {
		t.Errorf("%v", last)
	}
	if got := s.get(); got != numbered(1) {
		t.Errorf("the answer is %+v", got)
	}
	if end := s.expectEnd(); end.Trailers["t"] == nil {
		t.Errorf("%+v", end)
	}
}

// TestSendMessagesChecksAll sends none where one does not fit.
func TestSendMessagesChecksAll(t *testing.T) {
	r := newRig(t)
	s := r.initStream("ClientStream", nil)
	err := r.Fail("sendMessages", s.params(obj{"messages": []any{obj{}, obj{}, obj{"number": "many"}}}), -32602)
	if err.Data.Path != "messages[2].number" || err.Data.Param != "messages" {
		t.Errorf("path %q, param %q", err.Data.Path, err.Data.Param)
	}
	r.Must("sendMessages", s.params(obj{"messages": []any{}}))
	s.send(numbered(1))
	r.Fail("sendMessage", s.params(obj{"message": obj{"nope": 1}}), -32602) // ends no stream
	r.Must("completeSend", s.params())
	if got := s.get(); got != numbered(1) {
		t.Errorf("the server received %+v", got)
	}
}

// TestClientStreamEndsWithoutAnswer ends OK without the one message.
func TestClientStreamEndsWithoutAnswer(t *testing.T) {
	r := newRig(t)
	s := r.initStream("ClientStream", []testserver.Step{{Receive: -1}, {End: &testserver.End{}}})
	r.Must("completeSend", s.params())
	if _, err := r.Call("getMessage", s.params()); err == nil || err.Code <= 0 || err.Data.Origin != "client" {
		t.Errorf("the end without an answer: %v", err)
	}
}
