package state

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/grpcline/grpcline/grpcops"
)

// empty fails where a handle is left.
func (r *rig) empty() {
	r.t.Helper()
	if snap := r.Snapshot(time.Now()); len(snap.Connections)+len(snap.Streams) != 0 {
		r.t.Errorf("left are %+v", snap)
	}
}

// never is a bound that there is none.
func never() *int { return new(int) }

// TestCloseStreamWaitsForEarlierRequests and refuses later ones at once.
func TestCloseStreamWaitsForEarlierRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, testLimits, echo)
		r.connect()
		r.open(grpcops.BidiStream)
		getting := start(r.GetMessages("s1", "", 1, never()))
		closing := start(r.CloseStream("s1", ""))
		start(r.GetMessages("s1", "", 1, nil)).fails(t, StreamClosed)
		start(r.SendMessage("s1", "", say("x"))).fails(t, StreamClosed)
		start(r.CloseStream("s1", "")).fails(t, StreamClosed)
		synctest.Wait()
		if closing.isDone() || getting.isDone() {
			t.Fatal("it does not wait")
		}
		if err := r.CancelStream("s1", ""); err != nil {
			t.Errorf("cancelStream while closing: %v", err)
		}
		getting.ends(t, 1)
		closing.must(t)
		start(r.GetMessages("s1", "", 1, nil)).fails(t, StreamClosed)
		if err := r.CancelStream("s1", ""); reasonOf(err) != StreamClosed {
			t.Errorf("cancelStream after closing: %v", err)
		}
	})
}

// TestCloseConnectionWaitsForEarlierRequests on it and on its streams.
func TestCloseConnectionWaitsForEarlierRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, testLimits, echo)
		r.connect()
		for range 3 {
			r.open(grpcops.BidiStream)
		}
		sending, getting := start(r.SendMessage("s1", "", say("x"))), start(r.GetMessages("s1", "", 1, nil))
		waiting := start(r.GetMessages("s2", "", 1, never()))
		closingStream := start(r.CloseStream("s3", ""))
		closing := start(r.CloseConnection("c1"))
		start(r.CallMethod(on("c1", grpcops.Unary))).fails(t, ConnectionClosed)
		start(r.OpenStream(grpcops.BidiStream, on("c1", grpcops.BidiStream), StreamOptions{})).fails(t, ConnectionClosed)
		start(r.GetMessages("s1", "", 1, nil)).fails(t, StreamClosed)
		start(r.CloseStream("s1", "")).fails(t, StreamClosed)
		start(r.CloseConnection("c1")).fails(t, ConnectionClosed)
		sending.must(t)
		if got := texts(getting.must(t).Messages); got != "x" {
			t.Errorf("got %q", got)
		}
		closingStream.must(t)
		synctest.Wait()
		if closing.isDone() {
			t.Fatal("it does not wait for s2")
		}
		waiting.end(errTest)
		if _, err := waiting.wait(); !errors.Is(err, errTest) {
			t.Errorf("the wait: %v", err)
		}
		if n := closing.must(t); n != 2 {
			t.Errorf("%d streams closed", n)
		}
		r.empty()
	})
}

// TestCloseGivenUp undoes it: the handle goes on as if nothing had been.
func TestCloseGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, testLimits, echo)
		r.connect()
		r.open(grpcops.BidiStream)
		getting := start(r.GetMessages("s1", "", 1, never()))
		closing := start(r.CloseStream("s1", ""))
		closing.end(errTest)
		if _, err := closing.wait(); !errors.Is(err, errTest) {
			t.Errorf("closeStream: %v", err)
		}
		closingConnection := start(r.CloseConnection("c1"))
		closingConnection.end(errTest)
		if _, err := closingConnection.wait(); !errors.Is(err, errTest) {
			t.Errorf("closeConnection: %v", err)
		}
		start(r.SendMessage("s1", "", say("x"))).must(t)
		if got := texts(getting.must(t).Messages); got != "x" {
			t.Errorf("got %q", got)
		}
		start(r.CallMethod(on("c1", grpcops.Unary))).must(t)
		if n := start(r.CloseConnection("c1")).must(t); n != 1 {
			t.Errorf("%d streams closed", n)
		}
		r.empty()
	})
}

