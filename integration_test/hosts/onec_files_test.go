package hosts

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// fileExchange runs a whole conversation as 1C:Enterprise does where it has no
// pipes: ЗаписьТекста writes the requests with a BOM and CRLF, ЗапуститьПриложение
// waits for the worker, ЧтениеТекста reads the answers. The answers come by their
// ids.
func fileExchange(t *testing.T, requests ...request) map[int]answer {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "Временные файлы")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	in, out, log := filepath.Join(dir, "запросы.jsonl"), filepath.Join(dir, "ответы.jsonl"), filepath.Join(dir, "журнал.log")
	text := bytes.NewBufferString("\ufeff")
	for _, r := range requests {
		r.JSONRPC = "2.0"
		text.Write(asciiJSON(t, r, ""))
		text.WriteString("\r\n")
	}
	if err := os.WriteFile(in, text.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	process := exec.CommandContext(t.Context(), worker, "--demo", "--log-file", log, "--in", in, "--out", out)
	if printed, err := process.CombinedOutput(); err != nil || len(printed) > 0 {
		t.Fatalf("%v: %s", err, printed)
	}
	lines, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	all := map[int]answer{}
	for line := range bytes.Lines(lines) {
		a := parse(t, bytes.TrimSuffix(line, []byte("\n")))
		all[*a.ID] = a
	}
	if len(all) != len(requests) {
		t.Fatalf("%d answers for %d requests:\n%s", len(all), len(requests), lines)
	}
	if logged, err := os.ReadFile(log); err != nil || len(logged) > 0 {
		t.Errorf("log: %q, %v", logged, err)
	}
	return all
}

func TestFileExchange(t *testing.T) {
	t.Parallel()
	const connection, stream = "connection1", "stream5"
	a := fileExchange(t,
		request{ID: 1, Method: "getVersion"},
		request{ID: 2, Method: "openConnection", Params: object{"address": "demo:///", "connectionId": connection}},
		request{ID: 3, Method: "callMethod", Params: object{"connection": connection, "service": demo, "method": "SayHello", "request": object{"name": "Ёж"}}},
		request{ID: 4, Method: "callMethod", Params: object{"connection": connection, "service": demo, "method": "Fail", "request": object{"code": 5}}},
		request{ID: 5, Method: "initBidiStream", Params: object{"connection": connection, "service": demo, "method": "Chat", "streamId": stream}},
		request{ID: 6, Method: "sendMessage", Params: object{"connection": connection, "streamId": stream, "message": object{"text": "раз"}}},
		request{ID: 7, Method: "getMessage", Params: object{"connection": connection, "streamId": stream}},
		request{ID: 8, Method: "sendMessage", Params: object{"connection": connection, "streamId": stream, "message": object{"text": "два"}}},
		request{ID: 9, Method: "completeSend", Params: object{"connection": connection, "streamId": stream}},
		request{ID: 10, Method: "getMessages", Params: object{"connection": connection, "streamId": stream}},
		request{ID: 11, Method: "closeStream", Params: object{"connection": connection, "streamId": stream}},
		request{ID: 12, Method: "getMessage", Params: object{"connection": connection, "streamId": stream}},
		request{ID: 13, Method: "closeConnection", Params: object{"connection": connection}},
	)
	a[1].want(t, `{"name": "grpcline"}`)
	a[3].want(t, `{"message": {"greeting": "Hello, Ёж!"}}`)
	if a[4].Error == nil || a[4].Error.Code != 5 {
		t.Errorf("Fail: %+v", a[4].Error)
	}
	a[7].want(t, `{"message": {"text": "You said: раз"}}`)
	a[10].want(t, `{"messages": [{"from": "demo", "text": "You said: два"}]}`)
	if a[12].Error == nil || a[12].Error.Data.Reason != "streamClosed" {
		t.Errorf("after closeStream: %+v", a[12].Error)
	}
	a[13].want(t, `{"streamsClosed": 0}`)
}

// An opening that fails takes what follows with it, and each answer says why.
func TestFileExchangeOpenFails(t *testing.T) {
	t.Parallel()
	a := fileExchange(t,
		request{ID: 1, Method: "openConnection", Params: object{"address": "localhost:1", "connectionId": "connection1"}},
		request{ID: 2, Method: "callMethod", Params: object{"connection": "connection1", "service": "a.B", "method": "C"}},
		request{ID: 3, Method: "closeConnection", Params: object{"connection": "connection1"}},
	)
	if a[1].Error == nil || a[1].Error.Code != 14 {
		t.Errorf("openConnection: %+v", a[1].Error)
	}
	for id := 2; id <= 3; id++ {
		if a[id].Error == nil || a[id].Error.Data.Reason != "openFailed" {
			t.Errorf("request %d: %+v", id, a[id].Error)
		}
	}
}

// A run that fails leaves no answers that could be taken for complete ones.
func TestFileExchangeFails(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	out := filepath.Join(dir, "out.jsonl")
	tests := []struct {
		name string
		args []string
		code int
	}{
		{"no input", []string{"--in", filepath.Join(dir, "none.jsonl"), "--out", out}, 1},
		{"a wrong flag", []string{"--no-such-flag", "--out", out}, 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			process := exec.CommandContext(t.Context(), worker, test.args...)
			printed, _ := process.CombinedOutput() // the exit code tells
			if code := process.ProcessState.ExitCode(); code != test.code || len(printed) == 0 {
				t.Errorf("exit code %d, not %d: %s", code, test.code, printed)
			}
			if _, err := os.Stat(out); !os.IsNotExist(err) {
				t.Errorf("there is an output: %v", err)
			}
		})
	}
}
