package integration_test

import (
	"slices"
	"testing"
)

// TestDemo looks around in the server that --demo adds: it has all four kinds
// of method, and reflection.
func TestDemo(t *testing.T) {
	h := Start(t, "--demo")
	h.Must("openConnection", obj{"address": "demo:///"})
	services := decode[struct{ Services []string }](h, h.Must("getServiceList", obj{"connection": "c1"})).Services
	var kinds []string
	for _, service := range services {
		list := decode[struct {
			Methods []struct{ Kind string }
		}](h, h.Must("getMethodList", obj{"connection": "c1", "service": service}))
		for _, m := range list.Methods {
			kinds = append(kinds, m.Kind)
		}
	}
	for _, kind := range []string{"unary", "serverStream", "clientStream", "bidiStream"} {
		if !slices.Contains(kinds, kind) {
			t.Errorf("no method of the kind %s in %v", kind, services)
		}
	}
	if err := Start(t).Fail("openConnection", obj{"address": "demo:///", "connectTimeoutMs": 1000}, -32602); err.Data.Param != "address" {
		t.Errorf("without --demo: %v", err)
	}
}
