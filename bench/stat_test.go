package main

import (
	"math"
	"testing"
)

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   float64
	}{
		{nil, 0},
		{[]float64{3}, 3},
		{[]float64{9, 1}, 5},
		{[]float64{5, 1, 100}, 5},
		{[]float64{4, 1, 100, 2}, 3},
	} {
		if got := median(c.values); got != c.want {
			t.Errorf("median of %v is %v instead of %v", c.values, got, c.want)
		}
	}
}

func TestRatio(t *testing.T) {
	s := samples{
		staticGRPC: {10, 20, 30},
		barePipe:   {10, 10, 10},
		grpcJS:     {40, 80, 120},
		ours:       {40, 30, 80}, // of static and pipe: 2, 1, 2
		oursByNode: {10, 40, 60},
	}
	for _, c := range []struct {
		name string
		goal goal
		want float64
		met  bool
	}{
		{"a sum", atMost(2, staticGRPC, barePipe), 2, true},
		{"a sum, missed", atMost(1.9, staticGRPC, barePipe), 2, false},
		{"as fast as", atLeast(1.5, grpcJS), 1.5, true},
		{"as fast as, missed", atLeast(1.6, grpcJS), 1.5, false},
		{"another contender", atLeast(2, grpcJS).by(oursByNode), 2, true},
		{"an amount", goal{who: ours, limit: 40}, 40, true},
		{"an amount, missed", goal{who: ours, limit: 39}, 40, false},
	} {
		got, ok := s.ratio(c.goal)
		if !ok || math.Abs(got-c.want) > 1e-9 || c.goal.met(got) != c.met {
			t.Errorf("%s: ratio %v (%v), met %v; want %v, met %v", c.name, got, ok, c.goal.met(got), c.want, c.met)
		}
	}
	if _, ok := s.ratio(atLeast(1, grpcurlTool)); ok {
		t.Error("a contender that is missing was compared")
	}
	if _, ok := s.ratio(atLeast(1, staticGRPC).by(grpcurlTool)); ok {
		t.Error("for a contender that is missing there was a ratio")
	}
}

func TestGoalText(t *testing.T) {
	for _, c := range []struct {
		goal goal
		unit unit
		want string
	}{
		{atMost(1.25, staticGRPC, barePipe), seconds, "≤ 1.25 × (static + pipe)"},
		{atLeast(0.9, staticGRPC), seconds, "≥ 0.9 × as fast as static"},
		{atLeast(1, grpcJS).by(oursByNode), seconds, "grpcline by Node: ≥ 1 × as fast as grpc-js"},
		{goal{who: ours, limit: 10e-3}, seconds, "≤ 10.0 ms"},
		{goal{who: ours, limit: 12 << 10}, bytesOf, "≤ 12.0 KiB"},
	} {
		if got := c.goal.text(c.unit); got != c.want {
			t.Errorf("%q instead of %q", got, c.want)
		}
	}
}
