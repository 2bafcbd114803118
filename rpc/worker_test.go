package rpc

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/grpcline/grpcline/state"
)

// TestAnswers gives one line to a worker and looks at the whole answer.
func TestAnswers(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{ping1, `{"jsonrpc":"2.0","id":1,"result":{}}`},
		{`{"jsonrpc":"2.0","id":"ы","method":"ping"}`, `{"jsonrpc":"2.0","id":"\u044b","result":{}}`},
		{`{"id":-5,"method":"ping","params":[]}`, `{"jsonrpc":"2.0","id":-5,"result":{}}`},
		{`{"id":1.0,"method":"ping","params":{}}`, `{"jsonrpc":"2.0","id":1.0,"result":{}}`},
		{`{"id":18446744073709551615,"method":"ping"}`, `{"jsonrpc":"2.0","id":18446744073709551615,"result":{}}`},
		{`{"id":"\/","method":"ping"}`, `{"jsonrpc":"2.0","id":"\/","result":{}}`},
		{`{"id":null,"method":"ping"}`, `{"jsonrpc":"2.0","id":null,"result":{}}`},
		{`{"method":"ping"}`, ``},
		{`{"method":"nothing like this"}`, ``},
		{`{"method":"ping","params":[1]}`, ``},
		{`{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":"nobody"}}`, ``},
		{`{"id":1,"method":"$/cancelRequest","params":[7]}`, `{"jsonrpc":"2.0","id":1,"result":{}}`},
		{`[]`, `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"a batch must have at least one request"}}`},
		{`{"id":1,"method":"isConnector","params":["c1"]}`, `{"jsonrpc":"2.0","id":1,"result":false}`},
		{`{"id":1,"method":"isConnector","params":[null]}`, `{"jsonrpc":"2.0","id":1,"result":false}`},
		{`{"id":1,"method":"isConnector"}`, `{"jsonrpc":"2.0","id":1,"result":false}`},
		{`{"id":1,"method":"isConnector","params":[{"a":[]}]}`, `{"jsonrpc":"2.0","id":1,"result":false}`},
	} {
		var out bytes.Buffer
		if err := New(strings.NewReader(test.in), &out, demoEnv(t), testOptions()).Serve(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimSuffix(out.String(), "\n"); got != test.want {
			t.Errorf("%s:\ngot  %s\nwant %s", test.in, got, test.want)
		}
	}
}

// TestRefusals look at code, id and data.
func TestRefusals(t *testing.T) {
	for _, test := range []struct {
		in, id string
		code   int64
		data   string
	}{
		{`hello`, `null`, -32700, `{"line":1,"reason":"notJson"}`},
		{`{"id":1`, `null`, -32700, `{"line":1,"reason":"truncated"}`},
		{`5`, `null`, -32600, ``},
		{`{}`, `null`, -32600, ``},
		{`{"id":7}`, `7`, -32600, ``},
		{`{"id":7,"method":"pong"}`, `7`, -32601, `{"param":"method","nearest":["ping"]}`},
		{`{"id":7,"method":"Ping"}`, `7`, -32601, `{"param":"method","nearest":["ping"]}`},
		{`{"id":7,"method":"ping","params":5}`, `7`, -32602, `{"param":"params"}`},
		{`{"id":7,"method":"ping","params":{"a":1}}`, `7`, -32602, `{"param":"a"}`},
		{`{"id":7,"method":"ping","params":[1]}`, `7`, -32602, `{"param":"params"}`},
		{`{"id":7,"method":"callMethod","params":{"connection":"c1"}}`, `7`, -32602, `{"param":"method"}`},
		{`{"id":7,"method":"callMethod","params":["c1","s","m"]}`, `7`, -32001, `{"reason":"unknownConnection"}`},
		{`{"id":7,"method":"callMethod","params":[5,"s","m"]}`, `7`, -32602, `{"param":"connection"}`},
		{`{"id":7,"method":"callMethod","params":[{"address":"demo:///","tls":{"certfile":""}},"s","m"]}`, `7`, -32602, `{"param":"connection","path":"connection.tls.certfile"}`},
		{`{"id":7,"method":"callMethod","params":[{"address":"demo:///","connectionId":"x"},"s","m"]}`, `7`, -32602, `{"param":"connection","path":"connection.connectionId"}`},
		{`{"id":7,"method":"openConnection","params":{"address":"demo:///","timeoutMs":-1}}`, `7`, -32602, `{"param":"timeoutMs"}`},
		{`{"id":7,"method":"openConnection","params":{"address":"demo:///","timeoutMs":0.5}}`, `7`, -32602, `{"param":"timeoutMs"}`},
		{`{"id":7,"method":"openConnection","params":{"address":"demo:///","connectionId":"c7"}}`, `7`, -32602, `{"param":"connectionId"}`},
		{`{"id":7,"method":"openConnection","params":["ftp://x"]}`, `7`, -32602, `{"param":"address"}`},
		{`{"id":7,"method":"closeConnection","params":["nope"]}`, `7`, -32001, `{"reason":"unknownConnection"}`},
		{`{"id":7,"method":"getMessage","params":{"streamId":"nope"}}`, `7`, -32001, `{"reason":"unknownStream"}`},
		{`{"id":7,"method":"getMessages","params":{"streamId":"nope","max":0}}`, `7`, -32602, `{"param":"max"}`},
		{`{"id":7,"method":"sendMessages","params":{"streamId":"nope","messages":{}}}`, `7`, -32602, `{"param":"messages"}`},
		{`{"id":7,"method":"sendMessages","params":{"streamId":"nope","messages":null}}`, `7`, -32602, `{"param":"messages"}`},
		{`{"id":7,"method":"processServerStream","params":{"connection":{"address":"demo:///"},"method":"m","maxMessages":0}}`, `7`, -32602, `{"param":"maxMessages"}`},
		{`{"id":7,"method":"initBidiStream","params":{"connection":"c1","method":"m","push":{"window":0}}}`, `7`, -32602, `{"param":"push","path":"push.window"}`},
		{`{"id":7,"method":"initBidiStream","params":{"connection":"c1","method":"m","push":5}}`, `7`, -32602, `{"param":"push"}`},
		{`{"id":7,"method":"$/cancelRequest","params":{"id":{}}}`, `7`, -32602, `{"param":"id"}`},
		{`{"id":7,"method":"$/cancelRequest","params":{"id":null}}`, `7`, -32602, `{"param":"id"}`},
	} {
		all := serveAll(t, test.in, testOptions())
		if len(all) != 1 {
			t.Errorf("%s has %d answers", test.in, len(all))
			continue
		}
		a := all[0]
		if string(a.ID) != test.id || a.code() != test.code {
			t.Errorf("%s: id %s, error %+v", test.in, a.ID, a.Error)
			continue
		}
		got := withoutHint(t, a.Error.Data)
		if want := test.data; (want == "") != (got == nil) || want != "" && fmt.Sprint(got) != fmt.Sprint(decoded(t, []byte(want))) {
			t.Errorf("%s: data %s, want %s", test.in, a.Error.Data, want)
		}
	}
}

