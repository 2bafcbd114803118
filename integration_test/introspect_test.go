package integration_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// kitchenServices are the services of the test server's schemas.
var kitchenServices = []string{"kitchen.ed.Echo", "kitchen.v2.Echo", "kitchen.v3.Echo", scriptService}

func TestServiceList(t *testing.T) {
	r := newRig(t)
	got := decode[struct{ Services []string }](r.Host, r.Must("getServiceList", obj{"connection": r.conn}))
	if !slices.Equal(got.Services, kitchenServices) {
		t.Errorf("%q, want %q", got.Services, kitchenServices)
	}
	reflecting := testserver.Start(t, testserver.Options{Reflection: "v1"})
	got = decode[struct{ Services []string }](r.Host, r.Must("getServiceList", obj{"connection": obj{"address": reflecting.Addr}}))
	if !slices.IsSorted(got.Services) || !slices.Contains(got.Services, scriptService) {
		t.Errorf("%q", got.Services)
	}
}

func TestMethodList(t *testing.T) {
	r := newRig(t)
	want := `{"service":"script.v1.Script","methods":[
		{"name":"Unary","kind":"unary","requestType":"script.v1.Item","responseType":"script.v1.Item"},
		{"name":"ServerStream","kind":"serverStream","requestType":"script.v1.Item","responseType":"script.v1.Item"},
		{"name":"ClientStream","kind":"clientStream","requestType":"script.v1.Item","responseType":"script.v1.Item"},
		{"name":"Bidi","kind":"bidiStream","requestType":"script.v1.Item","responseType":"script.v1.Item"},
		{"name":"Old","kind":"unary","requestType":"script.v1.Item","responseType":"script.v1.Item"}]}`
	if got := string(r.Must("getMethodList", obj{"connection": r.conn, "service": scriptService})); !sameJSON(t, got, want) {
		t.Errorf("%s", got)
	}
	err := r.Fail("getMethodList", obj{"connection": r.conn, "service": "script.v1.Scrip"}, -32602)
	if err.Data.Param != "service" || !strings.Contains(err.Message, scriptService) {
		t.Errorf("%v", err)
	}
}

// methodDetails is the result of getMethod.
type methodDetails struct {
	Service, Name, Path, Kind        string
	ClientStreaming, ServerStreaming *bool
	RequestType, ResponseType        string
	RequestSchema, ResponseSchema    json.RawMessage
	RequestTemplate                  json.RawMessage
	Comment                          string
	Deprecated                       *bool
}

func (r *rig) getMethod(service, method string) methodDetails {
	r.t.Helper()
	return decode[methodDetails](r.Host, r.Must("getMethod", obj{"connection": r.conn, "service": service, "method": method}))
}

func TestMethod(t *testing.T) {
	r := newRig(t)
	got := r.getMethod(scriptService, "Unary")
	if got.Service != scriptService || got.Name != "Unary" || got.Path != "/script.v1.Script/Unary" || got.Kind != "unary" ||
		*got.ClientStreaming || *got.ServerStreaming || got.RequestType != "script.v1.Item" || got.ResponseType != "script.v1.Item" ||
		*got.Deprecated || !strings.Contains(got.Comment, "Unary answers with its request.") {
		t.Errorf("%+v", got)
	}
	bidi := r.getMethod(scriptService, "Bidi")
	if bidi.Kind != "bidiStream" || !*bidi.ClientStreaming || !*bidi.ServerStreaming || bidi.Comment != "" {
		t.Errorf("%+v", bidi)
	}
	if old := r.getMethod(scriptService, "Old"); !*old.Deprecated {
		t.Errorf("%+v", old)
	}
	if full := r.Must("getMethod", obj{"connection": r.conn, "method": scriptService + "/Unary"}); decode[methodDetails](r.Host, full).Name != "Unary" {
		t.Errorf("%s", full)
	}
	r.Fail("getMethod", obj{"connection": r.conn, "service": scriptService, "method": "Unari"}, -32602)
}

// TestTemplates calls every unary method with its own template.
func TestTemplates(t *testing.T) {
	r := newRig(t)
	for _, service := range kitchenServices {
		list := decode[struct {
			Methods []struct{ Name, Kind string }
		}](r.Host, r.Must("getMethodList", obj{"connection": r.conn, "service": service}))
		for _, m := range list.Methods {
			details := r.getMethod(service, m.Name)
			if details.RequestTemplate == nil {
				t.Errorf("%s/%s has no template", service, m.Name)
				continue
			}
			if m.Kind != "unary" {
				continue
			}
			params := obj{"connection": r.conn, "service": service, "method": m.Name, "request": details.RequestTemplate}
			if _, err := r.Call("callMethod", params); err != nil {
				t.Errorf("%s/%s does not take its own template %s: %v", service, m.Name, details.RequestTemplate, err)
			}
		}
	}
}

// TestSchemas checks that each JSON Schema is closed: what it refers to it has.
func TestSchemas(t *testing.T) {
	r := newRig(t)
	for service, method := range map[string]string{
		"kitchen.v3.Echo": "Sink", "kitchen.v2.Echo": "Old", "kitchen.ed.Echo": "Fresh", scriptService: "Bidi",
	} {
		details := r.getMethod(service, method)
		for _, raw := range []json.RawMessage{details.RequestSchema, details.ResponseSchema} {
			schema, ok := jsonValue(t, string(raw)).(obj)
			if !ok {
				t.Fatalf("%s/%s: the schema is %.100s", service, method, raw)
			}
			checkRefs(t, schema, schema)
		}
	}
	sink := string(r.getMethod("kitchen.v3.Echo", "Sink").RequestSchema)
	for _, word := range []string{`"$defs"`, `"COLOUR_RED"`, `"anInt64"`, `"byString"`, `"Given Name"`, `"choiceNode"`, "Sink has a field of every kind"} {
		if !strings.Contains(sink, word) {
			t.Errorf("the schema of Sink lacks %s", word)
		}
	}
}

// checkRefs follows every `$ref` of a JSON Schema.
func checkRefs(t *testing.T, root obj, v any) {
	t.Helper()
	switch v := v.(type) {
	case obj:
		if ref, ok := v["$ref"].(string); ok {
			defs, _ := root["$defs"].(obj)
			name, local := strings.CutPrefix(ref, "#/$defs/")
			if ref != "#" && (!local || defs[name] == nil) {
				t.Errorf("%s refers to nothing", ref)
			}
		}
		for _, member := range v {
			checkRefs(t, root, member)
		}
	case []any:
		for _, element := range v {
			checkRefs(t, root, element)
		}
	}
}
