package integration_test

import (
	"slices"
	"testing"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// TestHostileServers calls servers that misbehave: each call ends with the
// right code, and a good connection does not notice.
func TestHostileServers(t *testing.T) {
	r := newRig(t)
	for name, m := range misdeeds(t) {
		t.Run(name, func(t *testing.T) {
			address := testserver.HTTP2(t, func(c *testserver.H2, stream uint32, _ string) error { return m.serve(c, stream) })
			conn := r.Connect(r.server, obj{"address": address})
			stream := decode[struct{ StreamID string }](r.Host, r.Must("initServerStream", scripted(conn, "ServerStream", nil, obj{"deadlineMs": 1500}))).StreamID
			get := r.Go("getMessages", obj{"streamId": stream})
			end := r.Go("getMessage", obj{"streamId": stream})
			bound := 30000
			if slices.Contains(m.codes, 4) { // the server may say nothing
				bound = 1500
			}
			call := r.Go("callMethod", scripted(conn, "Unary", nil, obj{"timeoutMs": bound}))
			r.Must("callMethod", scripted(r.conn, "Unary", nil, obj{"request": obj{}}))
			_, err := call.Wait()
			code := 0
			if err != nil {
				code = err.Code
			}
			if !slices.Contains(m.codes, code) {
				t.Errorf("%v, want one of the codes %v", err, m.codes)
			}
			get.Wait()
			end.Wait()
			r.Must("closeConnection", obj{"connection": conn})
		})
	}
	r.ping()
	if peak := peakMemory(t, r.PID()); !raceEnabled && peak > 512<<20 {
		t.Errorf("the worker has taken %d MiB", peak>>20)
	}
}

// TestServerDiesMidStream has a server that hangs up after 500 messages: they
// are all handed out, and then the error.
func TestServerDiesMidStream(t *testing.T) {
	const messages = 500
	address := testserver.HTTP2(t, func(c *testserver.H2, stream uint32, _ string) error {
		if err := c.OK(stream); err != nil {
			return err
		}
		for n := range messages {
			if err := c.NumberedMessage(stream, int64(n+1)); err != nil {
				return err
			}
		}
		return testserver.ErrHangUp
	})
	r := newRig(t)
	r.conn = r.Connect(r.server, obj{"address": address})
	s := r.initStream("ServerStream", nil, obj{"request": obj{}})
	s.expect(1, messages)
	for range 2 {
		r.Fail("getMessage", s.params(), 14)
	}
}
