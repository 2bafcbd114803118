package rpc

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/grpcline/grpcline/internal/jsonscan"
	"github.com/grpcline/grpcline/internal/strictjson"
)

// samples are values for all params that have a position.
var samples = map[string]string{
	"symbol": `"a.B"`, "address": `"demo:///"`, "proto": `"syntax = \"proto3\";"`, "metadata": `{"a":"b"}`, "tls": `{}`, "connectionId": `"x"`,
	"disableCertVerification": `true`, "certFile": `"f"`, "connection": `"c1"`, "value": `[1]`,
	"service": `"a.B"`, "method": `"M"`, "request": `{"a":1}`, "timeoutMs": `5`, "streamId": `"s1"`, "message": `{}`,
	"messages": `[{}]`, "max": `3`, "count": `2`, "maxMessages": `4`, "requests": `[{}]`, "exchangeOrder": `[{},null]`,
	"server": `"v1"`, "serverId": `"mine"`, "status": `{"code":5}`, "trailers": `{"a":"b"}`, "graceMs": `6`, "continueReceiving": `false`, "id": `7`,
}

func paramsOf(text string) params {
	var scan jsonscan.Scan
	scan.Read([]byte(text))
	return params{[]byte(text), scan.Members}
}

// TestMethodsByNameAndPosition gives each method the same params both ways.
func TestMethodsByNameAndPosition(t *testing.T) {
	for _, m := range allMethods() {
		var values, members []string
		for _, name := range m.Order {
			sample, ok := samples[name]
			if !ok {
				t.Fatalf("%s: there is no sample of %s", m.Name, name)
			}
			values = append(values, sample)
			members = append(members, fmt.Sprintf("%q:%s", name, sample))
		}
		array, object := "["+strings.Join(values, ",")+"]", "{"+strings.Join(members, ",")+"}"
		byPosition, byName := reflect.New(m.Params).Interface(), reflect.New(m.Params).Interface()
		if err := paramsOf(array).decode(m.Order, byPosition); err != nil {
			t.Errorf("%s%s: %v", m.Name, array, err)
		}
		if err := paramsOf(object).decode(m.Order, byName); err != nil {
			t.Errorf("%s%s: %v", m.Name, object, err)
		}
		if !reflect.DeepEqual(byPosition, byName) {
			t.Errorf("%s: by position %+v, by name %+v", m.Name, byPosition, byName)
		}
		longer := "[" + strings.Join(append(values, "null"), ",") + "]"
		if err := paramsOf(longer).decode(m.Order, reflect.New(m.Params).Interface()); err == nil {
			t.Errorf("%s takes %s", m.Name, longer)
		}
	}
}

// TestMethodsRefuseWhatTheyDoNotKnow wants an unknown name refused, and named.
func TestMethodsRefuseWhatTheyDoNotKnow(t *testing.T) {
	for _, m := range allMethods() {
		err := paramsOf(`{"nobodyKnowsThis":1}`).decode(m.Order, reflect.New(m.Params).Interface())
		var wrong *strictjson.Error
		if !errors.As(err, &wrong) || wrong.Path != "nobodyKnowsThis" {
			t.Errorf("%s: got %v", m.Name, err)
		}
		for _, params := range []string{`5`, `"x"`, `true`} {
			if err := paramsOf(params).decode(m.Order, reflect.New(m.Params).Interface()); err == nil {
				t.Errorf("%s takes params %s", m.Name, params)
			}
		}
	}
}

// TestMethodsWithoutParams takes none as an empty object.
func TestMethodsWithoutParams(t *testing.T) {
	for _, m := range allMethods() {
		none := params{}.decode(m.Order, reflect.New(m.Params).Interface())
		empty := paramsOf(`{}`).decode(m.Order, reflect.New(m.Params).Interface())
		if fmt.Sprint(none) != fmt.Sprint(empty) {
			t.Errorf("%s: without params %v, with {} %v", m.Name, none, empty)
		}
	}
}

