package hosts

import (
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/grpcline/grpcline/examples/otlp/collector"
)

// traceService is what a telemetry SDK calls.
const traceService = "opentelemetry.proto.collector.trace.v1.TraceService"

// export is what a collector was sent.
type export struct {
	spans     []*tracepb.ResourceSpans
	userAgent string
}

// collect serves a collector and gives what it is sent.
func collect(t *testing.T) (address string, exported <-chan export) {
	t.Helper()
	all := make(chan export, 2)
	agents := make(chan string, 1)
	address = serve(t, collector.New(
		func(spans []*tracepb.ResourceSpans) { all <- export{spans, <-agents} },
		grpc.UnaryInterceptor(func(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
			md, _ := metadata.FromIncomingContext(ctx)
			agents <- strings.Join(md.Get("user-agent"), ",")
			return handler(ctx, request)
		})))
	return address, all
}

// check compares an export with what an SDK for OneScript makes of a span: ids in
// base64, times in whole nanoseconds, its own user agent.
func (e export) check(t *testing.T) {
	t.Helper()
	if !strings.HasPrefix(e.userAgent, "OTel-OTLP-Exporter-OneScript/1.0") {
		t.Errorf("the user agent: %q", e.userAgent)
	}
	span := e.spans[0].GetScopeSpans()[0].GetSpans()[0]
	if span.GetStartTimeUnixNano() != 1700000000123456789 || string(span.GetSpanId()) != "\xff\xff\xff\xff\x00\x01\x02\x03" || len(span.GetTraceId()) != 16 {
		t.Errorf("the span: %v", span)
	}
}

// A telemetry SDK names its user agent in the metadata of the connection, gives the
// schema as files that import one another, and tries again where an error's text has
// UNAVAILABLE in it.
func TestTelemetryOnThePipe(t *testing.T) {
	t.Parallel()
	address, exported := collect(t)
	h := startOneScript(t)
	h.send(request{ID: 1, Method: "getProto", Params: object{"connection": object{"address": address}, "symbol": traceService}})
	var proto struct {
		Files object `json:"files"`
	}
	if err := json.Unmarshal(h.answers(1)[1].Result, &proto); err != nil || len(proto.Files) < 2 {
		t.Fatalf("the schema: %v, %v", proto.Files, err)
	}
	span := object{
		"trace_id": "/////wABAgMEBQYHCAkKCw==", "span_id": "/////wABAgM=", "parent_span_id": "", "name": "Выгрузка", "kind": 1,
		"start_time_unix_nano": int64(1700000000123456789),
	}
	spans := object{"resource_spans": []object{{"scope_spans": []object{{"spans": []object{span}}}}}}
	h.send(
		request{ID: 2, Method: "openConnection", Params: object{
			"address": "http://" + address, "proto": proto.Files, "reflection": false, "json": inBSL, "connectionId": "connection2",
			"metadata": object{"user-agent": "OTel-OTLP-Exporter-OneScript/1.0.1", "authorization": "Bearer abc"},
		}},
		request{ID: 3, Method: "callMethod", Params: object{"connection": "connection2", "service": traceService, "method": "Export", "request": spans}},
		request{ID: 4, Method: "openConnection", Params: object{"address": "http://localhost:1"}},
	)
	a := h.answers(3)
	a[3].want(t, `{"status": {"code": 0}}`)
	(<-exported).check(t)
	if e := a[4].Error; e == nil || e.Code != 14 || !strings.HasPrefix(e.Message, "UNAVAILABLE: ") {
		t.Errorf("a collector that is away: %+v", e)
	}
	h.end()
}

func TestTelemetryOnEngine(t *testing.T) {
	oscript := engine(t, "oscript")
	address, exported := collect(t)
	script := filepath.Join(t.TempDir(), "sdk.os")
	writeScript(t, script, `#Использовать "`+absolute(t, clients+"/onescript")+`"
Схемы = OPI_GRPC.ПолучитьПрото(OPI_GRPC.ПолучитьПараметрыСоединения(АргументыКоманднойСтроки[0]), АргументыКоманднойСтроки[1])["data"];
Мета = Новый Соответствие;
Мета.Вставить("user-agent", "OTel-OTLP-Exporter-OneScript/1.0.1");
Параметры = OPI_GRPC.ПолучитьПараметрыСоединения("http://" + АргументыКоманднойСтроки[0], Схемы, Мета);
Соединение = OPI_GRPC.ОткрытьСоединение(Параметры, Неопределено);
Спан = Новый Соответствие;
Спан.Вставить("trace_id", "/////wABAgMEBQYHCAkKCw==");
Спан.Вставить("span_id", "/////wABAgM=");
Спан.Вставить("parent_span_id", "");
Спан.Вставить("start_time_unix_nano", 1700000000123456789);
Запрос = Спан;
Для Каждого Имя Из СтрРазделить("spans,scope_spans,resource_spans", ",") Цикл
	Список = Новый Массив;
	Список.Добавить(Запрос);
	Запрос = Новый Соответствие;
	Запрос.Вставить(Имя, Список);
КонецЦикла;
Результат = OPI_GRPC.ВызватьМетод(Соединение, АргументыКоманднойСтроки[1], "Export", Запрос, 10000);
Сообщить(Результат["result"]);
Соединение.Рабочий.Процесс.Снять();
Результат = OPI_GRPC.ВызватьМетод(Соединение, АргументыКоманднойСтроки[1], "Export", Запрос, 10000);
Сообщить(СтрНайти(Результат["error"], "UNAVAILABLE") > 0);
Соединение = OPI_GRPC.ОткрытьСоединение(Параметры);
Сообщить(OPI_GRPC.ВызватьМетод(Соединение, АргументыКоманднойСтроки[1], "Export", Запрос)["result"]);`)
	printed := run(t, nil, oscript, script, address, traceService)
	if strings.Count(printed, "True") != 3 {
		t.Fatalf("printed: %s", printed)
	}
	(<-exported).check(t)
}
