package hosts

import (
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"

	"github.com/grpcline/grpcline/examples/otlp/collector"
)

func example(name string) string {
	return filepath.Join(clients, "onescript", "examples", name)
}

func TestExampleGRPCBin(t *testing.T) {
	oscript := engine(t, "oscript")
	_, secure := grpcbin(t)
	got := run(t, nil, oscript, example("grpcbin.os"), "https://"+secure)
	want := `Строка: Привет
Целое: 9223372036854775807
Двоичные данные: двоичные данные
Метаданные: myvalue
Ошибка: NOT_FOUND, нет такого
`
	if got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
}

func TestExampleChat(t *testing.T) {
	got := run(t, nil, engine(t, "oscript"), example("chat.os"))
	if !strings.Contains(got, "demo: You said: Как дела?\n") || !strings.HasSuffix(got, "Конец: Closed, статус OK\n") {
		t.Errorf("the chat: %s", got)
	}
}

func TestExampleSpeed(t *testing.T) {
	got := run(t, nil, engine(t, "oscript"), example("speed.os"), "20")
	if lines := strings.Split(strings.TrimSpace(got), "\n"); len(lines) != 5 || !strings.HasPrefix(lines[0], "по одному: ") {
		t.Errorf("the speed: %s", got)
	}
}

// The spans arrive as the script made them: 64-bit integers, bytes and names.
func TestExampleOTLP(t *testing.T) {
	oscript := engine(t, "oscript")
	descriptors := filepath.Join(t.TempDir(), "otlp.binpb")
	set, err := collector.Descriptors()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(descriptors, set, 0o644); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		args []string
	}{
		{"the collector's reflection", nil},
		{"descriptors", []string{descriptors}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			exported := make(chan []*tracepb.ResourceSpans, 1)
			address := serve(t, collector.New(func(spans []*tracepb.ResourceSpans) { exported <- spans }))
			printed := run(t, nil, oscript, append([]string{example("otlp.os"), address}, test.args...)...)
			select {
			case spans := <-exported:
				checkSpans(t, spans, printed)
			default:
				t.Errorf("nothing was exported: %s", printed)
			}
		})
	}
}

func checkSpans(t *testing.T, resources []*tracepb.ResourceSpans, printed string) {
	t.Helper()
	service := attribute(resources[0].GetResource().GetAttributes(), "service.name")
	if service.GetStringValue() != "бухгалтерия" {
		t.Errorf("service.name: %v", service)
	}
	spans := resources[0].GetScopeSpans()[0].GetSpans()
	if len(spans) != 2 {
		t.Fatalf("%d spans: %v", len(spans), spans)
	}
	outer, inner := spans[0], spans[1]
	if id := strings.ToUpper(hex.EncodeToString(outer.GetTraceId())); !strings.Contains(printed, id) {
		t.Errorf("trace %s is not in: %s", id, printed)
	}
	if string(inner.GetParentSpanId()) != string(outer.GetSpanId()) || inner.GetName() != "Выгрузка" {
		t.Errorf("the inner span: %v", inner)
	}
	if outer.GetStartTimeUnixNano() == 0 || outer.GetEndTimeUnixNano() < inner.GetStartTimeUnixNano() {
		t.Errorf("times: %v, %v", outer, inner)
	}
	if sum := attribute(inner.GetAttributes(), "заказ.сумма").GetIntValue(); sum != 9007199254740993 {
		t.Errorf("a 64-bit integer: %d", sum)
	}
	if sum := attribute(inner.GetAttributes(), "заказ.хеш").GetBytesValue(); string(sum) != "\x00\xff\x10" {
		t.Errorf("bytes: %x", sum)
	}
}

func attribute(all []*commonpb.KeyValue, key string) *commonpb.AnyValue {
	for _, a := range all {
		if a.GetKey() == key {
			return a.GetValue()
		}
	}
	return nil
}
