package process

import (
	"runtime"
	"slices"
	"testing"
)

// TestWidth widens with bursts and narrows without.
func TestWidth(t *testing.T) {
	var used []int
	w := &Width{most: 8, use: func(n int) { used = append(used, n) }}
	found := func(times, n int) {
		for range times {
			w.Found(n)
		}
	}
	for _, step := range []struct {
		times, n int
		want     []int // what was used by then
	}{
		{10000, 1, nil},
		{10000, burst - 1, nil},
		{widenAfter - 1, burst, nil},
		{narrowAfter, 1, nil}, // makes the bursts before it count no more
		{widenAfter - 1, 100, nil},
		{1, burst, []int{8}},
		{10000, 64, []int{8}},
		{narrowAfter - 1, 1, []int{8}},
		{1, burst, []int{8}},
		{narrowAfter - 1, 1, []int{8}},
		{1, 1, []int{8, 1}},
		{widenAfter, burst, []int{8, 1, 8}},
	} {
		if found(step.times, step.n); !slices.Equal(used, step.want) {
			t.Fatalf("after %d times %d: used %v, want %v", step.times, step.n, used, step.want)
		}
	}
	lone := &Width{most: 1, use: func(int) { t.Error("one processor is all there is") }}
	for range 1000 {
		lone.Found(burst)
	}
}

// TestNewWidth begins with one processor, unless the environment says otherwise.
func TestNewWidth(t *testing.T) {
	before := runtime.GOMAXPROCS(4)
	defer runtime.GOMAXPROCS(before)
	t.Setenv("GOMAXPROCS", "")
	if w := NewWidth(); w.most != 2 || runtime.GOMAXPROCS(0) != 1 {
		t.Errorf("%d of %d processors", runtime.GOMAXPROCS(0), w.most)
	}
	runtime.GOMAXPROCS(4)
	t.Setenv("GOMAXPROCS", "4")
	if w := NewWidth(); w.most != 1 || runtime.GOMAXPROCS(0) != 4 {
		t.Errorf("GOMAXPROCS is set: %d processors", runtime.GOMAXPROCS(0))
	}
}