// TestCloseConnectionAfterCloseStreamGivenUp closes the stream all the same.
func TestCloseConnectionAfterCloseStreamGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, testLimits, echo)
		r.connect()
		r.open(grpcops.BidiStream)
		getting := start(r.GetMessages("s1", "", 1, never()))
		closing := start(r.CloseStream("s1", ""))
		closingConnection := start(r.CloseConnection("c1"))
		closing.end(errTest)
		closing.wait()
		start(r.GetMessages("s1", "", 1, nil)).fails(t, StreamClosed)
		getting.end(errTest)
		if n := closingConnection.must(t); n != 1 {
			t.Errorf("%d streams closed", n)
		}
		r.empty()
	})
}

// TestCloseGivenUpAfterTheIDWasTaken cannot be undone, and is done when it can.
func TestCloseGivenUpAfterTheIDWasTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, testLimits, echo)
		start(r.OpenConnection(testParams(), "mine")).must(t)
		open := func() *running[string] {
			return start(r.OpenStream(grpcops.BidiStream, on("mine", grpcops.BidiStream), StreamOptions{StreamID: "stream"}))
		}
		open().must(t)
		getting := start(r.GetMessages("stream", "", 1, never()))
		closing := start(r.CloseStream("stream", ""))
		open().must(t)
		closing.end(errTest)
		synctest.Wait()
		start(r.SendMessage("stream", "", say("second"))).must(t)
		if got := texts(start(r.GetMessages("stream", "", 1, nil)).must(t).Messages); got != "second" {
			t.Errorf("got %q", got)
		}
		getting.end(errTest)
		closing.must(t)

		getting = start(r.GetMessages("stream", "", 1, never()))
		closingConnection := start(r.CloseConnection("mine"))
		start(r.OpenConnection(testParams(), "mine")).must(t)
		closingConnection.end(errTest)
		synctest.Wait()
		getting.end(errTest)
		if n := closingConnection.must(t); n != 1 {
			t.Errorf("%d streams closed", n)
		}
		start(r.CallMethod(on("mine", grpcops.Unary))).must(t)
		if n := start(r.CloseConnection("mine")).must(t); n != 0 {
			t.Errorf("%d streams closed", n)
		}
		r.empty()
	})
}

// TestRefusedIDWhileClosing buries the new handle, and the old one is closed.
func TestRefusedIDWhileClosing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, testLimits, echo)
		start(r.OpenConnection(testParams(), "mine")).must(t)
		calling := start(r.ProcessServerStream(on("mine", grpcops.ServerStream), nil, nil))
		closing := start(r.CloseConnection("mine"))
		r.FailOpenConnection("mine", errTest)
		start(r.CallMethod(on("mine", grpcops.Unary))).fails(t, OpenFailed)
		calling.must(t)
		closing.must(t)
		start(r.CallMethod(on("mine", grpcops.Unary))).fails(t, OpenFailed)
		r.empty()
	})
}

// TestWrongConnection refuses a stream that is on another.
func TestWrongConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, testLimits, echo)
		r.connect()
		r.open(grpcops.BidiStream)
		var wrong *grpcops.ParamError
		for name, err := range map[string]error{
			"sendMessage": errorOf(r.SendMessage("s1", "c2", say("x"))), "getMessage": errorOf(r.GetMessages("s1", "c2", 1, nil)),
			"closeStream": errorOf(r.CloseStream("s1", "c2")), "completeSend": errorOf(r.CompleteSend("s1", "c2")),
			"getHeaders": errorOf(r.GetHeaders("s1", "c2", nil)), "cancelStream": r.CancelStream("s1", "c2"),
		} {
			if !errors.As(err, &wrong) || wrong.Param != "connection" {
				t.Errorf("%s: %v", name, err)
			}
		}
		start(r.SendMessage("s1", "c1", say("x"))).must(t)
	})
}

func errorOf[R any](_ Op[R], err error) error { return err }

