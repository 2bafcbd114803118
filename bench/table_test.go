package main

import "testing"

func TestTable(t *testing.T) {
	s := samples{staticGRPC: {70e-6}, barePipe: {10e-6}, grpcJS: {210e-6}, ours: {96e-6}}
	call := row{title: "unary", unit: seconds, goals: append([]goal{atMost(1.25, staticGRPC, barePipe)}, aheadOfNode(oursByNode)...)}
	stream := row{title: "idle", unit: bytesOf, goals: []goal{{who: ours, limit: 12 << 10}}}
	p := &report{Go: "go1.26", Platform: "linux/amd64", CPUs: 2, Rounds: 1, RoundTimeMs: 5, Rows: []rowReport{
		call.report(s, []string{"grpcline by Node: node is not on the PATH"}, nil),
		stream.report(samples{ours: {7.5 * 1024}}, []string{"grpcline by Node: node is not on the PATH"}, nil),
	}}
	want := `go1.26, linux/amd64, 2 CPUs, medians of 1 rounds of 5 ms

| work  | static  | pipe    | grpc-js | grpcline | ratio | goal                                       |              |
| ----- | ------- | ------- | ------- | -------- | ----- | ------------------------------------------ | ------------ |
| unary | 70.0 µs | 10.0 µs | 210 µs  | 96.0 µs  | 1.20  | ≤ 1.25 × (static + pipe)                   | met          |
|       |         |         |         |          | 2.19  | ≥ 1 × as fast as grpc-js                   | met          |
|       |         |         |         |          |       | grpcline by Node: ≥ 1 × as fast as grpc-js | not measured |
| idle  |         |         |         | 7.50 KiB |       | ≤ 12.0 KiB                                 | met          |

left out grpcline by Node: node is not on the PATH
`
	if got := p.table(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestAmount(t *testing.T) {
	for _, c := range []struct {
		value float64
		unit  unit
		want  string
	}{
		{1.5, seconds, "1.50 s"},
		{0.0123, seconds, "12.3 ms"},
		{123.4e-6, seconds, "123 µs"},
		{7e-9, seconds, "7.00 ns"},
		{0, seconds, "0.00 ns"},
		{3 << 20, bytesOf, "3.00 MiB"},
		{7300, bytesOf, "7.13 KiB"},
		{12, bytesOf, "12.0 B"},
		{0.25, counted, "0.25"},
		{99.97, counted, "100"},
	} {
		if got := amount(c.value, c.unit); got != c.want {
			t.Errorf("%v %s is %q instead of %q", c.value, c.unit, got, c.want)
		}
	}
}
