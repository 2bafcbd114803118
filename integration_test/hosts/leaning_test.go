package hosts

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"

	"github.com/grpcline/grpcline/examples/otlp/collector"
)

// schemas are the two files of the grpcbin services as texts.
func schemas(t *testing.T) object {
	t.Helper()
	all := object{}
	for _, name := range []string{"main.proto", "my_types.proto"} {
		text, err := os.ReadFile(filepath.Join(clients, "onescript", "examples", "proto", name))
		if err != nil {
			t.Fatal(err)
		}
		all[name] = string(text)
	}
	return all
}

// inBSL is how the BSL clients want their messages.
var inBSL = object{"useProtoNames": true, "emitDefaults": true, "int64AsNumbers": true}

// Schemas that import one another in any order, TLS without verification, metadata,
// every kind of field under its name in the schema.
func TestConnectionOfTheClients(t *testing.T) {
	t.Parallel()
	_, secure := grpcbin(t)
	h := startOneScript(t)
	message := object{
		"f_string": "2024-01-02T03:04:05Z", "f_int32": -5, "f_int64": int64(9223372036854775807),
		"f_enum": "ENUM_2", "f_bytes": "AP8Q", "f_sub": object{"f_string": "Ж"}, "f_bools": []bool{true, false},
	}
	h.send(
		request{ID: 1, Method: "openConnection", Params: object{
			"address": "https://" + secure, "proto": schemas(t), "metadata": object{"mykey": "myvalue"},
			"tls": object{"disableCertVerification": true}, "json": inBSL, "connectionId": "connection1",
		}},
		request{ID: 2, Method: "callMethod", Params: object{"connection": "connection1", "service": "grpcbin.GRPCBin", "method": "DummyUnary", "request": message}},
		request{ID: 3, Method: "callMethod", Params: object{"connection": "connection1", "service": "grpcbin.GRPCBin", "method": "HeadersUnary"}},
	)
	a := h.answers(3)
	a[1].want(t, `{"tls": true}`)
	text, err := json.Marshal(object{"message": message})
	if err != nil {
		t.Fatal(err)
	}
	a[2].want(t, string(text))
	a[2].want(t, `{"message": {"f_strings": [], "f_float": 0}}`)
	a[3].want(t, `{"message": {"Metadata": {"mykey": {"values": ["myvalue"]}}}}`)
	h.end()
}

// The clients find bytes by contentEncoding, and a field's name, type and number in
// its $comment.
func TestSchemaOfTheClients(t *testing.T) {
	t.Parallel()
	plain, _ := grpcbin(t)
	h := startOneScript(t)
	h.send(request{ID: 1, Method: "getMethod", Params: object{"connection": object{"address": plain}, "method": "grpcbin.GRPCBin/DummyUnary"}})
	h.answers(1)[1].want(t, `{"responseSchema": {"$defs": {
		"grpcbin.DummyMessage": {"properties": {
			"fBytes": {"$comment": "bytes f_bytes = 13", "contentEncoding": "base64"},
			"fBytess": {"$comment": "bytes f_bytess = 14", "items": {"contentEncoding": "base64"}},
			"fSub": {"$comment": "grpcbin.DummyMessage.Sub f_sub = 7", "$ref": "#/$defs/grpcbin.DummyMessage.Sub"},
			"fEnum": {"$ref": "#/$defs/grpcbin.DummyMessage.Enum"}
		}}
	}}}`)
	h.end()
}

// OTLP takes names as the schema has them, 64-bit integers as numbers, bytes as
// base64, and the schema from a descriptor set.
func TestExportOfTheClients(t *testing.T) {
	t.Parallel()
	set, err := collector.Descriptors()
	if err != nil {
		t.Fatal(err)
	}
	exported := make(chan []*tracepb.ResourceSpans, 1)
	address := serve(t, collector.New(func(spans []*tracepb.ResourceSpans) { exported <- spans }))
	span := object{
		"trace_id": "AAECAwQFBgcICQoLDA0ODw==", "span_id": "AAECAwQFBgc=", "name": "Выгрузка",
		"start_time_unix_nano": int64(1700000000123456789), "kind": "SPAN_KIND_INTERNAL",
	}
	h := startOneScript(t)
	export := func(id int, spans ...object) request {
		return request{ID: id, Method: "callMethod", Params: object{
			"connection": object{"address": address, "descriptorSet": object{"base64": set}, "reflection": false, "json": inBSL},
			"service":    "opentelemetry.proto.collector.trace.v1.TraceService", "method": "Export",
			"request": object{"resource_spans": []object{{"scope_spans": []object{{"spans": spans}}}}},
		}}
	}
	h.send(export(1, span))
	h.answers(1)[1].want(t, `{"status": {"code": 0}}`)
	got := (<-exported)[0].GetScopeSpans()[0].GetSpans()[0]
	if got.GetStartTimeUnixNano() != 1700000000123456789 || len(got.GetTraceId()) != 16 || got.GetName() != "Выгрузка" {
		t.Errorf("the span: %v", got)
	}
	span["trace_id"] = "AAEC"
	h.send(export(2, span))
	h.answers(1)[2].want(t, `{"message": {"partial_success": {"rejected_spans": 1}}}`)
	<-exported
	h.end()
}