// TestEndWaits ends what has no bound, whatever it is, and nothing else.
func TestEndWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, testLimits, silent)
		r.connect()
		opening := start(r.OpenConnection(waitingParams(), ""))
		following := start(r.CallMethod(on("c2", grpcops.Unary)))
		r.open(grpcops.BidiStream)
		getting := start(r.GetMessages("s1", "", 1, never()))
		behind := start(r.GetMessages("s1", "", 1, never()))
		closing := start(r.CloseStream("s1", ""))
		r.open(grpcops.BidiStream)
		headers := start(r.GetHeaders("s2", "", never()))
		call := on("c1", grpcops.Unary)
		call.TimeoutMs = never()
		calling := start(r.CallMethod(call))
		minute := 60_000
		bounded := start(r.GetMessages("s2", "", 1, &minute))
		process := on("c1", grpcops.ServerStream)
		process.TimeoutMs = never()
		processing := start(r.ProcessServerStream(process, nil, nil))
		synctest.Wait()
		r.EndWaits()
		opening.fails(t, ShuttingDown)
		following.fails(t, OpenFailed)
		for name, err := range map[string]error{
			"getMessage": getting.fails(t, ShuttingDown), "the one behind it": behind.fails(t, ShuttingDown), "callMethod": calling.fails(t, ShuttingDown),
			"getHeaders": headers.fails(t, ShuttingDown), "processServerStream": processing.fails(t, ShuttingDown),
		} {
			if err == nil {
				t.Errorf("%s goes on", name)
			}
		}
		if _, err := closing.wait(); err != nil && reasonOf(err) != ShuttingDown {
			t.Errorf("closeStream: %v", err)
		}
		if bounded.isDone() {
			t.Error("a wait with a bound is ended")
		}
		bounded.fails(t, WaitTimeout)
		start(r.GetMessages("s2", "", 1, never())).fails(t, ShuttingDown)
	})
}

// TestCloseEndsAll that is left.
func TestCloseEndsAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, testLimits, echo)
		r.connect()
		for i := range 10 {
			r.open(grpcops.BidiStream)
			start(r.SendMessage(fmt.Sprint("s", i+1), "", say("x"))).must(t)
			start(r.GetMessages(fmt.Sprint("s", i+1), "", 1, nil)).must(t)
		}
		r.Close()
		r.empty()
		start(r.CallMethod(on("c1", grpcops.Unary))).fails(t, ConnectionClosed)
		start(r.GetMessages("s1", "", 1, nil)).fails(t, StreamClosed)
	})
}

// TestSnapshotOrder is that of opening, also within one moment.
func TestSnapshotOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, testLimits, echo)
		for i := range 12 {
			start(r.OpenConnection(testParams(), "")).must(t)
			start(r.OpenStream(grpcops.BidiStream, on(fmt.Sprint("c", i+1), grpcops.BidiStream), StreamOptions{})).must(t)
		}
		time.Sleep(time.Second)
		start(r.OpenConnection(testParams(), "a")).must(t)
		opening := start(r.OpenConnection(waitingParams(), ""))
		snap := r.Snapshot(time.Now())
		var ids []string
		for _, c := range snap.Connections {
			ids = append(ids, c.ConnectionID)
		}
		if got := fmt.Sprint(ids); got != "[c1 c2 c3 c4 c5 c6 c7 c8 c9 c10 c11 c12 a c13]" {
			t.Errorf("connections: %s", got)
		}
		if c := snap.Connections[0]; c.AgeMs != 1000 || c.Streams != 1 || c.State != "READY" || c.Address != "demo:///" {
			t.Errorf("c1: %+v", c)
		}
		if c := snap.Connections[13]; c.State != "opening" {
			t.Errorf("c13: %+v", c)
		}
		ids = nil
		for _, st := range snap.Streams {
			ids = append(ids, st.StreamID)
		}
		if got := fmt.Sprint(ids); got != "[s1 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 s12]" {
			t.Errorf("streams: %s", got)
		}
		opening.end(errTest)
		opening.wait()
	})
}
