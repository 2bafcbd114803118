package integration_test

import (
	"strconv"
	"testing"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// cancelRequest ends a request by its id.
func (p *Pending) cancel() {
	p.h.t.Helper()
	id, err := strconv.Atoi(p.id)
	if err != nil {
		p.h.t.Fatal(err)
	}
	p.h.Notify("$/cancelRequest", obj{"id": id})
}

func (p *Pending) cancelled() *RPCError {
	p.h.t.Helper()
	err := p.Fail(-32800)
	p.h.expectReason(err, "cancelled")
	return err
}

// TestCancelCall cancels a unary call at the server.
func TestCancelCall(t *testing.T) {
	r := newRig(t)
	call := r.Go("callMethod", scripted(r.conn, "Unary", []testserver.Step{{Gate: "g"}}, obj{"timeoutMs": 0}))
	r.server.AwaitReached(t, "g")
	call.cancel()
	call.cancelled()
	r.server.AwaitCancelled(t, "g")
	r.Must("callMethod", scripted(r.conn, "Unary", nil))
}

// TestCancelWait ends a wait, which takes no message.
func TestCancelWait(t *testing.T) {
	r := newRig(t)
	s := r.initStream("Bidi", nil, obj{"timeoutMs": 0})
	for _, method := range []string{"getMessage", "getMessages", "getHeaders"} {
		if method == "getHeaders" {
			s = r.initStream("Bidi", []testserver.Step{{Gate: "g"}, {Echo: true}}, obj{"timeoutMs": 0})
		}
		first := r.Go(method, s.params())
		second := r.Go("getMessage", s.params())
		first.cancel()
		first.cancelled()
		r.server.Open("g")
		s.send(numbered(5))
		if got := decode[Ending](r.Host, second.Must()); *got.Message != numbered(5) {
			t.Errorf("after a cancelled %s: %+v", method, got)
		}
	}
}

// TestCancelQueuedWait ends a wait that stands behind another.
func TestCancelQueuedWait(t *testing.T) {
	r := newRig(t)
	s := r.initStream("Bidi", nil, obj{"timeoutMs": 0})
	waits := []*Pending{r.Go("getMessage", s.params()), r.Go("getMessage", s.params()), r.Go("getMessage", s.params())}
	waits[1].cancel()
	waits[1].cancelled()
	s.send(numbered(1))
	s.send(numbered(2))
	for i, w := range []*Pending{waits[0], waits[2]} {
		if got := decode[Ending](r.Host, w.Must()); *got.Message != numbered(i+1) {
			t.Errorf("wait %d got %+v", i, got.Message)
		}
	}
}

// TestCancelSend withdraws a send that flow control holds back.
func TestCancelSend(t *testing.T) {
	r := newRig(t)
	s := r.initStream("ClientStream", []testserver.Step{{Gate: "g"}, {Count: true}}, obj{"timeoutMs": 0})
	sends := s.sendAhead(30, 50_000)
	last := sends[len(sends)-1]
	last.cancel()
	if err := last.cancelled(); err.Data.Sent == nil || *err.Data.Sent >= len(sends) {
		t.Errorf("%v", err)
	}
	r.server.Open("g")
	for i, p := range sends[:len(sends)-1] {
		if got := decode[struct{ Sent int }](r.Host, p.Must()); got.Sent != i+1 {
			t.Errorf("send %d answers %d", i+1, got.Sent)
		}
	}
	r.Must("completeSend", s.params())
	if got := s.get(); got != numbered(len(sends)-1) {
		t.Errorf("the server received %s messages, want %d", got.Number, len(sends)-1)
	}
}

// TestCancelProcess cancels each whole exchange at the server.
func TestCancelProcess(t *testing.T) {
	r := newRig(t)
	for method, params := range map[string]obj{
		"processServerStream": scripted(r.conn, "ServerStream", []testserver.Step{{Gate: "server"}}, obj{"request": obj{}}),
		"processClientStream": scripted(r.conn, "ClientStream", []testserver.Step{{Gate: "client"}}, obj{"requests": []any{obj{}}}),
		"processBidiStream":   scripted(r.conn, "Bidi", []testserver.Step{{Gate: "bidi"}}, obj{"exchangeOrder": []any{nil}}),
	} {
		gate := map[string]string{"processServerStream": "server", "processClientStream": "client", "processBidiStream": "bidi"}[method]
		p := r.Go(method, with(params, obj{"timeoutMs": 0}))
		r.server.AwaitReached(t, gate)
		p.cancel()
		p.cancelled()
		r.server.AwaitCancelled(t, gate)
	}
}

// TestCancelOpening ends an opening: what follows it fails.
func TestCancelOpening(t *testing.T) {
	h := Start(t)
	opening := h.Go("openConnection", obj{"address": testserver.Silent(t), "tls": obj{}, "connectTimeoutMs": 50000})
	follower := h.Go("initBidiStream", scripted("c1", "Bidi", nil))
	get := h.Go("getMessage", obj{"streamId": "s1"})
	opening.cancel()
	opening.cancelled()
	h.expectReason(follower.Fail(-32001), "openFailed")
	h.expectReason(get.Fail(-32001), "openFailed")
	h.ping()
}

// TestCancelStreamDuringOpening makes the opening end with status 1.
func TestCancelStreamDuringOpening(t *testing.T) {
	h := Start(t)
	opening := h.Go("openConnection", obj{"address": testserver.Silent(t), "tls": obj{}, "connectTimeoutMs": 50000, "proto": testserver.Texts(t)})
	init := h.Go("initBidiStream", scripted("c1", "Bidi", nil))
	get := h.Go("getMessage", obj{"streamId": "s1"})
	h.Must("cancelStream", obj{"streamId": "s1"})
	init.Fail(1)
	h.expectReason(get.Fail(-32001), "openFailed")
	opening.cancel()
	opening.cancelled()
}

// TestCancelWhatIsNotThere cancels ids that are unknown, answered or of
// another shape, and does nothing.
func TestCancelWhatIsNotThere(t *testing.T) {
	h := Start(t)
	h.ping()
	for _, params := range []any{obj{"id": 1}, obj{"id": "x"}, obj{"id": nil}, obj{"id": 1.5}, obj{}, nil, []any{1}, obj{"id": obj{}}, obj{"nope": 1}} {
		h.Notify("$/cancelRequest", params)
	}
	h.ping()
}

// TestCancelByStringID finds ids that are strings, and by their own text.
func TestCancelByStringID(t *testing.T) {
	r := newRig(t)
	s := r.initStream("Bidi", nil, obj{"timeoutMs": 0})
	for _, id := range []string{`"текст"`, `-5`, `18446744073709551616`} {
		r.Send(`{"id":` + id + `,"method":"getMessage","params":{"streamId":"` + s.id + `"}}` + "\n")
		r.Send(`{"method":"$/cancelRequest","params":{"id":` + id + `}}` + "\n")
		want := id
		if id == `"текст"` {
			want = `"\u0442\u0435\u043a\u0441\u0442"`
		}
		if got := r.Answer(want); got.Error == nil || got.Error.Code != -32800 {
			t.Errorf("%s: %s %v", id, got.Result, got.Error)
		}
	}
	s.send(numbered(1))
	s.expect(1, 1)
}

// TestCancelInBatch cancels a member, whose batch is then complete.
func TestCancelInBatch(t *testing.T) {
	r := newRig(t)
	s := r.initStream("Bidi", nil, obj{"timeoutMs": 0})
	r.Send(`[{"id":"a","method":"getMessage","params":{"streamId":"` + s.id + `"}},{"id":"b","method":"ping"}]` + "\n")
	r.Send(`{"method":"$/cancelRequest","params":{"id":"a"}}` + "\n")
	if got := ids(r.Batch()); got != `"a" "b"` {
		t.Errorf("ids %s", got)
	}
}
