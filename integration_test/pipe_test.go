package integration_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// TestLines sends requests in every shape that a line may have.
func TestLines(t *testing.T) {
	const bom = "\ufeff"
	ping := func(id string) string { return `{"jsonrpc":"2.0","id":"` + id + `","method":"ping"}` }
	cases := []struct {
		name, input string
		answers     []string
	}{
		{"BOM", bom + ping("a") + "\n", []string{"a"}},
		{"BOM on a later line", ping("a") + "\n" + bom + ping("b") + "\n", []string{"a", "b"}},
		{"BOM on a blank line", bom + "\n" + ping("a") + "\n", []string{"a"}},
		{"BOM with CRLF", bom + ping("a") + "\r\n" + ping("b") + "\r\n", []string{"a", "b"}},
		{"BOM before several lines", bom + "{\n" + ping("a")[1:] + "\n", []string{"a"}},
		{"blank lines", "\n\r\n  \n\t\n" + ping("a") + "\n\n\n" + ping("b") + "\n\n", []string{"a", "b"}},
		{"no newline at the end", ping("a") + "\n" + ping("b"), []string{"a", "b"}},
		{"spaces around", "  " + ping("a") + "  \t\r\n", []string{"a"}},
		{"no version", `{"id":"a","method":"ping"}` + "\n", []string{"a"}},
		{"several lines", "{\n  \"jsonrpc\": \"2.0\",\n  \"id\": \"a\",\n\n  \"method\": \"ping\",\n  \"params\": {\n  }\n}\n" + ping("b") + "\n",
			[]string{"a", "b"}},
		{"several lines with CRLF", "{\r\n\t\"id\": \"a\",\r\n\t\"method\": \"ping\"\r\n}\r\n", []string{"a"}},
		{"several lines without indent", "{\n\"id\":\n\"a\"\n,\n\"method\":\n\"ping\"\n}\n", []string{"a"}},
		{"several lines without an end", "{\n\"id\":\"a\",\n\"method\":\"ping\"\n}", []string{"a"}},
		{"an extra member", `{"id":"a","method":"ping","meta":{"x":[1]}}` + "\n", []string{"a"}},
		{"params that are empty", `{"id":"a","method":"ping","params":[]}` + "\n" + `{"id":"b","method":"ping","params":{}}` + "\n",
			[]string{"a", "b"}},
		{"an escaped method", `{"id":"a","method":"\u0070ing"}` + "\n", []string{"a"}},
		{"nothing", "", nil},
		{"only a BOM", bom, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			h := Start(t)
			h.Send(c.input)
			h.CloseInput()
			for _, id := range c.answers {
				if got := h.Answer(strconv.Quote(id)); got.Error != nil {
					h.fatalf("%s: %v", id, got.Error)
				}
			}
			if code := h.Exit(); code != 0 {
				t.Errorf("exit code %d", code)
			}
		})
	}
}

// TestPieces sends a request byte by byte.
func TestPieces(t *testing.T) {
	h := Start(t)
	for _, b := range []byte("\xef\xbb\xbf{\r\n\"id\" : \"\xd0\x96\\\"\",\n \"method\":\"ping\"}\r\n") {
		h.Send(string([]byte{b}))
	}
	h.Answer(`"\u0416\""`)
}

// TestIDs sends ids of every shape, which come back as they were written.
func TestIDs(t *testing.T) {
	ids := []string{
		"0", "-0", "-5", "1.0", "0.10", "1e3", "1E+3", "-1.5e-7", "18446744073709551616",
		"123456789012345678901234567890.5", `""`, `"a b"`, `"\u0416"`, `"\/"`, `"/"`, `"\u0000"`, `"\ud83d\ude00"`, "null",
		`"a\nb\"c\\d"`, strconv.Quote(strings.Repeat("x", 10_000)),
	}
	h := Start(t)
	for _, id := range ids {
		h.Send(`{"jsonrpc":"2.0","id":` + id + `,"method":"ping"}` + "\n")
		if got := h.Answer(id); got.Error != nil {
			t.Errorf("%s: %v", id, got.Error)
		}
	}
	for id, want := range map[string]string{`"Ж"`: `"\u0416"`, `"😀"`: `"\ud83d\ude00"`, `"é\u00e9"`: `"\u00e9\u00e9"`} {
		h.Send(`{"jsonrpc":"2.0","id":` + id + `,"method":"ping"}` + "\n")
		h.Answer(want)
	}
}

