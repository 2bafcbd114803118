package state

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/grpcline/grpcline/grpcops"
)

// waitingParams are params of a server that never answers.
func waitingParams() grpcops.ConnectionParams {
	yes, never := true, 0
	return grpcops.ConnectionParams{Address: "unix:///nobody/there", WaitForReady: &yes, ConnectTimeoutMs: &never}
}

// TestNumbers fixes handles when the requests are read.
func TestNumbers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, testLimits, echo)
		var opening []*running[Opened]
		var streams []*running[string]
		for i := range 3 {
			opening = append(opening, start(r.OpenConnection(testParams(), "")))
			streams = append(streams, start(r.OpenStream(grpcops.BidiStream, on(fmt.Sprintf("c%d", i+1), grpcops.BidiStream), StreamOptions{})))
		}
		for i := range 3 {
			if got := opening[i].must(t); got.ID != fmt.Sprintf("c%d", i+1) || got.Address != "demo:///" || got.TLS {
				t.Errorf("connection %d: %+v", i, got)
			}
			if got := streams[i].must(t); got != fmt.Sprintf("s%d", i+1) {
				t.Errorf("stream %d: %+v", i, got)
			}
		}
	})
}

// TestFollowersWaitForTheOpening and fail with its cause.
func TestFollowersWaitForTheOpening(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, testLimits, echo)
		ms := 5000
		p := waitingParams()
		p.ConnectTimeoutMs = &ms
		opening := start(r.OpenConnection(p, ""))
		stream := start(r.OpenStream(grpcops.BidiStream, on("c1", grpcops.BidiStream), StreamOptions{}))
		sending := start(r.SendMessage("s1", "", say("x")))
		getting := start(r.GetMessages("s1", "c1", 1, nil))
		completing := start(r.CompleteSend("s1", ""))
		acking := start(r.AckMessages("s1", 1))
		calling := start(r.CallMethod(on("c1", grpcops.Unary)))
		setting := start(r.SetMetadata("c1", nil))
		closing := start(r.CloseStream("s1", ""))
		closingConnection := start(r.CloseConnection("c1"))
		begin := time.Now()
		opening.ends(t, 4)
		if took := time.Since(begin); took != 5*time.Second {
			t.Errorf("the opening took %v", took)
		}
		var late *grpcops.StatusError
		for name, err := range map[string]error{
			"openStream": stream.fails(t, OpenFailed), "callMethod": calling.fails(t, OpenFailed),
			"setMetadata": setting.fails(t, OpenFailed), "closeConnection": closingConnection.fails(t, OpenFailed),
		} {
			var own *Error
			if !errors.As(err, &own) || !errors.As(own.Cause, &late) || late.Status.Code != 4 {
				t.Errorf("%s: %v", name, err)
			}
		}
		for name, err := range map[string]error{
			"sendMessage": sending.fails(t, OpenFailed), "getMessage": getting.fails(t, OpenFailed),
			"completeSend": completing.fails(t, OpenFailed), "ackMessages": acking.fails(t, OpenFailed),
			"closeStream": closing.fails(t, OpenFailed),
		} {
			var own *Error
			if !errors.As(err, &own) || reasonOf(own.Cause) != OpenFailed {
				t.Errorf("%s: %v", name, err)
			}
		}
		start(r.CallMethod(on("c1", grpcops.Unary))).fails(t, OpenFailed)
		start(r.GetMessages("s1", "", 1, nil)).fails(t, OpenFailed)
		if snap := r.Snapshot(time.Now()); len(snap.Connections)+len(snap.Streams) != 0 {
			t.Errorf("failed openings are listed: %+v", snap)
		}
	})
}

// TestStreamOpeningFails for reasons of its own.
func TestStreamOpeningFails(t *testing.T) {
	for _, test := range []struct {
		name  string
		call  Call
		fails func(err error) bool
	}{
		{"an unknown method", Call{Ref: Ref{ID: "c1"}, Target: grpcops.Target{Service: "test.S", Method: "Bid"}},
			func(err error) bool { var e *grpcops.ParamError; return errors.As(err, &e) && e.Param == "method" }},
		{"another kind", on("c1", grpcops.Unary),
			func(err error) bool { var e *grpcops.KindError; return errors.As(err, &e) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, testLimits, echo)
				r.connect()
				opening := start(r.OpenStream(grpcops.BidiStream, test.call, StreamOptions{}))
				following := start(r.SendMessage("s1", "", say("x")))
				if _, err := opening.wait(); !test.fails(err) {
					t.Errorf("got %v", err)
				}
				var own *Error
				if err := following.fails(t, OpenFailed); !errors.As(err, &own) || !test.fails(own.Cause) {
					t.Errorf("the follower: %v", err)
				}
				if id := r.open(grpcops.BidiStream); id != "s2" {
					t.Errorf("the next stream is %s", id)
				}
			})
		})
	}
}

