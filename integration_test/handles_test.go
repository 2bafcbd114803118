package integration_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"testing"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// lines builds an input whose requests have the ids 1, 2, ….
type lines struct {
	b bytes.Buffer
	n int
}

func (l *lines) add(method string, params any) int {
	l.n++
	raw, err := json.Marshal(obj{"jsonrpc": "2.0", "id": l.n, "method": method, "params": params})
	if err != nil {
		panic(err) // params are written by hand
	}
	l.b.Write(append(raw, '\n'))
	return l.n
}

// conversation opens, sends, gets and closes without reading anything.
func conversation(server *testserver.Server, proto any, n int) *lines {
	l := new(lines)
	l.add("openConnection", obj{"address": server.Addr, "proto": proto})
	l.add("initBidiStream", scripted("c1", "Bidi", nil))
	for i := 1; i <= n; i++ {
		l.add("sendMessage", obj{"streamId": "s1", "message": numbered(i)})
	}
	l.add("completeSend", obj{"streamId": "s1"})
	for range n {
		l.add("getMessage", obj{"streamId": "s1"})
	}
	l.add("closeStream", obj{"streamId": "s1"})
	l.add("closeConnection", obj{"connection": "c1"})
	return l
}

func (h *Host) expectConversation(n int) {
	h.t.Helper()
	result := func(id int) json.RawMessage {
		h.t.Helper()
		m := h.Answer(strconv.Itoa(id))
		if m.Error != nil {
			h.fatalf("request %d: %v", id, m.Error)
		}
		return m.Result
	}
	opened := decode[struct {
		ConnectionID, Address string
		TLS                   *bool
	}](h, result(1))
	if opened.ConnectionID != "c1" || opened.TLS == nil || *opened.TLS {
		h.fatalf("opened %+v", opened)
	}
	if got := string(result(2)); got != `{"streamId":"s1"}` {
		h.fatalf("stream %s", got)
	}
	for i := 1; i <= n; i++ {
		sent := decode[struct {
			StreamID string
			Sent     int
		}](h, result(2+i))
		if sent.Sent != i || sent.StreamID != "s1" {
			h.fatalf("send %d answers %+v", i, sent)
		}
	}
	result(n + 3)
	for i := 1; i <= n; i++ {
		got := decode[Ending](h, result(n+3+i))
		if got.Message == nil || *got.Message != numbered(i) || *got.Done {
			h.fatalf("message %d is %+v", i, got)
		}
	}
	result(2*n + 4)
	closed := decode[struct {
		ConnectionID  string
		StreamsClosed *int
	}](h, result(2*n+5))
	if closed.ConnectionID != "c1" || closed.StreamsClosed == nil || *closed.StreamsClosed != 0 {
		h.fatalf("closed %+v", closed)
	}
}

// TestHandlesKnownInAdvance writes a whole conversation before it reads.
func TestHandlesKnownInAdvance(t *testing.T) {
	server := testserver.Start(t, testserver.Options{Reflection: "v1"})
	for _, proto := range []any{testserver.Texts(t), nil} {
		t.Run(fmt.Sprintf("reflection=%v", proto == nil), func(t *testing.T) {
			h := Start(t)
			h.Send(conversation(server, proto, 10).b.String())
			h.expectConversation(10)
			server.AwaitConnections(t, 0)
		})
	}
}

// TestConversationFromFile has the same as a file, through the worker's stdin.
func TestConversationFromFile(t *testing.T) {
	server := testserver.Start(t, testserver.Options{})
	path := testserver.WriteFile(t, "in.jsonl", conversation(server, testserver.Texts(t), 200).b.String())
	in, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	h := StartWith(t, HostOptions{Stdin: in})
	h.expectConversation(200)
	if code := h.Wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	server.AwaitConnections(t, 0)
}

// TestConversationBetweenFiles has it with --in and --out.
func TestConversationBetweenFiles(t *testing.T) {
	server := testserver.Start(t, testserver.Options{})
	text := "\ufeff" + string(bytes.ReplaceAll(conversation(server, testserver.Texts(t), 10).b.Bytes(), []byte("\n"), []byte("\r\n")))
	in := testserver.WriteFile(t, "in.jsonl", text)
	out := t.TempDir() + "/out.jsonl"
	h := Start(t, "--in", in, "--out", out)
	if code := h.Wait(); code != 0 {
		h.fatalf("exit code %d", code)
	}
	raw, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(raw) {
		if err := h.take(line); err != nil {
			t.Fatal(err)
		}
	}
	h.expectConversation(10)
}

