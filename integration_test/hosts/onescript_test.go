package hosts

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"
)

// oneScript is a host that uses its pipes as OneScript does: a BOM before the first
// byte, pretty-printed requests with CRLF, a C locale, reads of one byte.
type oneScript struct {
	t       *testing.T
	process *exec.Cmd
	stdin   io.WriteCloser
	stdout  io.Reader
	stderr  bytes.Buffer
}

// patience ends a test that would hang.
const patience = time.Minute

func startOneScript(t *testing.T, args ...string) *oneScript {
	t.Helper()
	h := &oneScript{t: t, process: exec.Command(worker, args...)}
	h.process.Env = append(os.Environ(), "LC_ALL=C", "LANG=C")
	h.process.Stderr = &h.stderr
	var err error
	if h.stdin, err = h.process.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if h.stdout, err = h.process.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	if err := h.process.Start(); err != nil {
		t.Fatal(err)
	}
	guard := time.AfterFunc(patience, func() { h.process.Process.Kill() })
	t.Cleanup(func() {
		guard.Stop()
		if h.process.ProcessState == nil {
			h.process.Process.Kill()
			h.process.Wait()
		}
	})
	h.write("\ufeff")
	return h
}

func (h *oneScript) write(text string) {
	h.t.Helper()
	if _, err := io.WriteString(h.stdin, text); err != nil {
		h.t.Fatal(err)
	}
}

// send writes requests as ЗаписьJSON does by default.
func (h *oneScript) send(requests ...request) {
	h.t.Helper()
	for _, r := range requests {
		r.JSONRPC = "2.0"
		text := asciiJSON(h.t, r, "    ")
		h.write(string(bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))) + "\r\n")
	}
}

// line reads one line, a byte at a time; io.EOF at the end.
func (h *oneScript) line() ([]byte, error) {
	var line []byte
	for one := make([]byte, 1); ; {
		if _, err := io.ReadFull(h.stdout, one); err != nil {
			if len(line) > 0 {
				h.t.Fatalf("the last line has no end: %q", line)
			}
			return nil, err
		}
		if one[0] == '\n' {
			return line, nil
		}
		line = append(line, one[0])
	}
}

// answers reads n answers by their ids; those without an id come under 0.
func (h *oneScript) answers(n int) map[int]answer {
	h.t.Helper()
	all := map[int]answer{}
	for range n {
		line, err := h.line()
		if err != nil {
			h.t.Fatalf("%v after %d of %d answers; stderr: %s", err, len(all), n, h.stderr.Bytes())
		}
		a, id := parse(h.t, line), 0
		if a.ID != nil {
			id = *a.ID
		}
		all[id] = a
	}
	return all
}

// end closes the input and checks that the worker ends well and in silence.
func (h *oneScript) end() {
	h.t.Helper()
	if err := h.stdin.Close(); err != nil {
		h.t.Fatal(err)
	}
	if line, err := h.line(); !errors.Is(err, io.EOF) {
		h.t.Fatalf("one line too many: %q (%v)", line, err)
	}
	if err := h.process.Wait(); err != nil {
		h.t.Fatal(err)
	}
	if h.stderr.Len() > 0 {
		h.t.Fatalf("stderr: %s", h.stderr.Bytes())
	}
}

const demo = "grpcline.demo.Demo"

