package process

import (
	"runtime"
	"slices"
	"testing"
)

// TestWidth is one processor after requests that were alone, and all from the
// first that is not.
func TestWidth(t *testing.T) {
	var used []int
	w := &Width{all: 8, use: func(n int) { used = append(used, n) }}
	for _, step := range []struct {
		times int
		alone bool
		want  []int // what was used by then
	}{
		{loneRequests - 1, true, nil},
		{1, false, nil},
		{loneRequests - 1, true, nil},
		{1, true, []int{1}},
		{1000, true, []int{1}},
		{1, false, []int{1, 8}},
		{1000, false, []int{1, 8}},
		{loneRequests, true, []int{1, 8, 1}},
	} {
		for range step.times {
			w.Request(step.alone)
		}
		if !slices.Equal(used, step.want) {
			t.Fatalf("after %d times %v: used %v, want %v", step.times, step.alone, used, step.want)
		}
	}
	one := &Width{all: 1, use: func(int) { t.Error("one processor is all there is") }}
	for i := range 1000 {
		one.Request(i%100 != 0)
	}
}

// TestNewWidth leaves alone what the environment says.
func TestNewWidth(t *testing.T) {
	before := runtime.GOMAXPROCS(4)
	defer runtime.GOMAXPROCS(before)
	t.Setenv("GOMAXPROCS", "")
	if w := NewWidth(); w.all != 4 || runtime.GOMAXPROCS(0) != 4 {
		t.Errorf("%d of %d processors", runtime.GOMAXPROCS(0), w.all)
	}
	t.Setenv("GOMAXPROCS", "4")
	if w := NewWidth(); w.all != 1 || runtime.GOMAXPROCS(0) != 4 {
		t.Errorf("GOMAXPROCS is set: %d of %d processors", runtime.GOMAXPROCS(0), w.all)
	}
}