func TestMethodNames(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range allMethods() {
		for _, name := range []string{m.Name, m.Alias} {
			if name != "" && seen[name] {
				t.Errorf("%s is the name of two methods", name)
			}
			seen[name] = true
		}
		if strings.ContainsFunc(m.Name, func(r rune) bool { return r > unicode.MaxASCII }) {
			t.Errorf("%s is not ASCII", m.Name)
		}
		if !strings.HasSuffix(m.Summary, ".") {
			t.Errorf("the summary of %s is no sentence: %q", m.Name, m.Summary)
		}
		if m.Handle != "" && !slices.Contains(strictjson.Names(reflect.New(m.Params).Interface()), m.Handle) {
			t.Errorf("%s has no param %s", m.Name, m.Handle)
		}
	}
}

// TestMethodNamesOfTheProtocol are those that hosts rely on, with their aliases.
func TestMethodNamesOfTheProtocol(t *testing.T) {
	want := map[string]string{
		"getConnectionParams": "ПолучитьПараметрыСоединения", "getTlsSettings": "ПолучитьНастройкиTls",
		"openConnection": "ОткрытьСоединение", "closeConnection": "ЗакрытьСоединение", "setMetadata": "УстановитьМетаданные",
		"isConnector": "ЭтоКоннектор", "callMethod": "ВызватьМетод", "getServiceList": "ПолучитьСписокСервисов",
		"getMethodList": "ПолучитьСписокМетодов", "getMethod": "ПолучитьМетод", "getProto": "ПолучитьПрото",
		"initServerStream": "ИнициализироватьСерверныйПоток", "initClientStream": "ИнициализироватьКлиентскийПоток",
		"initBidiStream": "ИнициализироватьДвунаправленныйПоток", "sendMessage": "ОтправитьСообщение", "sendMessages": "",
		"getMessage": "ПолучитьСообщение", "getMessages": "", "getHeaders": "", "completeSend": "ЗавершитьОтправку",
		"cancelStream": "", "closeStream": "ЗакрытьПоток", "ackMessages": "",
		"startServer": "ЗапуститьСервер", "acceptCall": "ПринятьВызов", "sendHeaders": "ОтправитьЗаголовки",
		"finishCall": "ЗавершитьВызов", "stopServer": "ОстановитьСервер",
		"processServerStream": "ОбработатьСерверныйПоток", "processClientStream": "ОбработатьКлиентскийПоток",
		"processBidiStream": "ОбработатьДвунаправленныйПоток", "checkHealth": "", "getState": "", "getVersion": "",
		"ping": "", "shutdown": "", "rpc.discover": "", "$/cancelRequest": "",
	}
	got := map[string]string{}
	for _, m := range allMethods() {
		got[m.Name] = m.Alias
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
	list := MethodList()
	for name := range want {
		if !strings.Contains(list, name) {
			t.Errorf("the list of methods has no %s", name)
		}
	}
}

// TestChosen finds the chosen id also in params that are wrong.
func TestChosen(t *testing.T) {
	table := newTable(allMethods())
	for _, test := range []struct{ method, params, want string }{
		{"openConnection", `{"address":"a","connectionId":"x"}`, "x"},
		{"openConnection", `{"connectionId":"x","unknown":1}`, "x"},
		{"openConnection", `["a",null,null,null,"x"]`, "x"},
		{"openConnection", `["a",null,null,null,"x",1,2]`, "x"},
		{"openConnection", `["a"]`, ""},
		{"openConnection", `{"connectionId":5}`, ""},
		{"openConnection", `{}`, ""},
		{"openConnection", `5`, ""},
		{"openConnection", ``, ""},
		{"initBidiStream", `{"streamId":"\u0061","connection":5}`, "a"},
		{"initBidiStream", `["c1","s","m",1]`, ""},
	} {
		var given params
		if test.params != "" {
			given = paramsOf(test.params)
		}
		if got := table.byName[test.method].chosen(given); got != test.want {
			t.Errorf("%s%s: got %q, want %q", test.method, test.params, got, test.want)
		}
	}
}
