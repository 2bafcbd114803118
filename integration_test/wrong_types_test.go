package integration_test

import (
	"fmt"
	"testing"
)

// TestWrongTypes gives every parameter of every method, as rpc.discover lists
// them, values of every type: each request is answered once, and the worker
// lives.
func TestWrongTypes(t *testing.T) {
	r := newRig(t, "--drain-timeout-ms", "100")
	document := decode[struct {
		Methods []struct {
			Name   string
			Params []struct{ Name string }
		}
	}](r.Host, r.Must("rpc.discover", nil))
	values := []any{
		nil, true, 0, -1, 1.5, 1e300, "", "x", "Ж😀", []any{}, []any{nil}, []any{[]any{}}, obj{}, obj{"x": 1}, obj{"address": 5}, r.conn,
	}
	usual := obj{"connection": r.conn, "service": scriptService, "method": "Unary", "streamId": "s1", "timeoutMs": 50}
	var pending []*Pending
	for _, m := range document.Methods {
		if m.Name == "shutdown" || m.Name == "$/cancelRequest" {
			continue
		}
		known := obj{}
		for _, p := range m.Params {
			if v, ok := usual[p.Name]; ok {
				known[p.Name] = v
			}
		}
		for _, p := range m.Params {
			for _, v := range values {
				pending = append(pending, r.Go(m.Name, obj{p.Name: v}), r.Go(m.Name, with(known, obj{p.Name: v})))
			}
		}
		pending = append(pending, r.Go(m.Name, []any{5, 5, 5}), r.Go(m.Name, "x"), r.Go(m.Name, obj{"": 1}))
	}
	for _, p := range pending {
		if _, err := p.Wait(); err != nil && err.Code == -32603 {
			t.Errorf("%s (id %s): %v", p.method, p.id, err)
		}
	}
	if len(pending) < 1000 {
		t.Errorf("only %d requests: %s", len(pending), fmt.Sprint(document))
	}
	r.ping()
}
