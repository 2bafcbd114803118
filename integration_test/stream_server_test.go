package integration_test

import (
	"slices"
	"testing"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// TestServerStream reads a stream to its end, which stays.
func TestServerStream(t *testing.T) {
	r := newRig(t)
	s := r.initStream("ServerStream", []testserver.Step{
		{Header: map[string]string{"h": "1"}}, {Receive: 1}, {Send: 3}, {Trailer: map[string]string{"t": "2"}},
	}, obj{"request": obj{}})
	s.expect(1, 3)
	for range 3 {
		end := s.expectEnd()
		if !slices.Equal(end.Headers["h"], []string{"1"}) || !slices.Equal(end.Trailers["t"], []string{"2"}) {
			t.Errorf("%+v", end)
		}
	}
	headers := decode[Ending](r.Host, r.Must("getHeaders", s.params()))
	if !slices.Equal(headers.Headers["h"], []string{"1"}) {
		t.Errorf("headers after the end: %+v", headers)
	}
	s.closeStream()
	r.expectReason(r.Fail("getMessage", s.params(), -32002), "streamClosed")
}

// TestServerStreamRefusesSends sends on a stream that has no sending side.
func TestServerStreamRefusesSends(t *testing.T) {
	r := newRig(t)
	s := r.initStream("ServerStream", []testserver.Step{{Receive: 1}, {Send: 1}, {Gate: "g"}}, obj{"request": obj{}})
	r.expectReason(r.Fail("sendMessage", s.params(obj{"message": obj{}}), -32006), "notSending")
	r.expectReason(r.Fail("sendMessages", s.params(obj{"messages": []any{obj{}}}), -32006), "notSending")
	r.expectReason(r.Fail("completeSend", s.params(), -32006), "notSending")
	s.expect(1, 1)
}

// TestServerStreamEndsWithError hands out the messages first, then the same
// error again and again.
func TestServerStreamEndsWithError(t *testing.T) {
	r := newRig(t)
	steps := []testserver.Step{{Receive: 1}, {Send: 2}, {Trailer: map[string]string{"t": "2"}}, {End: &testserver.End{Code: 10, Message: "aborted"}}}
	s := r.initStream("ServerStream", steps, obj{"request": obj{}})
	s.expect(1, 2)
	for range 3 {
		err := r.Fail("getMessage", s.params(), 10)
		if err.Data.StreamID != s.id || !slices.Equal(err.Data.Trailers["t"], []string{"2"}) || err.Data.Origin != "server" {
			t.Errorf("%v", err)
		}
	}
	batch := r.initStream("ServerStream", steps, obj{"request": obj{}})
	var got []Item
	for len(got) < 2 {
		part := decode[Ending](r.Host, r.Must("getMessages", batch.params()))
		if *part.Done || len(part.Messages) == 0 {
			r.fatalf("%+v before the error", part)
		}
		got = append(got, part.Messages...)
	}
	if got[0] != numbered(1) || got[1] != numbered(2) {
		t.Errorf("messages %+v", got)
	}
	r.Fail("getMessages", batch.params(), 10)
}

// TestStartDoesNotWaitForServer starts streams on a server that sends nothing,
// not even headers, until it is told to.
func TestStartDoesNotWaitForServer(t *testing.T) {
	r := newRig(t)
	s := r.initStream("ServerStream", []testserver.Step{{Receive: 1}, {Gate: "g"}, {Send: 1}}, obj{"request": obj{}})
	r.server.AwaitReached(t, "g")
	headers := r.Go("getHeaders", s.params())
	message := r.Go("getMessage", s.params())
	r.ping()
	if r.Answered(headers) || r.Answered(message) {
		t.Fatal("an answer before the server has sent anything")
	}
	r.server.Open("g")
	headers.Must()
	if got := decode[Ending](r.Host, message.Must()); *got.Message != numbered(1) {
		t.Errorf("%+v", got)
	}
	s.expectEnd()
}

// TestHeadersBeforeMessages reads headers that come long before a message.
func TestHeadersBeforeMessages(t *testing.T) {
	r := newRig(t)
	s := r.initStream("Bidi", []testserver.Step{{Header: map[string]string{"h": "1"}}, {Gate: "g"}, {Send: 1}})
	got := decode[Ending](r.Host, r.Must("getHeaders", s.params()))
	if !slices.Equal(got.Headers["h"], []string{"1"}) {
		t.Errorf("%+v", got)
	}
	r.server.Open("g")
	s.expect(1, 1)
}

// TestGetMessages takes many at once, at most as many as asked for.
func TestGetMessages(t *testing.T) {
	r := newRig(t)
	const total = 5000
	s := r.initStream("ServerStream", []testserver.Step{{Receive: 1}, {Send: total}}, obj{"request": obj{}})
	next := 1
	for {
		limit := next%7 + 1
		part := decode[Ending](r.Host, r.Must("getMessages", s.params(obj{"max": limit})))
		if len(part.Messages) > limit || len(part.Messages) == 0 && !*part.Done {
			r.fatalf("%d messages, asked for 1 to %d", len(part.Messages), limit)
		}
		for _, m := range part.Messages {
			if m != numbered(next) {
				r.fatalf("message %+v, want number %d", m, next)
			}
			next++
		}
		if *part.Done {
			if part.Status == nil || part.Headers == nil || part.Trailers == nil {
				t.Errorf("the end is %+v", part)
			}
			break
		}
	}
	if next != total+1 {
		t.Errorf("%d messages, want %d", next-1, total)
	}
	again := decode[Ending](r.Host, r.Must("getMessages", s.params()))
	if !*again.Done || len(again.Messages) != 0 || again.Messages == nil {
		t.Errorf("the end again is %+v", again)
	}
}

// TestGetMessagesTakesWhatIsThere takes 100 at most unless told.
func TestGetMessagesTakesWhatIsThere(t *testing.T) {
	r := newRig(t)
	s := r.initStream("ServerStream", []testserver.Step{{Receive: 1}, {Send: 500}, {Gate: "g"}}, obj{"request": obj{}})
	r.server.AwaitReached(t, "g")
	got := 0
	for got < 500 {
		part := decode[Ending](r.Host, r.Must("getMessages", s.params()))
		if len(part.Messages) > 100 {
			t.Fatalf("%d messages at once", len(part.Messages))
		}
		got += len(part.Messages)
	}
	r.expectReason(r.Fail("getMessages", s.params(obj{"timeoutMs": 20}), -32004), "waitTimeout")
	r.server.Open("g")
	s.expectEnd()
}

// TestTrailersOnly ends a stream without headers or messages.
func TestTrailersOnly(t *testing.T) {
	r := newRig(t)
	s := r.initStream("ServerStream", []testserver.Step{{Trailer: map[string]string{"t": "1"}}, {End: &testserver.End{Code: 7, Message: "no"}}}, obj{"request": obj{}})
	if err := r.Fail("getMessage", s.params(), 7); !slices.Equal(err.Data.Trailers["t"], []string{"1"}) {
		t.Errorf("%v", err)
	}
	if _, err := r.Call("getHeaders", s.params()); err != nil && err.Code != 7 {
		t.Errorf("getHeaders: %v", err)
	}
	ok := r.initStream("ServerStream", []testserver.Step{{End: &testserver.End{}}}, obj{"request": obj{}})
	ok.expectEnd()
}