// TestNumbersAndChosenIDs counts handles as hosts rely on.
func TestNumbersAndChosenIDs(t *testing.T) {
	server := testserver.Start(t, testserver.Options{})
	h := Start(t)
	open := func(more ...obj) *Pending {
		return h.Go("openConnection", with(obj{"address": server.Addr, "proto": testserver.Texts(t)}, more...))
	}
	connection := func(p *Pending) string {
		t.Helper()
		return decode[struct{ ConnectionID string }](h, p.Must()).ConnectionID
	}
	if got := connection(open()); got != "c1" {
		t.Errorf("the first connection is %s", got)
	}
	open(obj{"address": testserver.Refusing(t)}).Fail(14) // uses up c2
	if got := connection(open(obj{"connectionId": "Моё"})); got != "Моё" {
		t.Errorf("the chosen id became %s", got)
	}
	h.Must("callMethod", obj{"connection": obj{"address": server.Addr, "proto": testserver.Texts(t)},
		"service": scriptService, "method": "Unary"}) // uses up none
	if got := connection(open()); got != "c3" {
		t.Errorf("the connection after a failed one and a chosen one is %s", got)
	}
	open(obj{"connectionId": "Моё"}).Fail(-32602)
	open(obj{"proto": "syntax = \"proto9\";"}).Fail(-32602) // an opening that fails, for whatever reason
	h.Must("closeConnection", obj{"connection": "Моё"})
	if got := connection(open(obj{"connectionId": "Моё"})); got != "Моё" {
		t.Errorf("the chosen id, free again, became %s", got)
	}
	h.Must("closeConnection", obj{"connection": "c1"})
	next := connection(open())
	if next == "c1" || next == "c3" {
		t.Errorf("the id %s is used twice", next)
	}

	init := func(more ...obj) *Pending { return h.Go("initBidiStream", scripted("c3", "Bidi", nil, more...)) }
	streamID := func(p *Pending) string {
		t.Helper()
		return decode[struct{ StreamID string }](h, p.Must()).StreamID
	}
	if got := streamID(init()); got != "s1" {
		t.Errorf("the first stream is %s", got)
	}
	init(obj{"method": "Nope"}).Fail(-32602) // uses up s2
	if got := streamID(init(obj{"streamId": "talk"})); got != "talk" {
		t.Errorf("the chosen id became %s", got)
	}
	h.Must("processBidiStream", scripted("c3", "Bidi", nil, obj{"exchangeOrder": []any{}})) // uses up none
	if got := streamID(init()); got != "s3" {
		t.Errorf("the stream after a failed one and a chosen one is %s", got)
	}
	h.Must("closeStream", obj{"streamId": "talk"})
	if got := streamID(init(obj{"streamId": "talk"})); got != "talk" {
		t.Errorf("the chosen id, free again, became %s", got)
	}
}

// TestFailedOpening fails what follows it with its cause.
func TestFailedOpening(t *testing.T) {
	h := Start(t)
	opening := h.Go("openConnection", obj{"address": testserver.Refusing(t)})
	init := h.Go("initBidiStream", scripted("c1", "Bidi", nil))
	send := h.Go("sendMessage", obj{"streamId": "s1", "message": obj{}})
	get := h.Go("getMessage", obj{"streamId": "s1"})
	call := h.Go("callMethod", scripted("c1", "Unary", nil))
	closing := h.Go("closeConnection", obj{"connection": "c1"})
	refused := opening.Fail(14)
	for _, p := range []*Pending{init, send, get, call, closing} {
		err := p.Fail(-32001)
		h.expectReason(err, "openFailed")
		if err.Data.Cause == nil || err.Data.Cause.Code == 0 || err.Data.Cause.Message == "" {
			t.Errorf("%s: no cause in %v", p.method, err)
		}
	}
	if err := h.Fail("callMethod", scripted("c1", "Unary", nil), -32001); err.Data.Cause == nil || err.Data.Cause.Message != refused.Message {
		t.Errorf("the cause of a later request is %v, want %v", err, refused)
	}
	h.ping()
}

// TestUnknownHandles names handles that never were and that are gone.
func TestUnknownHandles(t *testing.T) {
	r := newRig(t)
	r.expectReason(r.Fail("callMethod", scripted("c99", "Unary", nil), -32001), "unknownConnection")
	r.expectReason(r.Fail("closeConnection", obj{"connection": "nobody"}, -32001), "unknownConnection")
	r.expectReason(r.Fail("getMessage", obj{"streamId": "s99"}, -32001), "unknownStream")
	r.expectReason(r.Fail("closeStream", obj{"streamId": "nobody"}, -32001), "unknownStream")
	s := r.initStream("Bidi", nil)
	s.closeStream()
	for _, method := range []string{"getMessage", "getMessages", "getHeaders", "completeSend", "cancelStream", "closeStream"} {
		r.expectReason(r.Fail(method, s.params(), -32002), "streamClosed")
	}
	r.expectReason(r.Fail("sendMessage", s.params(obj{"message": obj{}}), -32002), "streamClosed")
	open := r.initStream("Bidi", nil)
	closed := decode[struct{ StreamsClosed int }](r.Host, r.Must("closeConnection", obj{"connection": r.conn}))
	if closed.StreamsClosed != 1 {
		t.Errorf("%d streams closed, want 1", closed.StreamsClosed)
	}
	r.expectReason(r.Fail("callMethod", scripted(r.conn, "Unary", nil), -32002), "connectionClosed")
	r.Fail("getMessage", open.params(), -32002)
	if got := string(r.Must("isConnector", obj{"value": r.conn})); got != "false" {
		t.Errorf("isConnector of a closed connection: %s", got)
	}
	for _, value := range []any{nil, 5, "c99", obj{}, []any{}, true} {
		if got := string(r.Must("isConnector", obj{"value": value})); got != "false" {
			t.Errorf("isConnector of %v: %s", value, got)
		}
	}
}
