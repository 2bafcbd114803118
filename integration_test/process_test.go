package integration_test

import (
	"slices"
	"testing"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

func (r *rig) process(kind, method string, steps []testserver.Step, more obj) Ending {
	r.t.Helper()
	return decode[Ending](r.Host, r.Must(kind, scripted(r.conn, method, steps, more)))
}

func items(n int) []Item {
	all := make([]Item, n)
	for i := range all {
		all[i] = numbered(i + 1)
	}
	return all
}

func TestProcessServerStream(t *testing.T) {
	r := newRig(t)
	steps := []testserver.Step{
		{Header: map[string]string{"h": "1"}}, {Receive: 1}, {Send: 10}, {Trailer: map[string]string{"t": "2"}},
	}
	got := r.process("processServerStream", "ServerStream", steps, obj{"request": obj{}})
	if !slices.Equal(got.Messages, items(10)) || !*got.Done || got.Status.Name != "OK" || got.Headers["h"] == nil || got.Trailers["t"] == nil {
		t.Errorf("%+v", got)
	}
	empty := r.process("processServerStream", "ServerStream", []testserver.Step{{Receive: 1}}, obj{"request": obj{}})
	if empty.Messages == nil || len(empty.Messages) != 0 || !*empty.Done {
		t.Errorf("%+v", empty)
	}
}

// TestProcessServerStreamCut stops after maxMessages and cancels the RPC.
func TestProcessServerStreamCut(t *testing.T) {
	r := newRig(t)
	got := r.process("processServerStream", "ServerStream", []testserver.Step{{Receive: 1}, {Send: 10}, {Gate: "g"}},
		obj{"request": obj{}, "maxMessages": 4})
	if !slices.Equal(got.Messages, items(4)) || *got.Done || got.Status != nil || got.Trailers != nil || got.Headers == nil {
		t.Errorf("%+v", got)
	}
	r.server.AwaitCancelled(t, "g")
}

// TestProcessBidiFailsSending keeps what was received and not asked for yet when
// flow control holds a message back for too long.
func TestProcessBidiFailsSending(t *testing.T) {
	r := newRig(t)
	order := make([]any, 100)
	for i := range order {
		order[i] = obj{"payload": base64Zeros(100_000)}
	}
	steps := []testserver.Step{{Send: 3}, {Gate: "g"}}
	err := r.Fail("processBidiStream", scripted(r.conn, "Bidi", steps, obj{"exchangeOrder": order, "timeoutMs": 1000}), -32004)
	r.expectReason(err, "waitTimeout")
	if got := decode[[]Item](r.Host, err.Data.Messages); !slices.Equal(got, items(3)) {
		t.Errorf("got %v", got)
	}
}

// TestProcessFailsMidway keeps what was received in the error.
func TestProcessFailsMidway(t *testing.T) {
	r := newRig(t)
	messages := func(err *RPCError) []Item { return decode[[]Item](r.Host, err.Data.Messages) }
	steps := []testserver.Step{{Receive: 1}, {Send: 3}, {End: &testserver.End{Code: 10, Message: "midway"}}}
	err := r.Fail("processServerStream", scripted(r.conn, "ServerStream", steps, obj{"request": obj{}}), 10)
	if !slices.Equal(messages(err), items(3)) {
		t.Errorf("%v", err)
	}
	err = r.Fail("processBidiStream", scripted(r.conn, "Bidi", steps, obj{"exchangeOrder": []any{obj{}, nil, nil, nil, nil}}), 10)
	if !slices.Equal(messages(err), items(3)) || err.Data.MessageSent == nil || *err.Data.MessageSent != 1 {
		t.Errorf("%v", err)
	}
	steps = []testserver.Step{{Receive: 2}, {End: &testserver.End{Code: 10, Message: "midway"}}}
	err = r.Fail("processClientStream", scripted(r.conn, "ClientStream", steps, obj{"requests": []any{obj{}, obj{}}}), 10)
	if err.Data.MessageSent == nil || *err.Data.MessageSent != 2 {
		t.Errorf("%v", err)
	}
}

// TestProcessTimesOut has a server that stops sending: the wait ends the call.
func TestProcessTimesOut(t *testing.T) {
	r := newRig(t)
	steps := func(gate string) []testserver.Step { return []testserver.Step{{Receive: 1}, {Send: 2}, {Gate: gate}} }
	err := r.Fail("processServerStream", scripted(r.conn, "ServerStream", steps("a"), obj{"request": obj{}, "timeoutMs": 100}), -32004)
	r.expectReason(err, "waitTimeout")
	if !slices.Equal(decode[[]Item](r.Host, err.Data.Messages), items(2)) {
		t.Errorf("%v", err)
	}
	r.server.AwaitCancelled(t, "a")
	err = r.Fail("processBidiStream", scripted(r.conn, "Bidi", steps("b"), obj{"exchangeOrder": []any{obj{}, nil}, "timeoutMs": 100}), -32004)
	if !slices.Equal(decode[[]Item](r.Host, err.Data.Messages), items(2)) || *err.Data.MessageSent != 1 {
		t.Errorf("%v", err)
	}
	r.server.AwaitCancelled(t, "b")
	err = r.Fail("processClientStream", scripted(r.conn, "ClientStream", []testserver.Step{{Receive: -1}, {Gate: "c"}},
		obj{"requests": []any{obj{}, obj{}}, "timeoutMs": 100}), -32004)
	if *err.Data.MessageSent != 2 {
		t.Errorf("%v", err)
	}
	r.server.AwaitCancelled(t, "c")
	err = r.Fail("processServerStream", scripted(r.conn, "ServerStream", steps("d"), obj{"request": obj{}, "deadlineMs": 200}), 4)
	if !slices.Equal(decode[[]Item](r.Host, err.Data.Messages), items(2)) {
		t.Errorf("%v", err)
	}
}

func TestProcessClientStream(t *testing.T) {
	r := newRig(t)
	got := r.process("processClientStream", "ClientStream", nil, obj{"requests": []any{obj{}, obj{}, obj{}}})
	if *got.Message != numbered(3) || got.MessageSent != 3 || got.Status.Name != "OK" || got.Headers == nil || got.Trailers == nil {
		t.Errorf("%+v", got)
	}
	got = r.process("processClientStream", "ClientStream", nil, obj{"requests": []any{}})
	if *got.Message != (Item{}) || got.MessageSent != 0 {
		t.Errorf("%+v", got)
	}
	err := r.Fail("processClientStream", scripted(r.conn, "ClientStream", nil, obj{"requests": []any{obj{}, obj{"nope": 1}}}), -32602)
	if err.Data.Path != "requests[1].nope" {
		t.Errorf("%v", err)
	}
}

// TestProcessClientStreamAnsweredEarly stops sending when the answer is there.
func TestProcessClientStreamAnsweredEarly(t *testing.T) {
	r := newRig(t)
	requests := make([]any, 200)
	for i := range requests {
		requests[i] = obj{"payload": base64Zeros(64 << 10)}
	}
	got := r.process("processClientStream", "ClientStream", []testserver.Step{{Receive: 2}, {Send: 1}}, obj{"requests": requests})
	if *got.Message != numbered(1) || got.MessageSent < 2 || got.MessageSent > len(requests) {
		t.Errorf("%+v sent %d", got.Message, got.MessageSent)
	}
}

func TestProcessBidiStream(t *testing.T) {
	r := newRig(t)
	one, two := numbered(1), numbered(2)
	cases := []struct {
		name     string
		steps    []testserver.Step
		more     obj
		messages int
		sent     int
		done     bool
	}{
		{"in turns", nil, obj{"exchangeOrder": []any{one, nil, two, nil}}, 2, 2, true},
		{"sends first", nil, obj{"exchangeOrder": []any{one, two, nil, nil}}, 2, 2, true},
		{"the rest is received", nil, obj{"exchangeOrder": []any{one, two}}, 2, 2, true},
		{"nothing to send", nil, obj{"exchangeOrder": []any{}}, 0, 0, true},
		{"the server speaks first", []testserver.Step{{Send: 1}, {Receive: 1}, {Send: 1}}, obj{"exchangeOrder": []any{nil, one, nil}}, 2, 1, true},
		{"the server ends first", []testserver.Step{{Receive: 1}, {Send: 1}}, obj{"exchangeOrder": []any{one, nil, nil, two, two, nil}}, 1, 1, true},
		{"not to the end", []testserver.Step{{Receive: 1}, {Send: 5}, {Gate: "cut"}},
			obj{"exchangeOrder": []any{one, nil, nil}, "continueReceiving": false}, 2, 1, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := r.process("processBidiStream", "Bidi", c.steps, c.more)
			if !slices.Equal(got.Messages, items(c.messages)) || got.MessageSent != c.sent || *got.Done != c.done {
				t.Errorf("%+v", got)
			}
			if c.done != (got.Status != nil) {
				t.Errorf("done %v with status %+v", c.done, got.Status)
			}
		})
	}
	r.server.AwaitCancelled(t, "cut")
}

// TestExchangeDoesNotDeadlock sends far more than flow control lets wait while
// the server echoes it, before anything is to be received.
func TestExchangeDoesNotDeadlock(t *testing.T) {
	r := newRig(t)
	var order []any
	for range 100 {
		order = append(order, obj{"payload": base64Zeros(64 << 10)})
	}
	got := r.process("processBidiStream", "Bidi", nil, obj{"exchangeOrder": order, "timeoutMs": 50000})
	if len(got.Messages) != 100 || got.MessageSent != 100 {
		t.Errorf("%d messages, %d sent", len(got.Messages), got.MessageSent)
	}
}

// TestProcessBidiChecksAll sends nothing where one message does not fit.
func TestProcessBidiChecksAll(t *testing.T) {
	r := newRig(t)
	err := r.Fail("processBidiStream", scripted(r.conn, "Bidi", nil, obj{"exchangeOrder": []any{obj{}, nil, obj{"nope": 1}}}), -32602)
	if err.Data.Path != "exchangeOrder[2].nope" {
		t.Errorf("%v", err)
	}
}
