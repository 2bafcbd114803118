package integration_test

import (
	"strings"
	"testing"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// TestPositionalParams gives params by position.
func TestPositionalParams(t *testing.T) {
	r := newRig(t)
	type arr = []any
	r.Must("openConnection", arr{r.server.Addr, testserver.Texts(t), obj{"who": "me"}, nil, "mine"})
	r.Must("setMetadata", arr{"mine", obj{"who": "you"}})
	got := decode[Ending](r.Host, r.Must("callMethod", arr{"mine", scriptService, "Unary", obj{"number": 5}, 5000}))
	if *got.Message != numbered(5) {
		t.Errorf("message %+v", got.Message)
	}
	r.Must("callMethod", arr{"mine", nil, scriptService + "/Unary", nil, nil})
	r.Must("getMethodList", arr{"mine", scriptService})
	r.Must("initBidiStream", arr{"mine", scriptService, "Bidi", 5000})
	r.Must("sendMessage", arr{"mine", "s1", obj{"number": 1}})
	r.Must("sendMessages", arr{nil, "s1", arr{obj{"number": 2}, obj{"number": 3}}})
	r.Must("completeSend", arr{nil, "s1"})
	r.Must("getMessage", arr{"mine", "s1", 5000})
	messages := decode[Ending](r.Host, r.Must("getMessages", arr{nil, "s1", 2, 5000}))
	if len(messages.Messages) == 0 || len(messages.Messages) > 2 {
		t.Errorf("messages %+v", messages)
	}
	r.Must("closeStream", arr{nil, "s1"})
	r.Must("processServerStream", arr{"mine", scriptService, "ServerStream", obj{"number": 1}})
	r.Must("processClientStream", arr{"mine", scriptService, "ClientStream", arr{obj{}, obj{}}, 5000})
	r.Must("processBidiStream", arr{"mine", scriptService, "Bidi", arr{obj{}, nil}, 5000, nil, true})
	if got := string(r.Must("isConnector", arr{"mine"})); got != "true" {
		t.Errorf("isConnector %s", got)
	}
	r.Must("closeConnection", arr{"mine"})
	r.Must("getTlsSettings", arr{true})
	r.Must("getConnectionParams", arr{"localhost:1", nil, obj{"a": "b"}})
}

// TestBadParams gives params that are refused, and then a good request.
func TestBadParams(t *testing.T) {
	r := newRig(t)
	s := r.initStream("Bidi", nil)
	call := func(more obj) obj { return scripted(r.conn, "Unary", nil, more) }
	open := func(more obj) obj { return with(obj{"address": r.server.Addr}, more) }
	cases := []struct {
		name, method string
		params       any
		mentions     string // in the message
	}{
		{"unknown name", "callMethod", call(obj{"timeout": 5}), "timeoutMs"},
		{"unknown name in tls", "openConnection", open(obj{"tls": obj{"certfile": "x"}}), "certFile"},
		{"unknown name in json", "callMethod", call(obj{"json": obj{"useProtoName": true}}), "useProtoNames"},
		{"unknown name in keepalive", "openConnection", open(obj{"keepalive": obj{"timeMS": 1}}), "timeMs"},
		{"unknown name in push", "initBidiStream", scripted(r.conn, "Bidi", nil, obj{"push": obj{"windows": 5}}), "window"},
		{"unknown name in implicit params", "callMethod",
			obj{"connection": open(obj{"protos": "x"}), "service": scriptService, "method": "Unary"}, "proto"},
		{"unknown name in a schema", "openConnection", open(obj{"proto": obj{"text": "syntax = \"proto3\";", "fil": "x"}}), ""},
		{"too many", "ping", []any{1}, ""},
		{"too many for closeStream", "closeStream", []any{nil, s.id, 1}, ""},
		{"a missing parameter", "openConnection", obj{}, "address"},
		{"a missing stream", "getMessage", obj{}, "streamId"},
		{"a null parameter", "openConnection", []any{nil}, "address"},
		{"a number for a string", "openConnection", obj{"address": 5}, "address"},
		{"a string for a number", "callMethod", call(obj{"timeoutMs": "5"}), "timeoutMs"},
		{"a negative timeout", "callMethod", call(obj{"timeoutMs": -1}), "timeoutMs"},
		{"a fractional timeout", "getMessage", s.params(obj{"timeoutMs": 1.5}), "timeoutMs"},
		{"a negative count", "getMessages", s.params(obj{"max": -1}), "max"},
		{"a count of 0", "getMessages", s.params(obj{"max": 0}), "max"},
		{"a fractional count", "getMessages", s.params(obj{"max": 2.5}), "max"},
		{"maxMessages of 0", "processServerStream", scripted(r.conn, "ServerStream", nil, obj{"maxMessages": 0}), "maxMessages"},
		{"a window of 0", "initBidiStream", scripted(r.conn, "Bidi", nil, obj{"push": obj{"window": 0}}), "window"},
		{"a negative deadline", "initBidiStream", scripted(r.conn, "Bidi", nil, obj{"deadlineMs": -5}), "deadlineMs"},
		{"messages that are no array", "sendMessages", s.params(obj{"messages": obj{}}), "messages"},
		{"another connection's stream", "sendMessage", s.params(obj{"connection": "c99", "message": obj{}}), ""},
		{"metadata that is an array", "callMethod", call(obj{"metadata": []any{}}), "metadata"},
		{"connectionId inside implicit params", "getServiceList", obj{"connection": open(obj{"connectionId": "x"})}, "connectionId"},
		{"a chosen id like ours", "openConnection", open(obj{"connectionId": "c7"}), "c7"},
		{"a chosen stream id like ours", "initBidiStream", scripted(r.conn, "Bidi", nil, obj{"streamId": "s7"}), "s7"},
		{"a chosen id in use", "initBidiStream", scripted(r.conn, "Bidi", nil, obj{"streamId": s.id}), s.id},
		{"ackMessages without a window", "ackMessages", obj{"streamId": s.id, "count": 1}, ""},
		{"unknown compression", "callMethod", call(obj{"compression": "lzma"}), "gzip"},
		{"a huge number", "callMethod", call(obj{"timeoutMs": 1e300}), "timeoutMs"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := r.Fail(c.method, c.params, -32602)
			if !strings.Contains(err.Message, c.mentions) {
				t.Errorf("%v does not mention %q", err, c.mentions)
			}
		})
	}
	s.send(numbered(1))
	s.expect(1, 1)
	r.Must("callMethod", call(obj{"timeoutMs": 5000.0, "request": numbered(1)}))
}

