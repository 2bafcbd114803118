package state

import (
	"errors"
	"fmt"
	"testing"

	"github.com/grpcline/grpcline/grpcops"
)

// thing is a handle of the tests.
type thing struct{ closing, counts bool }

func (h *thing) isVacant() bool { return h.closing }
func (h *thing) counted() *bool { return &h.counts }

func things(limit int) *registry[*thing] {
	return &registry[*thing]{
		open: new(int), counted: "things",
		letter: "s", noun: "stream", limit: limit,
		unknown: UnknownStream, closed: StreamClosed, live: map[string]*thing{},
	}
}

func reasonOf(err error) Reason {
	var e *Error
	if errors.As(err, &e) {
		return e.Reason
	}
	return ""
}

func TestRegistryFinds(t *testing.T) {
	r := things(10)
	open, closed, failed := &thing{}, &thing{}, &thing{}
	for range 4 {
		r.number()
	}
	r.live["s1"], r.live["s2"], r.live["s3"], r.live["mine"] = open, closed, failed, &thing{}
	r.remove("s2", closed, nil)
	r.remove("s3", failed, errTest)
	r.bury("yours", errTest)
	r.remove("mine", open, nil) // another has the id
	for id, want := range map[string]Reason{
		"s1": "", "mine": "",
		"s2": StreamClosed, "s4": StreamClosed,
		"s3": OpenFailed, "yours": OpenFailed,
		"s5": UnknownStream, "s0": UnknownStream, "": UnknownStream, "s": UnknownStream, "c1": UnknownStream,
		"s18446744073709551616": UnknownStream, "s-1": UnknownStream, "s01": UnknownStream, "S1": UnknownStream,
	} {
		_, err := r.find(id)
		if got := reasonOf(err); got != want {
			t.Errorf("%q: got %v, want %q", id, err, want)
		}
		if want == OpenFailed && !errors.Is(err.(*Error).Cause, errTest) {
			t.Errorf("%q: the cause is %v", id, err.(*Error).Cause)
		}
	}
}

func TestOurs(t *testing.T) {
	for id, want := range map[string]bool{
		"c1": true, "s007": true, "v18446744073709551616": true,
		"": false, "c": false, "7": false, "x7": false, "cs7": false, "c7x": false, "C7": false, "c-7": false, "v1.1": false,
	} {
		if got := ours(id); got != want {
			t.Errorf("ours(%q) = %v", id, got)
		}
	}
}

func TestRegistryReserves(t *testing.T) {
	r := things(2)
	for _, test := range []struct {
		chosen, want string
		reason       Reason // of the error; "param" for a *ParamError
	}{
		{"", "s1", ""},
		{"mine", "mine", ""},
		{"s7", "", "param"},
		{"s01", "", "param"},
		{"c7", "", "param"},
		{"v7", "", "param"},
		{"s99999999999999999999", "", "param"},
		{"mine", "", "param"},
		{"", "", Limit}, // uses s2 up
		{"yours", "", Limit},
	} {
		id, err := reserve(r, test.chosen, "streamId")
		var param *grpcops.ParamError
		if errors.As(err, &param) != (test.reason == "param") || test.reason != "param" && reasonOf(err) != test.reason || id != test.want {
			t.Errorf("%q: got %q, %v", test.chosen, id, err)
		}
		if err == nil {
			r.add(id, &thing{})
		}
	}
	for _, id := range []string{"s2", "yours"} {
		if _, err := r.find(id); reasonOf(err) != OpenFailed || reasonOf(err.(*Error).Cause) != Limit {
			t.Errorf("%s: %v", id, err)
		}
	}
	r.live["mine"].closing = true
	r.count(r.live["mine"], false)
	if id, err := reserve(r, "mine", "streamId"); err != nil || id != "mine" {
		t.Errorf("an id that is being closed: %q, %v", id, err)
	}
	if id, err := reserve(r, "", "streamId"); err != nil || id != "s3" {
		t.Errorf("a handle that is being closed counts: %q, %v", id, err)
	}
}

func TestRegistryFails(t *testing.T) {
	r := things(10)
	r.live["mine"], r.live["closing"] = &thing{}, &thing{closing: true}
	r.fail("", errTest)
	r.fail("other", errTest)
	r.fail("mine", errTest)    // is another's
	r.fail("s9", errTest)      // could never be chosen
	r.fail("closing", errTest) // is free to be chosen
	for id, want := range map[string]Reason{"s1": OpenFailed, "other": OpenFailed, "mine": "", "s9": UnknownStream, "closing": OpenFailed} {
		if _, err := r.find(id); reasonOf(err) != want {
			t.Errorf("%s: %v", id, err)
		}
	}
	if id := r.number(); id != "s2" {
		t.Errorf("the next number is %s", id)
	}
}

// TestGravesAreBounded forgets the oldest.
func TestGravesAreBounded(t *testing.T) {
	var g graves
	for i := range 3 * mostGraves {
		g.bury(fmt.Sprint("x", i), errTest)
		g.bury("always", errTest) // again
	}
	if len(g.causes) != mostGraves || len(g.order) != mostGraves {
		t.Errorf("%d and %d graves", len(g.causes), len(g.order))
	}
	if _, ok := g.find(fmt.Sprint("x", 3*mostGraves-1)); !ok {
		t.Error("the latest is forgotten")
	}
	if _, ok := g.find("x0"); ok {
		t.Error("the oldest is remembered")
	}
	g.bury("x", errTest)
	g.bury("x", nil)
	if cause, ok := g.find("x"); cause != nil || !ok {
		t.Errorf("what was closed last: %v, %v", cause, ok)
	}
}