// withoutHint decodes data, its hint left out.
func withoutHint(t *testing.T, data json.RawMessage) any {
	t.Helper()
	if data == nil {
		return nil
	}
	all := decoded(t, data).(map[string]any)
	delete(all, "hint")
	return all
}

// TestNames lists the nearest known names of a name that is not known.
func TestNames(t *testing.T) {
	for in, want := range map[string]string{
		`{"id":1,"method":"callMethd"}`:                                   `"callMethod"`,
		`{"id":1,"method":"вызватьметод"}`:                                `"ВызватьМетод"`,
		`{"id":1,"method":"openConnection","params":{"adress":"x"}}`:      `"address"`,
		`{"id":1,"method":"openConnection","params":{"tls":{"caPm":""}}}`: `"caPem"`,
	} {
		if a := serveAll(t, in, testOptions())[0]; a.Error == nil || !strings.Contains(a.Error.Message, want) {
			t.Errorf("%s: %+v", in, a.Error)
		}
	}
}

// TestLongNamesAreCheap answers a name of a megabyte without looking for what is
// near it, and without repeating it.
func TestLongNamesAreCheap(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	for _, in := range []string{
		`{"id":1,"method":"` + long + `"}`,
		`{"id":1,"method":"ping","params":{"` + long + `":1}}`,
		`{"id":1,"method":"callMethod","params":["` + long + `","s","m"]}`,
	} {
		var out bytes.Buffer
		w := New(strings.NewReader(in), &out, demoEnv(t), testOptions())
		allocated := allocatedBy(func() {
			if err := w.Serve(t.Context()); err != nil {
				t.Error(err)
			}
		})
		if allocated > 64<<20 || out.Len() > 64<<10 {
			t.Errorf("%.40s…: %d bytes allocated, %d written", in, allocated, out.Len())
		}
	}
}

// TestAliases calls methods by their Russian names.
func TestAliases(t *testing.T) {
	all := serveAll(t, `{"id":1,"method":"ОткрытьСоединение","params":["demo:///"]}
{"id":2,"method":"ВызватьМетод","params":["c1","grpcline.demo.Demo","SayHello",{"name":"Ы"}]}
{"id":3,"method":"ЗакрытьСоединение","params":["c1"]}`, testOptions())
	if got := string(byID(t, all, "2").Result); !strings.Contains(got, `"greeting":"Hello, Ы!"`) && !strings.Contains(got, `\u042b`) {
		t.Errorf("got %s", got)
	}
	if got := string(byID(t, all, "3").Result); got != `{"connectionId":"c1","streamsClosed":0}` {
		t.Errorf("got %s", got)
	}
}