// TestWholeNumbers takes numbers with a zero fraction for whole.
func TestWholeNumbers(t *testing.T) {
	r := newRig(t)
	r.Send(`{"id":"a","method":"callMethod","params":{"connection":"` + r.conn +
		`","service":"script.v1.Script","method":"Unary","request":{},"timeoutMs":5.0e3}}` + "\n")
	if got := r.Answer(`"a"`); got.Error != nil {
		t.Errorf("5.0e3: %v", got.Error)
	}
}

// TestUnknownMethod names the nearest method.
func TestUnknownMethod(t *testing.T) {
	h := Start(t)
	for name, nearest := range map[string]string{
		"callmethod": "callMethod", "openConection": "openConnection", "ВызватьМетот": "ВызватьМетод", "getMesage": "getMessage",
	} {
		if err := h.Fail(name, nil, -32601); !strings.Contains(err.Message, nearest) {
			t.Errorf("%s: %v does not name %s", name, err, nearest)
		}
	}
	h.Fail("", nil, -32601)
	h.ping()
}

// TestBadParamsShape gives params that are neither object nor array.
func TestBadParamsShape(t *testing.T) {
	h := Start(t)
	for _, params := range []string{"5", `"x"`, "true"} {
		h.Send(`{"jsonrpc":"2.0","id":1,"method":"ping","params":` + params + "}\n")
		if err := h.Answer("1").Error; err == nil || err.Code != -32600 && err.Code != -32602 {
			t.Errorf("params %s: %v", params, err)
		}
	}
	h.ping()
}

// TestSameNameTwice gives a parameter twice.
func TestSameNameTwice(t *testing.T) {
	h := Start(t)
	h.Send(`{"jsonrpc":"2.0","id":1,"method":"isConnector","params":{"value":"a","value":"b"}}` + "\n")
	h.Answer("1") // whatever it says, the worker lives
	h.ping()
}