// TestChosenIDs are free again after closing, and reserved before.
func TestChosenIDs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, testLimits, echo)
		first := start(r.OpenConnection(testParams(), "mine"))
		if _, err := start(r.OpenConnection(testParams(), "mine")).wait(); reasonOf(err) != "" || err == nil {
			t.Errorf("an id in use: %v", err)
		}
		if _, err := start(r.OpenConnection(testParams(), "c5")).wait(); err == nil {
			t.Error("c5 was chosen")
		}
		stream := start(r.OpenStream(grpcops.BidiStream, on("mine", grpcops.BidiStream), StreamOptions{StreamID: "both"}))
		if got := first.must(t).ID; got != "mine" {
			t.Errorf("got %s", got)
		}
		stream.must(t)
		closing := start(r.CloseConnection("mine"))
		again := start(r.OpenConnection(testParams(), "mine"))
		using := start(r.CallMethod(on("mine", grpcops.Unary)))
		if n := closing.must(t); n != 1 {
			t.Errorf("%d streams closed", n)
		}
		if got := again.must(t).ID; got != "mine" {
			t.Errorf("got %s", got)
		}
		using.must(t)
		streams := start(r.OpenStream(grpcops.BidiStream, on("mine", grpcops.BidiStream), StreamOptions{StreamID: "both"}))
		streams.must(t)
		start(r.SendMessage("both", "mine", say("x"))).must(t)
		if got := start(r.OpenConnection(testParams(), "")).must(t).ID; got != "c1" {
			t.Errorf("the first number is %s", got)
		}
	})
}

// TestLimits refuse handles, and not connections of a request's own.
func TestLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limits := testLimits
		limits.Connections, limits.Streams = 1, 1
		r := newRig(t, limits, echo)
		r.connect()
		start(r.OpenConnection(testParams(), "")).fails(t, Limit)
		s1 := r.open(grpcops.BidiStream)
		start(r.OpenStream(grpcops.BidiStream, on("c1", grpcops.BidiStream), StreamOptions{})).fails(t, Limit)
		p := testParams()
		start(r.CallMethod(Call{Ref: Ref{Params: &p}, Target: on("", grpcops.Unary).Target})).must(t)
		start(r.ProcessBidiStream(Call{Ref: Ref{Params: &p}, Target: on("", grpcops.BidiStream).Target}, nil, nil, true)).must(t)

		closing, reopening := start(r.CloseStream(s1, "")), start(r.OpenStream(grpcops.BidiStream, on("c1", grpcops.BidiStream), StreamOptions{}))
		closing.must(t)
		if got := reopening.must(t); got != "s3" {
			t.Errorf("the stream after the limit is %s", got)
		}
		closingConnection, another := start(r.CloseConnection("c1")), start(r.OpenConnection(testParams(), ""))
		if n := closingConnection.must(t); n != 1 {
			t.Errorf("%d streams closed", n)
		}
		if got := another.must(t).ID; got != "c3" {
			t.Errorf("the connection after the limit is %s", got)
		}
		start(r.CallMethod(on("c2", grpcops.Unary))).fails(t, OpenFailed)
	})
}

// TestRefusedOpenings use their handles up.
func TestRefusedOpenings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, testLimits, echo)
		r.FailOpenConnection("", errTest)
		r.FailOpenConnection("mine", errTest)
		r.FailOpenStream("", errTest)
		for name, err := range map[string]error{
			"c1":   start(r.CallMethod(on("c1", grpcops.Unary))).fails(t, OpenFailed),
			"mine": start(r.CloseConnection("mine")).fails(t, OpenFailed),
			"s1":   start(r.GetMessages("s1", "", 1, nil)).fails(t, OpenFailed),
		} {
			var own *Error
			if !errors.As(err, &own) || !errors.Is(own.Cause, errTest) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if got := start(r.OpenConnection(testParams(), "")).must(t).ID; got != "c2" {
			t.Errorf("the next number is %s", got)
		}
		if start(r.IsConnector("mine"), nil).must(t) || start(r.IsConnector("c1"), nil).must(t) || !start(r.IsConnector("c2"), nil).must(t) {
			t.Error("isConnector is wrong")
		}
	})
}