// TestIDsInFlight refuses an id that is in use, however it is written, and takes
// it again once it is answered.
func TestIDsInFlight(t *testing.T) {
	h := startHost(t, testOptions())
	h.send(openDemo, `{"id":"open2","method":"openConnection","params":{"address":"demo:///","connectionId":"mine"}}`, chat)
	h.answer(`"chat"`)
	h.send(`{"id":"a","method":"getMessage","params":{"streamId":"s1"}}`,
		`{"id":"\u0061","method":"ping"}`)
	if a := h.answer(`"\u0061"`); a.code() != -32600 {
		t.Errorf("an id in use is taken: %+v", a)
	}
	h.send(`{"id":"b","method":"sendMessage","params":{"streamId":"s1","message":{"text":"x"}}}`)
	if a := h.answer(`"a"`); a.Error != nil {
		t.Errorf("the request in flight: %+v", a.Error)
	}
	h.send(`{"id":"a","method":"ping"}`)
	if a := h.answer(`"a"`); a.Error != nil {
		t.Errorf("an id that is free again: %+v", a.Error)
	}
	h.send(`{"id":null,"method":"getMessage","params":{"streamId":"s1"}}`, `{"id":null,"method":"ping"}`)
	if a := h.answer(`null`); a.Error != nil {
		t.Errorf("null can be used again: %+v", a.Error)
	}
}

// TestUTF8 leaves characters as they are where that is asked for.
func TestUTF8(t *testing.T) {
	o := testOptions()
	o.UTF8 = true
	var out bytes.Buffer
	if err := New(strings.NewReader(`{"id":"ы","method":"ping"}`), &out, demoEnv(t), o).Serve(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), `"id":"ы"`) {
		t.Errorf("got %s", out.String())
	}
}

// TestFraming answers in the framing of the input.
func TestFraming(t *testing.T) {
	for _, test := range []struct {
		framing Framing
		in      string
		headers bool
	}{
		{FramingAuto, ping1, false},
		{FramingAuto, frame(ping1), true},
		{FramingLines, ping1, false},
		{FramingHeaders, frame(ping1), true},
		{FramingLines, frame(ping1), false},
		{FramingHeaders, ping1, true},
	} {
		o := testOptions()
		o.Framing = test.framing
		var out bytes.Buffer
		if err := New(strings.NewReader(test.in), &out, demoEnv(t), o).Serve(t.Context()); err != nil {
			t.Fatal(err)
		}
		if headers := strings.HasPrefix(out.String(), "Content-Length: "); headers != test.headers {
			t.Errorf("%s, %q: got %q", test.framing, test.in, out.String())
		}
	}
}

// TestReadErrorIsTold answers what was read before, and returns the error.
func TestReadErrorIsTold(t *testing.T) {
	broken := errors.New("broken")
	var out bytes.Buffer
	in := slowReaders(ping1+"\n", broken)
	if err := New(in, &out, demoEnv(t), testOptions()).Serve(t.Context()); !errors.Is(err, broken) {
		t.Errorf("Serve: %v", err)
	}
	byID(t, answersIn(t, out.Bytes()), "1")
}

// TestWriteErrorIsTold ends at once when the output is gone, whatever waits.
func TestWriteErrorIsTold(t *testing.T) {
	gone := errors.New("gone")
	serve := openHostWithout(t, &recorder{err: gone})
	if err := serve(openDemo, chat, `{"id":"wait","method":"getMessage","params":{"streamId":"s1","timeoutMs":0}}`); err == nil {
		t.Errorf("Serve: %v", err)
	}
}

// TestPanicIsAnError answers a defect, and lives on.
func TestPanicIsAnError(t *testing.T) {
	w := newTestWorker(t)
	broken := declare("broken", "", "", "Panics.", func(*Worker, *noParams) (state.Op[struct{}], error) {
		panic("reading")
	})
	if _, err := w.enter(broken, params{}); asError(err).Code != -32603 {
		t.Errorf("enter: %v", err)
	}
	_, err := w.run(t.Context(), broken, withoutPlace(func(context.Context) (any, error) { panic("working") }))
	if asError(err).Code != -32603 {
		t.Errorf("run: %v", err)
	}
}

// TestLineNumbers of errors count all lines.
func TestLineNumbers(t *testing.T) {
	all := serveAll(t, "\n"+ping1+"\n\nx\n"+ping2+"\n{\n\"a\":\n?\n", testOptions())
	var lines []float64
	for _, a := range all {
		if a.code() == -32700 {
			lines = append(lines, a.data(t, "line").(float64))
		}
	}
	if slices.Sort(lines); !slices.Equal(lines, []float64{4, 6, 7}) {
		t.Errorf("got %v", lines)
	}
}