// TestAliases checks that each Russian name does what the English one does.
func TestAliases(t *testing.T) {
	aliases := map[string]string{
		"getConnectionParams": "ПолучитьПараметрыСоединения", "getTlsSettings": "ПолучитьНастройкиTls",
		"openConnection": "ОткрытьСоединение", "closeConnection": "ЗакрытьСоединение",
		"setMetadata": "УстановитьМетаданные", "isConnector": "ЭтоКоннектор", "callMethod": "ВызватьМетод",
		"getServiceList": "ПолучитьСписокСервисов", "getMethodList": "ПолучитьСписокМетодов", "getMethod": "ПолучитьМетод",
		"initServerStream": "ИнициализироватьСерверныйПоток", "initClientStream": "ИнициализироватьКлиентскийПоток",
		"initBidiStream": "ИнициализироватьДвунаправленныйПоток", "sendMessage": "ОтправитьСообщение",
		"getMessage": "ПолучитьСообщение", "completeSend": "ЗавершитьОтправку", "closeStream": "ЗакрытьПоток",
		"processServerStream": "ОбработатьСерверныйПоток", "processClientStream": "ОбработатьКлиентскийПоток",
		"processBidiStream": "ОбработатьДвунаправленныйПоток",
	}
	h := Start(t)
	params := obj{
		"connection": "c9", "streamId": "s9", "service": "a.B", "method": "C", "message": obj{}, "requests": []any{},
		"exchangeOrder": []any{}, "metadata": obj{}, "value": "c9", "address": "localhost:1", "lazy": true, "disableCertVerification": true,
	}
	for english, russian := range aliases {
		for _, p := range []obj{{}, {"noSuchName": 1}, params} {
			result1, err1 := h.Call(english, p)
			result2, err2 := h.Call(russian, p)
			if (err1 == nil) != (err2 == nil) || err1 == nil && string(result1) != string(result2) {
				t.Errorf("%s: %s %v; %s: %s %v", english, result1, err1, russian, result2, err2)
			}
			if err1 != nil && err2 != nil && (err1.Code != err2.Code || string(err1.RawData) != string(err2.RawData)) {
				t.Errorf("%s: %v; %s: %v", english, err1, russian, err2)
			}
		}
	}
}

// TestWrongImplicitConnection tells the place inside the request's connection, whether
// params are wrong by their form or by what they lead to, and tls is beside it.
func TestWrongImplicitConnection(t *testing.T) {
	r := newRig(t)
	for _, test := range []struct {
		connection  obj
		tls         any
		param, path string
	}{
		{obj{"address": "ftp://x"}, nil, "connection", "connection.address"},
		{obj{"timeoutMs": -1}, nil, "connection", "connection.timeoutMs"},
		{obj{"metadata": obj{"te": "x"}}, nil, "connection", "connection.metadata.te"},
		{obj{"proto": "message {"}, nil, "connection", "connection.proto"},
		{obj{"proto": "/not/there.proto"}, nil, "connection", "connection.proto"},
		{obj{"descriptorSet": "/not/there"}, nil, "connection", "connection.descriptorSet"},
		{obj{"serviceConfig": obj{"methodConfig": 5}}, nil, "connection", "connection.serviceConfig"},
		{obj{"tls": obj{"certFile": "/not/there"}}, nil, "connection", "connection.tls.certFile"},
		{obj{"tls": obj{"certFile": "/not/there"}}, obj{"caPem": "none"}, "tls", "tls.caPem"},
	} {
		params := obj{"connection": with(obj{"address": r.server.Addr}, test.connection), "tls": test.tls}
		err := r.Fail("getServiceList", params, -32602)
		if err.Data.Param != test.param || err.Data.Path != test.path {
			t.Errorf("%v: %+v", params, err)
		}
		if diagnosed := test.connection["proto"] == "message {"; diagnosed != (len(err.Data.Diagnostics) > 0) {
			t.Errorf("%v: diagnostics %v", params, err.Data.Diagnostics)
		}
	}
}
