package rpc

import (
	"slices"
	"strings"
	"testing"
)

// TestAlone is a request with no other in flight.
func TestAlone(t *testing.T) {
	w := newTestWorker(t)
	accept := func() bool {
		c := &call{}
		if err := w.accept(c, nil); err != nil {
			t.Fatal(err)
		}
		return c.alone
	}
	if !accept() || accept() {
		t.Error("the first is not alone, or the second is")
	}
	w.finished(1)
	if accept() {
		t.Error("one of three is alone")
	}
	w.finished(2)
	if !accept() {
		t.Error("after all others the last is not alone")
	}
}

// TestRequestsAreTold of one by one.
func TestRequestsAreTold(t *testing.T) {
	var told []bool
	o := testOptions()
	o.Request = func(alone bool) { told = append(told, alone) }
	in := strings.Repeat(`{"id":1,"method":"ping"}`+"\n", 2)
	w := New(strings.NewReader(in), &strings.Builder{}, demoEnv(t), o)
	if err := w.Serve(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(told, []bool{true, true}) {
		t.Errorf("told %v of two pings", told)
	}
	if w.state.Streams() != 0 {
		t.Errorf("%d streams", w.state.Streams())
	}
}
