package grpcops

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/grpcline/grpcline/internal/strictjson"
)

// TestParamsRoundTrip passes what getConnectionParams returns to openConnection:
// what is written reads the same.
func TestParamsRoundTrip(t *testing.T) {
	for _, in := range []string{
		`{"address":"host:1"}`,
		`{"address":"https://host","timeoutMs":0,"connectTimeoutMs":5.0,"lazy":true,"waitForReady":false}`,
		`{"address":"a","proto":"syntax = \"proto3\";"}`,
		`{"address":"a","proto":{"text":"syntax = \"proto3\";"}}`,
		`{"address":"a","proto":{"file":"a.proto"},"importPaths":["x","y"]}`,
		`{"address":"a","proto":{"url":"http://x/a.proto"}}`,
		`{"address":"a","proto":{"b.proto":"syntax","a.proto":{"file":"x"},"text":{"text":"y"}}}`,
		`{"address":"a","descriptorSet":"AAAA"}`,
		`{"address":"a","descriptorSet":{"file":"x"}}`,
		`{"address":"a","descriptorSet":{"base64":"AAAA"}}`,
		`{"address":"a","reflection":"auto"}`,
		`{"address":"a","reflection":true}`,
		`{"address":"a","reflection":false}`,
		`{"address":"a","metadata":{"X":"1","b-bin":["AP8"],"c":[]}}`,
		`{"address":"a","tls":{}}`,
		`{"address":"a","tls":{"disableCertVerification":false,"certFile":"f","caPem":"p","clientCertFile":"c","clientKeyFile":"k","serverName":"s"}}`,
		`{"address":"a","compression":"gzip"}`,
		`{"address":"a","compression":"identity","maxReceiveBytes":0,"maxSendBytes":9007199254740992}`,
		`{"address":"a","keepalive":{"timeMs":1,"permitWithoutStream":true}}`,
		`{"address":"a","keepalive":{}}`,
		`{"address":"a","authority":"x","userAgent":"y"}`,
		`{"address":"a","serviceConfig":{"methodConfig":[{"name":[{}],"timeout":"1s"}]}}`,
		`{"address":"a","json":{"useProtoNames":true,"emitDefaults":false}}`,
	} {
		var p, again ConnectionParams
		if err := strictjson.Decode([]byte(in), &p); err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		out, err := json.Marshal(&p)
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if err := strictjson.Decode(out, &again); err != nil {
			t.Errorf("%s is written as %s: %v", in, out, err)
			continue
		}
		if !reflect.DeepEqual(p, again) {
			t.Errorf("%s is written as %s, which reads otherwise", in, out)
		}
	}
}

