package integration_test

import (
	"slices"
	"testing"
	"time"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// roundTrip returns the median time of a unary call.
func (h *Host) roundTrip(conn string) time.Duration {
	h.t.Helper()
	times := make([]time.Duration, scaled(2000))
	for i := range times {
		start := time.Now()
		h.Must("callMethod", scripted(conn, "Unary", nil, obj{"request": obj{"number": 1}}))
		times[i] = time.Since(start)
	}
	slices.Sort(times)
	return times[len(times)/2]
}

// TestIsolation measures a unary call on a worker that is otherwise idle and
// on one with a stream whose host does not read, a server that hangs and
// 1,000 waits for a message, and prints the ratio.
func TestIsolation(t *testing.T) {
	quiet := testserver.Start(t, testserver.Options{})
	idle := Start(t)
	idleConn := idle.Connect(quiet)

	r := newRig(t)
	busyConn := r.Connect(quiet)
	unread := r.initStream("ServerStream", []testserver.Step{{Receive: 1}, {Send: 1 << 30}}, obj{"request": obj{}})
	unread.expect(1, 1)
	var waits []*Pending
	for range 10 {
		s := r.initStream("Bidi", []testserver.Step{{Gate: "waits"}}, obj{"timeoutMs": 0})
		for range 100 {
			waits = append(waits, r.Go("getMessage", s.params()))
		}
	}
	for range 10 {
		waits = append(waits, r.Go("callMethod", scripted(r.conn, "Unary", []testserver.Step{{Gate: "hangs"}}, obj{"timeoutMs": 0})))
	}
	r.server.AwaitReached(t, "hangs")

	idle.roundTrip(idleConn) // warms up
	alone := idle.roundTrip(idleConn)
	r.roundTrip(busyConn)
	among := r.roundTrip(busyConn)
	t.Logf("a unary call takes %v on an idle worker and %v on a busy one: ratio %.2f", alone, among, float64(among)/float64(alone))

	unread.closeStream()
	r.server.Open("waits")
	for _, p := range waits[1000:] {
		p.cancel()
	}
	for _, p := range waits {
		p.Wait()
	}
}
