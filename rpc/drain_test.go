package rpc

import (
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const (
	openDemo = `{"id":"open","method":"openConnection","params":{"address":"demo:///"}}`
	chat     = `{"id":"chat","method":"initBidiStream","params":["c1","grpcline.demo.Demo","Chat"]}`
)

// TestDrainEndsWaits ends a wait without a bound when the drain is over, and
// leaves one with a bound its time.
func TestDrainEndsWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		all := serveAll(t, openDemo+"\n"+chat+`
{"id":"unbounded","method":"getMessage","params":{"streamId":"s1","timeoutMs":0}}
{"id":"init","method":"initBidiStream","params":["c1","grpcline.demo.Demo","Chat"]}
{"id":"bounded","method":"getMessage","params":{"streamId":"s2","timeoutMs":60000}}
`, testOptions())
		if a := byID(t, all, `"unbounded"`); a.code() != -32002 || a.data(t, "reason") != "shuttingDown" {
			t.Errorf("the unbounded wait: %+v", a.Error)
		}
		if a := byID(t, all, `"bounded"`); a.code() != -32004 || a.data(t, "reason") != "waitTimeout" {
			t.Errorf("the bounded wait: %+v", a.Error)
		}
		if took := time.Since(start); took != time.Minute {
			t.Errorf("it took %v", took)
		}
	})
}

// TestSignalEndsAll gives calls a while after the context's end.
func TestSignalEndsAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := startHost(t, testOptions())
		h.send(openDemo, chat,
			`{"id":"wait","method":"getMessage","params":{"streamId":"s1","timeoutMs":60000}}`,
			`{"id":"quick","method":"callMethod","params":["c1","grpcline.demo.Demo","Sleep",{"time":"1s"}]}`)
		h.answer(`"chat"`)
		start := time.Now()
		h.stop()
		if a := h.answer(`"quick"`); a.Error != nil {
			t.Errorf("a call that ends within the drain: %+v", a.Error)
		}
		if a := h.answer(`"wait"`); a.code() != -32002 {
			t.Errorf("a wait past the drain: %+v", a.Error)
		}
		if err := <-h.served; err != nil {
			t.Errorf("Serve: %v", err)
		}
		if took := time.Since(start); took != signalDrain {
			t.Errorf("it took %v", took)
		}
	})
}

// TestSignalWithAHostThatDoesNotRead ends also where nobody reads the answers.
func TestSignalWithAHostThatDoesNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		o := testOptions()
		o.Log = slog.New(slog.NewTextHandler(&log, nil))
		h := startHost(t, o)
		h.send(ping1)
		synctest.Wait()
		h.stop()
		start := time.Now()
		if err := <-h.served; err != nil {
			t.Errorf("the signal was obeyed, yet Serve returned %v", err)
		}
		if !strings.Contains(log.String(), "the host does not read") {
			t.Errorf("the log does not tell of the answer that was lost: %s", log.String())
		}
		if took := time.Since(start); took > signalEnd {
			t.Errorf("it took %v", took)
		}
	})
}