// TestNullIsAbsent in all params of a connection.
func TestNullIsAbsent(t *testing.T) {
	for _, name := range strictjson.Names(&ConnectionParams{}) {
		if name == "address" {
			continue
		}
		var p, want ConnectionParams
		if err := strictjson.Decode([]byte(`{"address":"demo:///"}`), &want); err != nil {
			t.Fatal(err)
		}
		if err := strictjson.Decode([]byte(`{"address":"demo:///","`+name+`":null}`), &p); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := p.Check(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		out, err := json.Marshal(&p)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if wanted, _ := json.Marshal(&want); string(out) != string(wanted) {
			t.Errorf("%s: null is written as %s", name, out)
		}
	}
}

func TestParamsErrors(t *testing.T) {
	for in, path := range map[string]string{
		`{}`:                                             "address",
		`{"address":"a","reflection":"yes"}`:             "reflection",
		`{"address":"a","reflection":1}`:                 "reflection",
		`{"address":"a","reflection":"true"}`:            "reflection",
		`{"address":"a","compression":"zip"}`:            "compression",
		`{"address":"a","compression":true}`:             "compression",
		`{"address":"a","timeoutMs":-1}`:                 "timeoutMs",
		`{"address":"a","timeoutMs":1.5}`:                "timeoutMs",
		`{"address":"a","timeoutMs":"1"}`:                "timeoutMs",
		`{"address":"a","maxReceiveBytes":1e99}`:         "maxReceiveBytes",
		`{"address":"a","keepalive":{"timeMS":1}}`:       "keepalive.timeMS",
		`{"address":"a","json":{"emitDefault":true}}`:    "json.emitDefault",
		`{"address":"a","tls":{"certfile":"x"}}`:         "tls.certfile",
		`{"address":"a","tls":true}`:                     "tls",
		`{"address":"a","metadata":{"grpc-x":"1"}}`:      "metadata.grpc-x",
		`{"address":"a","metadata":{"a":["x",5]}}`:       "metadata.a[1]",
		`{"address":"a","importPaths":"x"}`:              "importPaths",
		`{"address":"a","importPaths":["x",1]}`:          "importPaths[1]",
		`{"address":"a","proto":5}`:                      "proto",
		`{"address":"a","proto":{}}`:                     "proto",
		`{"address":"a","proto":{"text":"x","txt":"y"}}`: "",
		`{"address":"a","descriptorSet":{"fil":"x"}}`:    "descriptorSet.fil",
		`{"address":"a","connectionId":"x"}`:             "connectionId",
		`{"address":"a","address":"b"}`:                  "address",
	} {
		var p ConnectionParams
		err := strictjson.Decode([]byte(in), &p)
		var wrong *strictjson.Error
		if path == "" { // an object of files
			if err != nil {
				t.Errorf("%s: %v", in, err)
			}
			continue
		}
		if !errors.As(err, &wrong) || wrong.Path != path {
			t.Errorf("%s: got %+v, want it at %q", in, err, path)
		}
	}
}

// TestAttemptTimeout lets no attempt to connect end before opening does.
func TestAttemptTimeout(t *testing.T) {
	for given, want := range map[int]time.Duration{
		1: 20 * time.Second, 20_000: 20 * time.Second, 25_000: 25 * time.Second, 0: 24 * time.Hour, math.MaxInt: 24 * time.Hour,
	} {
		if got := (&ConnectionParams{ConnectTimeoutMs: &given}).attemptTimeout(); got != want {
			t.Errorf("connectTimeoutMs %d: got %v, want %v", given, got, want)
		}
	}
}

func TestMillis(t *testing.T) {
	for _, test := range []struct {
		ms   *int
		want time.Duration
	}{
		{nil, 7 * time.Second},
		{pointer(0), 0},
		{pointer(1), time.Millisecond},
		{pointer(math.MaxInt), math.MaxInt64 / time.Millisecond * time.Millisecond}, // the longest there is
		{pointer(math.MaxInt64 / 1_000_000), math.MaxInt64 / time.Millisecond * time.Millisecond},
	} {
		if got := Millis(test.ms, 7*time.Second); got != test.want {
			t.Errorf("got %v, want %v", got, test.want)
		}
	}
	p := ConnectionParams{}
	if p.Timeout() != 10*time.Second || p.ConnectTimeout() != 10*time.Second {
		t.Errorf("the defaults are %v and %v", p.Timeout(), p.ConnectTimeout())
	}
}

func TestJSONOptionsOver(t *testing.T) {
	yes, no := pointer(true), pointer(false)
	base := &JSONOptions{UseProtoNames: yes, EmitDefaults: yes}
	for _, test := range []struct {
		o, base      *JSONOptions
		names, emits bool
	}{
		{nil, nil, false, false},
		{nil, base, true, true},
		{&JSONOptions{}, base, true, true},
		{&JSONOptions{UseProtoNames: no}, base, false, true},
		{&JSONOptions{EmitDefaults: yes}, nil, false, true},
	} {
		if got := test.o.over(test.base); got.UseProtoNames != test.names || got.EmitDefaults != test.emits {
			t.Errorf("%+v over %+v: %+v", test.o, test.base, got)
		}
	}
}

func TestOrDefault(t *testing.T) {
	for _, test := range []struct {
		given *int
		want  int
	}{{nil, 64 << 20}, {pointer(0), math.MaxInt32}, {pointer(5), 5}, {pointer(math.MaxInt), math.MaxInt32}} {
		if got := orDefault(test.given); got != test.want {
			t.Errorf("got %d, want %d", got, test.want)
		}
	}
}
