package integration_test

import (
	"fmt"
	"syscall"
	"testing"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// TestEndAnswersEverything closes the input while a call is under way.
func TestEndAnswersEverything(t *testing.T) {
	r := newRig(t)
	call := r.Go("callMethod", scripted(r.conn, "Unary", []testserver.Step{{Receive: 1}, {Gate: "g"}, {Send: 1}}, obj{"request": obj{}}))
	r.server.AwaitReached(t, "g")
	r.CloseInput()
	r.server.Open("g")
	call.Must()
	if code := r.Wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	r.server.AwaitConnections(t, 0)
}

// TestEndWithOpenStreams leaves streams open, unread and half sent.
func TestEndWithOpenStreams(t *testing.T) {
	r := newRig(t)
	r.initStream("Bidi", []testserver.Step{{Gate: "bidi"}})
	r.initStream("ServerStream", []testserver.Step{{Receive: 1}, {Send: 5000}, {Gate: "server"}}, obj{"request": obj{}})
	r.initStream("ClientStream", []testserver.Step{{Gate: "client"}}).send(numbered(1))
	r.server.AwaitReached(t, "client")
	if code := r.Exit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	r.server.AwaitConnections(t, 0)
}

// TestDrainTimeout ends a wait that has no bound of its own.
func TestDrainTimeout(t *testing.T) {
	r := newRig(t, "--drain-timeout-ms", "200")
	s := r.initStream("Bidi", nil, obj{"timeoutMs": 0})
	waits := []*Pending{r.Go("getMessage", s.params()), r.Go("getMessages", s.params()), r.Go("getHeaders", s.params(obj{"timeoutMs": 0}))}
	r.CloseInput()
	for _, w := range waits {
		r.expectReason(w.Fail(-32002), "shuttingDown")
	}
	if code := r.Wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// TestDrainKeepsTimeouts lets a wait with a bound have it.
func TestDrainKeepsTimeouts(t *testing.T) {
	r := newRig(t)
	s := r.initStream("Bidi", nil)
	wait := r.Go("getMessage", s.params(obj{"timeoutMs": 300}))
	r.CloseInput()
	r.expectReason(wait.Fail(-32004), "waitTimeout")
	if code := r.Wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// TestSignals end the worker with a short drain.
func TestSignals(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(sig.String(), func(t *testing.T) {
			r := newRig(t)
			s := r.initStream("Bidi", nil, obj{"timeoutMs": 0})
			wait := r.Go("getMessage", s.params())
			call := r.Go("callMethod", scripted(r.conn, "Unary", []testserver.Step{{Gate: "g"}}, obj{"timeoutMs": 0, "request": obj{}}))
			r.server.AwaitReached(t, "g")
			r.ping()
			r.Signal(sig)
			r.expectReason(wait.Fail(-32002), "shuttingDown")
			if _, err := call.Wait(); err == nil {
				t.Error("a call that never ends succeeded")
			}
			if code := r.Wait(); code != 0 {
				t.Errorf("exit code %d", code)
			}
			r.server.AwaitConnections(t, 0)
		})
	}
}

// TestSignalDuringCall lets a call that ends within the drain be answered.
func TestSignalDuringCall(t *testing.T) {
	r := newRig(t)
	call := r.Go("callMethod", scripted(r.conn, "Unary", []testserver.Step{{Receive: 1}, {Gate: "g"}, {Send: 1}}, obj{"request": obj{}}))
	r.server.AwaitReached(t, "g")
	r.Signal(syscall.SIGTERM)
	r.server.Open("g")
	call.Must()
	if code := r.Wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// TestShutdown answers at once, refuses what follows, and answers what was
// accepted before.
func TestShutdown(t *testing.T) {
	r := newRig(t)
	call := r.Go("callMethod", scripted(r.conn, "Unary", []testserver.Step{{Receive: 1}, {Gate: "g"}, {Send: 1}}, obj{"request": obj{}}))
	r.server.AwaitReached(t, "g")
	r.Send(`{"id":"bye","method":"shutdown"}` + "\n" + `{"id":"late","method":"ping"}` + "\n")
	if got := r.Answer(`"bye"`); string(got.Result) != "{}" {
		t.Errorf("shutdown answers %s %v", got.Result, got.Error)
	}
	late := r.Answer(`"late"`)
	if late.Error == nil || late.Error.Code != -32002 || late.Error.Data.Reason != "shuttingDown" {
		t.Errorf("a request after shutdown got %s %v", late.Result, late.Error)
	}
	r.server.Open("g")
	call.Must()
	if code := r.Wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// TestShutdownRefusesWhatFollows writes requests behind shutdown in one write:
// each is refused, however soon the worker is done.
func TestShutdownRefusesWhatFollows(t *testing.T) {
	for range 40 {
		h := Start(t)
		h.Send(`{"id":"bye","method":"shutdown"}` + "\n" + `{"id":"one","method":"ping"}` + "\n" + `{"id":"two","method":"getState"}` + "\n")
		h.Answer(`"bye"`)
		for _, id := range []string{`"one"`, `"two"`} {
			if err := h.Answer(id).Error; err == nil || err.Code != -32002 || err.Data.Reason != "shuttingDown" {
				h.fatalf("%s: %v", id, err)
			}
		}
		if code := h.Wait(); code != 0 {
			t.Errorf("exit code %d", code)
		}
	}
}

// TestShutdownStillCancels a call that is in flight, and refuses methods that it
// does not know like others.
func TestShutdownStillCancels(t *testing.T) {
	r := newRig(t)
	call := r.Go("callMethod", scripted(r.conn, "Unary", []testserver.Step{{Gate: "g"}}, obj{"request": obj{}, "timeoutMs": 0}))
	r.server.AwaitReached(t, "g")
	r.Must("shutdown", nil)
	r.expectReason(r.Fail("nobodyKnows", nil, -32002), "shuttingDown")
	call.cancel()
	call.cancelled()
	if code := r.Wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// TestShutdownFreesWaits ends waits without a bound after the drain.
func TestShutdownFreesWaits(t *testing.T) {
	r := newRig(t, "--drain-timeout-ms", "200")
	s := r.initStream("Bidi", nil, obj{"timeoutMs": 0})
	wait := r.Go("getMessage", s.params())
	r.Must("shutdown", nil)
	r.expectReason(wait.Fail(-32002), "shuttingDown")
	if code := r.Wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// TestEndDuringOpening closes the input while a connection is being opened.
func TestEndDuringOpening(t *testing.T) {
	silent := testserver.Silent(t)
	h := Start(t)
	opening := h.Go("openConnection", obj{"address": silent, "tls": obj{}, "connectTimeoutMs": 300})
	follower := h.Go("getServiceList", obj{"connection": "c1"})
	h.CloseInput()
	opening.Fail(4)
	h.expectReason(follower.Fail(-32001), "openFailed")
	if code := h.Wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// TestManyAnswersAtEnd has many waits without messages at the end of the input.
func TestManyAnswersAtEnd(t *testing.T) {
	r := newRig(t, "--drain-timeout-ms", "100")
	s := r.initStream("Bidi", nil, obj{"timeoutMs": 0})
	var waits []*Pending
	for range 500 {
		waits = append(waits, r.Go("getMessage", s.params()))
	}
	r.CloseInput()
	for i, w := range waits {
		if _, err := w.Wait(); err == nil || err.Code != -32002 {
			r.fatalf("wait %d: %v", i, fmt.Sprint(err))
		}
	}
}
