package integration_test

import (
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// TestServingPushFinished has a host end calls itself: it is told of no end after that,
// whichever way the call was ended and whatever its client does next.
func TestServingPushFinished(t *testing.T) {
	s := newServing(t, obj{"push": true})
	for range scaled(300) {
		for method, end := range map[string]obj{"Unary": {"message": text("y")}, "Server": {}, "Client": {"message": text("y")}, "Bidi": {}} {
			client := open(t, s.client, method)
			if method == "Unary" || method == "Server" {
				client.send("x").half()
			}
			s.finish(s.incoming(), end)
			client.expect([]string{"y"}[:len(end)]...)
			client = open(t, s.client, method)
			if method == "Unary" || method == "Server" {
				client.send("x").half()
			}
			s.Must("closeStream", obj{"streamId": s.incoming().StreamID})
			_, _ = client.receive()
		}
	}
	s.ping() // what was pushed has come
	if n := s.noted(); len(n) > 0 {
		t.Errorf("%d notifications, such as %s %s", len(n), n[0].Method, n[0].Params)
	}
}

// TestServingPushStopped has the worker end the calls of a server: their streamEnd says
// so.
func TestServingPushStopped(t *testing.T) {
	for name, stop := range map[string]func(s *serving){
		"stopServer":       func(s *serving) { s.Must("stopServer", obj{"server": s.server, "graceMs": 0}) },
		"end of the input": func(s *serving) { s.CloseInput(); s.Wait() },
		"shutdown":         func(s *serving) { s.Must("shutdown", nil); s.Wait() },
	} {
		t.Run(name, func(t *testing.T) {
			s := newServing(t, obj{"push": true})
			clients := map[string]*clientRPC{}
			for _, method := range []string{"Unary", "Server", "Client", "Bidi"} {
				clients[method] = open(t, s.client, method)
				if method == "Unary" || method == "Server" {
					clients[method].send("x").half()
				}
				s.incoming()
			}
			stop(s)
			ends := map[string]bool{}
			for _, n := range s.noted() {
				id := decode[incoming](s.Host, n.Params).StreamID
				if n.Method != "streamEnd" || ends[id] || !strings.Contains(string(n.Params), `"code":14,"name":"UNAVAILABLE"`) {
					t.Errorf("%s %s", n.Method, n.Params)
				}
				ends[id] = true
			}
			if len(ends) != len(clients) {
				t.Errorf("%d of %d calls have an end: %v", len(ends), len(clients), ends)
			}
			for method, client := range clients {
				if _, err := client.receive(); status.Code(err) != codes.Unavailable {
					t.Error(method, err)
				}
			}
		})
	}
}

// incoming takes the notification of a call.
func (s *serving) incoming() incoming {
	s.t.Helper()
	n := s.Notification()
	if n.Method != "incomingCall" {
		s.t.Fatalf("%s %s", n.Method, n.Params)
	}
	return decode[incoming](s.Host, n.Params)
}

// noted takes the notifications that have come.
func (h *Host) noted() (all []Message) {
	for n, ok := h.notes.pop(); ok; n, ok = h.notes.pop() {
		all = append(all, n)
	}
	return all
}
