package integration_test

import (
	"strings"
	"testing"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// TestPushAtTheEnd of the input goes on until the stream's end.
func TestPushAtTheEnd(t *testing.T) {
	r := newRig(t)
	s := r.initStream("ServerStream", []testserver.Step{{Receive: 1}, {Send: 2}, {Gate: "g"}, {Send: 100}}, obj{"request": obj{}, "push": true})
	s.expectPushed(1, 2)
	r.CloseInput()
	r.server.Open("g")
	s.expectPushed(3, 102)
	if end := s.pushed("streamEnd"); end.Status == nil || end.Status.Name != "OK" {
		t.Errorf("%+v", end)
	}
	if code := r.Wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// TestSilentPushAtTheEnd of the input is ended after the drain timeout without a
// message, and says so.
func TestSilentPushAtTheEnd(t *testing.T) {
	r := newRig(t, "--drain-timeout-ms", "200")
	s := r.initStream("Bidi", []testserver.Step{{Send: 1}, {Gate: "g"}}, obj{"push": true})
	s.expectPushed(1, 1)
	r.CloseInput()
	if end := s.pushed("streamEnd"); end.Status == nil || end.Status.Code != 1 || !strings.Contains(end.Status.Message, "200ms") {
		t.Errorf("%+v", end.Status)
	}
	if code := r.Wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// TestPushWithAWindowAtTheEnd of the input ends at once when it is full: nobody will
// acknowledge.
func TestPushWithAWindowAtTheEnd(t *testing.T) {
	for name, steps := range map[string][]testserver.Step{
		"more waits":      {{Receive: 1}, {Send: 100}, {Gate: "g"}},
		"no more waits":   {{Receive: 1}, {Send: 2}, {Gate: "g"}},
		"the end follows": {{Receive: 1}, {Send: 2}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, "--drain-timeout-ms", "3600000")
			s := r.initStream("ServerStream", steps, obj{"request": obj{}, "push": obj{"window": 2}})
			s.expectPushed(1, 2)
			r.CloseInput()
			want := "CANCELLED"
			if name == "the end follows" {
				want = "OK"
			}
			if end := s.pushed("streamEnd"); end.Status == nil || end.Status.Name != want {
				t.Errorf("%+v", end.Status)
			}
			if code := r.Wait(); code != 0 {
				t.Errorf("exit code %d", code)
			}
		})
	}
}

// TestAcknowledgedBeforeTheEnd of the input is room that a stream still has.
func TestAcknowledgedBeforeTheEnd(t *testing.T) {
	r := newRig(t)
	s := r.initStream("ServerStream", []testserver.Step{{Receive: 1}, {Send: 4}}, obj{"request": obj{}, "push": obj{"window": 2}})
	s.expectPushed(1, 2)
	ack := r.Go("ackMessages", s.params(obj{"count": 2}))
	r.CloseInput()
	ack.Must()
	s.expectPushed(3, 4)
	if end := s.pushed("streamEnd"); end.Status == nil || end.Status.Name != "OK" {
		t.Errorf("%+v", end.Status)
	}
}

// TestPoliteHost closes the worker's input and then its output, as fclose and
// proc_close of PHP do, when it has been told all.
func TestPoliteHost(t *testing.T) {
	for range 20 {
		r := newRig(t)
		r.initStream("Bidi", nil)
		r.ping()
		r.CloseInput()
		r.CloseOutput()
		if code := r.Wait(); code != 0 {
			t.Fatalf("exit code %d: %s", code, r.Stderr())
		}
		if log := r.Stderr(); log != "" {
			t.Fatalf("the log has %s", log)
		}
	}
}

// TestImpoliteHost closes both while an answer is due.
func TestImpoliteHost(t *testing.T) {
	r := newRig(t)
	r.Go("callMethod", scripted(r.conn, "Unary", []testserver.Step{{Gate: "g"}}, obj{"request": obj{}, "timeoutMs": 0}))
	r.server.AwaitReached(t, "g")
	r.CloseInput()
	r.CloseOutput()
	if code := r.Wait(); code != 1 {
		t.Errorf("exit code %d", code)
	}
}