func TestOneScriptConversation(t *testing.T) {
	t.Parallel()
	h := startOneScript(t, "--demo")
	h.send(
		request{ID: 1, Method: "ОткрытьСоединение", Params: object{"address": "demo:///", "connectionId": "connection1"}},
		request{ID: 2, Method: "getMethod", Params: object{"connection": "connection1", "method": demo + "/SayHello"}},
		request{ID: 3, Method: "ВызватьМетод", Params: object{"connection": "connection1", "service": demo, "method": "SayHello",
			"request": object{"name": "Ёж 😀", "language": "RUSSIAN"}}},
		request{ID: 4, Method: "initBidiStream", Params: object{"connection": "connection1", "service": demo, "method": "Chat", "streamId": "stream4"}},
		request{ID: 5, Method: "sendMessage", Params: object{"streamId": "stream4", "message": object{"text": "раз"}}},
		request{ID: 6, Method: "getMessage", Params: object{"streamId": "stream4"}},
		request{ID: 7, Method: "completeSend", Params: object{"streamId": "stream4"}},
		request{ID: 8, Method: "getMessage", Params: object{"streamId": "stream4"}},
		request{ID: 9, Method: "closeConnection", Params: object{"connection": "connection1"}},
	)
	a := h.answers(9)
	a[1].want(t, `{"connectionId": "connection1"}`)
	a[2].want(t, `{"kind": "unary", "responseSchema": {"$ref": "#/$defs/grpcline.demo.HelloReply"}}`)
	a[3].want(t, `{"message": {"greeting": "Привет, Ёж 😀!"}, "status": {"name": "OK"}}`)
	a[6].want(t, `{"done": false, "message": {"text": "You said: раз"}}`)
	a[8].want(t, `{"done": true, "status": {"code": 0}}`)
	a[9].want(t, `{"streamsClosed": 1}`)
	h.end()
}

// OneScript has no integers past int64 and no floats past decimal: 64-bit integers
// come as strings unless numbers are asked for, and go in as either.
func TestOneScriptIntegers(t *testing.T) {
	t.Parallel()
	h := startOneScript(t, "--demo")
	sum := func(id int, json object) request {
		return request{ID: id, Method: "processClientStream", Params: object{
			"connection": object{"address": "demo:///"}, "service": demo, "method": "Sum", "json": json,
			"requests": []object{{"value": "9223372036854775806"}, {"value": 1}},
		}}
	}
	h.send(sum(1, object{}), sum(2, object{"int64AsNumbers": true, "useProtoNames": true, "emitDefaults": true}))
	a := h.answers(2)
	a[1].want(t, `{"message": {"sum": "9223372036854775807", "count": 2}}`)
	if got := string(a[2].Result); !bytes.Contains(a[2].Result, []byte(`"sum":9223372036854775807`)) {
		t.Errorf("as numbers: %s", got)
	}
	h.end()
}

// Under a C locale OneScript replaces what is outside ASCII with question marks,
// and a script that is ended early leaves half a request: neither takes the next
// requests with it.
func TestOneScriptDamage(t *testing.T) {
	t.Parallel()
	h := startOneScript(t, "--demo")
	h.write("{\r\n    \"id\": 1,\r\n    \"method\": \"????????????????\"\r\n}\r\n")
	h.write("{\r\n    \"id\": 2,\r\n    \"method\": \"ping\",\r\n")
	h.write("{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"ping\"}\r\n")
	h.write("\xd0\xcf\xe8\xed\xe3\r\n") // code page 1251
	h.send(request{ID: 4, Method: "ping"})
	h.write("{\"id\":5,\"method\":\"ping\"}") // the last line has no end
	if err := h.stdin.Close(); err != nil {
		t.Fatal(err)
	}
	got := map[int][]answer{}
	for line, err := h.line(); err == nil; line, err = h.line() {
		a, id := parse(t, line), 0
		if a.ID != nil {
			id = *a.ID
		}
		got[id] = append(got[id], a)
	}
	for id, code := range map[int]int{1: -32601, 3: 0, 4: 0, 5: 0} {
		switch {
		case len(got[id]) != 1:
			t.Errorf("request %d has %d answers", id, len(got[id]))
		case code == 0:
			got[id][0].want(t, `{}`)
		case got[id][0].Error == nil || got[id][0].Error.Code != code:
			t.Errorf("request %d: %+v, not error %d", id, got[id][0].Error, code)
		}
	}
	if len(got[0]) != 3 {
		t.Fatalf("%d runs of lines were refused, not 3", len(got[0]))
	}
	for i, wanted := range []struct {
		reason string
		line   int
	}{{"truncated", 5}, {"notJson", 6}, {"notUtf8", 9}} {
		if e := got[0][i].Error; e == nil || e.Data.Reason != wanted.reason || e.Data.Line != wanted.line {
			t.Errorf("refusal %d: %+v, not %v", i, e, wanted)
		}
	}
	if err := h.process.Wait(); err != nil {
		t.Error(err)
	}
}
