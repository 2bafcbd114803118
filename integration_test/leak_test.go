package integration_test

import (
	"strconv"
	"testing"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// cycle opens and closes a connection and streams in every way: finished,
// cancelled, failed, abandoned.
func cycle(h *Host, server *testserver.Server, texts map[string]string, refusing string) {
	h.t.Helper()
	opened := decode[struct{ ConnectionID string }](h, h.Must("openConnection", obj{"address": server.Addr, "proto": texts}))
	r := &rig{Host: h, server: server, conn: opened.ConnectionID}
	finished := r.initStream("Bidi", nil)
	finished.send(numbered(1))
	finished.expect(1, 1)
	r.Must("completeSend", finished.params())
	finished.expectEnd()
	finished.closeStream()
	cancelled := r.initStream("Bidi", []testserver.Step{{Send: 100}, {Gate: "never"}})
	cancelled.expect(1, 1)
	r.Must("cancelStream", cancelled.params())
	cancelled.closeStream()
	failed := r.initStream("ServerStream", []testserver.Step{{Receive: 1}, {End: &testserver.End{Code: 9, Message: "no"}}}, obj{"request": obj{}})
	r.Fail("getMessage", failed.params(), 9)
	failed.closeStream()
	wait := r.Go("getMessage", r.initStream("Bidi", []testserver.Step{{Gate: "never"}}).params())
	wait.cancel()
	wait.cancelled()
	r.initStream("ServerStream", []testserver.Step{{Receive: 1}, {Send: 5000}}, obj{"request": obj{}}) // abandoned, unread
	call := r.Go("callMethod", scripted(r.conn, "Unary", []testserver.Step{{Gate: "never"}}, obj{"timeoutMs": 0}))
	call.cancel()
	call.cancelled()
	r.Fail("initBidiStream", scripted(r.conn, "Nope", nil), -32602)
	r.Must("processServerStream", scripted(r.conn, "ServerStream", []testserver.Step{{Receive: 1}, {Send: 10}}, obj{"request": obj{}, "maxMessages": 5}))
	r.Must("closeConnection", obj{"connection": r.conn})
	r.Fail("openConnection", obj{"address": refusing}, 14)
	r.Must("callMethod", scripted(obj{"address": server.Addr, "proto": texts}, "Unary", nil, obj{"request": obj{}}))
}

// TestNothingLeaks runs many cycles: descriptors, goroutines and memory are
// back where they were after the first few.
func TestNothingLeaks(t *testing.T) {
	server := testserver.Start(t, testserver.Options{})
	texts, refusing := testserver.Texts(t), testserver.Refusing(t)
	few, many := 20, 20+scaled(1200) // each cycle has nine handles
	leaksAfter := func(cycles int) (files, goroutines int, memory int64) {
		h := Start(t)
		for range cycles {
			cycle(h, server, texts, refusing)
		}
		server.AwaitConnections(t, 0)
		h.expectHandles(nil, nil)
		files, memory = descriptors(t, h.PID()), processMemory(t, h.PID(), "VmRSS")
		return files, h.goroutines(), memory
	}
	files1, goroutines1, memory1 := leaksAfter(few)
	files2, goroutines2, memory2 := leaksAfter(many)
	t.Logf("after %d and %d cycles: %d and %d descriptors, %d and %d goroutines, %d and %d MiB",
		few, many, files1, files2, goroutines1, goroutines2, memory1>>20, memory2>>20)
	if files2 > files1+2 {
		t.Errorf("%d descriptors after %d cycles, %d after %d", files1, few, files2, many)
	}
	if goroutines2 > goroutines1+10 {
		t.Errorf("%d goroutines after %d cycles, %d after %d", goroutines1, few, goroutines2, many)
	}
	if memory2 > 2*memory1+(32<<20) {
		t.Errorf("%d MiB after %d cycles, %d MiB after %d", memory1>>20, few, memory2>>20, many)
	}
}

// TestScale opens 1,000 connections and 10,000 streams in one worker, uses
// each, and closes them.
func TestScale(t *testing.T) {
	connections, streams := scaled(1000), scaled(10_000)
	server := testserver.Start(t, testserver.Options{})
	r := &rig{Host: Start(t), server: server}
	proto := testserver.Texts(t)["script.proto"]
	all := func(n int, method string, params func(i int) obj) {
		t.Helper()
		pending := make([]*Pending, n)
		for i := range pending {
			pending[i] = r.Go(method, params(i))
		}
		for _, p := range pending {
			p.Must()
		}
	}
	all(connections, "openConnection", func(int) obj { return obj{"address": server.Addr, "proto": proto, "timeoutMs": 60000} })
	server.AwaitConnections(t, connections)
	id := func(letter string, i int) string { return letter + strconv.Itoa(i+1) }
	before := processMemory(t, r.PID(), "VmRSS")
	all(streams, "initBidiStream", func(i int) obj {
		return scripted(id("c", i%connections), "Bidi", nil)
	})
	after := processMemory(t, r.PID(), "VmRSS")
	t.Logf("%d streams on %d connections: %d KiB each", streams, connections, (after-before)>>10/int64(streams))
	all(streams, "sendMessage", func(i int) obj { return obj{"streamId": id("s", i), "message": numbered(i + 1)} })
	pending := make([]*Pending, streams)
	for i := range pending {
		pending[i] = r.Go("getMessage", obj{"streamId": id("s", i)})
	}
	for i, p := range pending {
		if got := decode[Ending](r.Host, p.Must()); *got.Message != numbered(i+1) {
			r.fatalf("stream %d got %+v", i, got)
		}
	}
	if state := r.state(); len(state.Connections) != connections || len(state.Streams) != streams {
		t.Errorf("%d connections, %d streams", len(state.Connections), len(state.Streams))
	}
	all(connections, "closeConnection", func(i int) obj { return obj{"connection": id("c", i)} })
	server.AwaitConnections(t, 0)
	r.expectHandles(nil, nil)
}
