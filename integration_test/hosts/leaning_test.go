package hosts

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
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

// The clients know a refused request by its line, where the worker could not read the
// id, and by its length, where it did not read the request at all. Deep answers are one
// line as any other, which OneScript's own reader gives up from 65 levels on.
func TestRefusalsOfTheClients(t *testing.T) {
	t.Parallel()
	plain, _ := grpcbin(t)
	h := startOneScript(t, "--max-message-bytes", "20000")
	nested := func(depth int) object {
		message := object{}
		for range depth {
			message = object{"self": message}
		}
		return message
	}
	open := object{"address": plain, "connectionId": "connection1", "proto": `syntax = "proto3"; package grpcbin; message M { M self = 101; }
		service GRPCBin { rpc DummyUnary(M) returns (M); }`}
	call := func(id int, message any) string {
		return string(asciiJSON(t, request{JSONRPC: "2.0", ID: id, Method: "callMethod", Params: object{
			"connection": "connection1", "method": "grpcbin.GRPCBin/DummyUnary", "request": message}}, "")) + "\r\n"
	}
	h.write(string(asciiJSON(t, request{JSONRPC: "2.0", ID: 1, Method: "openConnection", Params: open}, "")) + "\n")
	h.write(call(2, nested(1100)))
	h.write(call(3, object{"self": strings.Repeat("x", 20000)}))
	h.write(call(4, nested(100)))
	var refused []answer
	for range 4 {
		line, err := h.line()
		if err != nil {
			t.Fatal(err)
		}
		switch a := parse(t, line); {
		case a.ID == nil:
			refused = append(refused, a)
		case *a.ID == 4:
			if depth := strings.Count(string(a.Result), `"self"`); depth != 100 {
				t.Errorf("the deep answer has %d levels: %+v", depth, a.Error)
			}
		}
	}
	if len(refused) != 2 || refused[0].Error.Data.Reason != "tooDeep" || refused[0].Error.Data.Line != 2 ||
		refused[1].Error.Code != -32600 || refused[1].Error.Data.Line != 0 {
		t.Errorf("the refusals: %+v", refused)
	}
	h.end()
}

// What is not to be filled in where it is unset, the clients see in the schema: the
// members of a oneof stand in "required" under allOf and oneOf.
func TestOneofsOfTheClients(t *testing.T) {
	t.Parallel()
	h := startOneScript(t)
	h.send(request{ID: 1, Method: "getMethod", Params: object{"method": "p.S/C", "connection": object{"address": "localhost:1", "lazy": true,
		"proto": `syntax = "proto3"; package p; message M { oneof k { M a = 1; string b = 2; } map<int32, bytes> blobs = 3; E e = 4; } enum E { ZERO = 0; }
			service S { rpc C(M) returns (M); }`}}})
	h.answers(1)[1].want(t, `{"responseSchema": {"$defs": {
		"p.M": {
			"allOf": [{"oneOf": [{"required": ["a"]}, {"required": ["b"]}, {"not": {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}}]}],
			"properties": {"blobs": {"type": "object", "additionalProperties": {"contentEncoding": "base64"}}}
		},
		"p.E": {"anyOf": [{"enum": ["ZERO"]}, {"type": "integer", "minimum": -2147483648, "maximum": 2147483647}]}
	}}}`)
	h.end()
}