// TestUTF8 asks for output that is not escaped.
func TestUTF8(t *testing.T) {
	h := StartWith(t, HostOptions{Args: []string{"--utf8"}, UTF8: true})
	h.Send(`{"id":"Ж😀","method":"пинг"}` + "\n")
	if got := h.Answer(`"Ж😀"`); got.Error == nil || got.Error.Code != -32601 {
		t.Errorf("answer %v", got.Error)
	}
}

// TestDuplicateIDs reuses ids that are in flight and ids that are not.
func TestDuplicateIDs(t *testing.T) {
	r := newRig(t)
	s := r.initStream("Bidi", nil)
	get := func(id string) string {
		return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"method":"getMessage","params":{"streamId":%q}}`+"\n", id, s.id)
	}
	for _, id := range []string{`"same"`, `77`, `-5`} {
		r.Send(get(id) + get(id))
		if got := r.Answer(id); got.Error == nil || got.Error.Code != -32600 {
			r.fatalf("the second request with id %s got %s %v", id, got.Result, got.Error)
		}
		s.send(numbered(1))
		if got := r.Answer(id); got.Error != nil {
			r.fatalf("the first request with id %s got %v", id, got.Error)
		}
		r.Send(get(id))
		s.send(numbered(2))
		if got := r.Answer(id); got.Error != nil {
			r.fatalf("id %s used again later got %v", id, got.Error)
		}
	}
	r.Send(get("null") + get("null"))
	s.send(numbered(3))
	s.send(numbered(4))
	for range 2 {
		if got := r.Answer("null"); got.Error != nil {
			r.fatalf("null used twice got %v", got.Error)
		}
	}
}

// TestNotifications sends requests that are never answered.
func TestNotifications(t *testing.T) {
	h := Start(t)
	h.Send(`{"jsonrpc":"2.0","method":"ping"}` + "\n" + `{"jsonrpc":"2.0","method":"nobodyKnows","params":[1]}` + "\n" +
		`{"jsonrpc":"2.0","method":"openConnection","params":{"addres":"x"}}` + "\n" + `{"method":"getVersion"}` + "\n")
	h.ping()
	if code := h.Exit(); code != 0 { // an answer left over fails the test
		t.Errorf("exit code %d", code)
	}
}

// TestNotificationTakesEffect opens a connection by one.
func TestNotificationTakesEffect(t *testing.T) {
	h := Start(t)
	h.Notify("openConnection", obj{"address": "127.0.0.1:9", "lazy": true, "connectionId": "mine"})
	if got := string(h.Must("isConnector", obj{"value": "mine"})); got != "true" {
		t.Errorf("isConnector: %s", got)
	}
}

// TestOutputGone closes the reading end of the output of an idle worker.
func TestOutputGone(t *testing.T) {
	for _, busy := range []bool{false, true} {
		t.Run(fmt.Sprintf("busy=%v", busy), func(t *testing.T) {
			r := newRig(t)
			if busy {
				s := r.initStream("Bidi", nil)
				r.Go("getMessage", s.params(obj{"timeoutMs": 0}))
			}
			r.ping()
			r.CloseOutput()
			if code := r.Wait(); code != 1 {
				t.Errorf("exit code %d, want 1", code)
			}
			r.server.AwaitConnections(t, 0)
		})
	}
}

// TestInputFromFile lets a file be the whole input.
func TestInputFromFile(t *testing.T) {
	path := t.TempDir() + "/in.jsonl"
	if err := os.WriteFile(path, []byte("\ufeff{\"id\":1,\"method\":\"ping\"}\r\n{\"id\":2,\"method\":\"getVersion\"}"), 0o600); err != nil {
		t.Fatal(err)
	}
	in, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	h := StartWith(t, HostOptions{Stdin: in})
	h.Answer("1")
	h.Answer("2")
	if code := h.Wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// TestHostKilled loses both pipes at once, as when the host dies.
func TestHostKilled(t *testing.T) {
	r := newRig(t)
	r.initStream("Bidi", nil)
	r.CloseOutput()
	r.CloseInput()
	r.Wait()
	r.server.AwaitConnections(t, 0)
}

// TestQuietStderr checks that ordinary work logs nothing.
func TestQuietStderr(t *testing.T) {
	r := newRig(t)
	r.Must("callMethod", scripted(r.conn, "Unary", nil, obj{"request": numbered(1)}))
	r.Fail("callMethod", scripted(r.conn, "Unory", nil), -32602)
	r.Signal(syscall.SIGTERM)
	if code := r.Wait(); code != 0 || r.Stderr() != "" {
		t.Errorf("exit code %d, stderr %q", code, r.Stderr())
	}
}
