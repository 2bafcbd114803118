package integration_test

import (
	"encoding/json"
	"maps"
	"strconv"
	"testing"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

const scriptService = "script.v1.Script"

// rig is a worker with a connection to a server of its own.
type rig struct {
	*Host
	server *testserver.Server
	conn   string
}

func newRig(t testing.TB, args ...string) *rig {
	t.Helper()
	server := testserver.Start(t, testserver.Options{})
	h := Start(t, args...)
	return &rig{Host: h, server: server, conn: h.Connect(server)}
}

// Connect opens a connection with the server's schemas and returns its id.
func (h *Host) Connect(server *testserver.Server, more ...obj) string {
	h.t.Helper()
	params := with(obj{"address": server.Addr, "proto": testserver.Texts(h.t)}, more...)
	return decode[struct{ ConnectionID string }](h, h.Must("openConnection", params)).ConnectionID
}

// with returns the params with others added or replaced.
func with(params obj, more ...obj) obj {
	params = maps.Clone(params)
	for _, m := range more {
		maps.Copy(params, m)
	}
	return params
}

// scripted returns the params of a call of a method of Script that runs steps.
func scripted(conn any, method string, steps []testserver.Step, more ...obj) obj {
	params := obj{"connection": conn, "service": scriptService, "method": method}
	if len(steps) > 0 {
		params["metadata"] = obj{"script": testserver.Script(steps...)}
	}
	return with(params, more...)
}

// decode reads JSON that the worker gave.
func decode[T any](h *Host, raw json.RawMessage) T {
	h.t.Helper()
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		h.fatalf("not what was expected: %v in %.500s", err, raw)
	}
	return v
}

// Item is script.v1.Item.
type Item struct {
	Number  string `json:"number,omitempty"`
	Payload string `json:"payload,omitempty"`
	Text    string `json:"text,omitempty"`
}

func numbered(n int) Item { return Item{Number: strconv.Itoa(n)} }

// Ending is what a finished call or stream answers with.
type Ending struct {
	Done        *bool    `json:"done"`
	Message     *Item    `json:"message"`
	Messages    []Item   `json:"messages"`
	MessageSent int      `json:"messagesSent"`
	Status      *Status  `json:"status"`
	Headers     Metadata `json:"headers"`
	Trailers    Metadata `json:"trailers"`
}

// stream is an open stream of a rig.
type stream struct {
	*rig
	id string
}

// initStream starts a stream of Script of the kind that the method has.
func (r *rig) initStream(method string, steps []testserver.Step, more ...obj) *stream {
	r.t.Helper()
	kind := map[string]string{
		"ServerStream": "initServerStream", "ClientStream": "initClientStream", "Bidi": "initBidiStream",
	}[method]
	result := r.Must(kind, scripted(r.conn, method, steps, more...))
	return &stream{rig: r, id: decode[struct{ StreamID string }](r.Host, result).StreamID}
}

func (s *stream) params(more ...obj) obj { return with(obj{"streamId": s.id}, more...) }

func (s *stream) send(message any) {
	s.t.Helper()
	s.Must("sendMessage", s.params(obj{"message": message}))
}

// sendAhead sends n messages of that many bytes without waiting for the answers.
func (s *stream) sendAhead(n, bytes int) []*Pending {
	sends := make([]*Pending, n)
	for i := range sends {
		sends[i] = s.Go("sendMessage", s.params(obj{"message": obj{"payload": base64Zeros(bytes)}}))
	}
	return sends
}

// get waits for the next message.
func (s *stream) get() Item {
	s.t.Helper()
	got := decode[Ending](s.Host, s.Must("getMessage", s.params()))
	if got.Done == nil || *got.Done || got.Message == nil {
		s.fatalf("no message but %+v", got)
	}
	return *got.Message
}

// expect waits for messages with the numbers from first to last.
func (s *stream) expect(first, last int) {
	s.t.Helper()
	for n := first; n <= last; n++ {
		if got := s.get(); got != numbered(n) {
			s.fatalf("message %+v, want number %d", got, n)
		}
	}
}

// expectEnd waits for the OK end.
func (s *stream) expectEnd() Ending {
	s.t.Helper()
	got := decode[Ending](s.Host, s.Must("getMessage", s.params()))
	if got.Done == nil || !*got.Done {
		s.fatalf("no end but %+v", got)
	}
	if got.Status == nil || got.Status.Code != 0 || got.Status.Name != "OK" || got.Status.Message != "" ||
		got.Status.Details == nil || len(got.Status.Details) != 0 || got.Headers == nil || got.Trailers == nil {
		s.fatalf("an OK end is %+v", got)
	}
	return got
}

// closeStream gives the handle back.
func (s *stream) closeStream() {
	s.t.Helper()
	s.Must("closeStream", s.params())
}

// ping checks that the worker still serves.
func (h *Host) ping() {
	h.t.Helper()
	if got := string(h.Must("ping", nil)); got != "{}" {
		h.fatalf("ping answers %s", got)
	}
}

// expectReason checks the word in an error's data.
func (h *Host) expectReason(err *RPCError, reason string) {
	h.t.Helper()
	if err.Data.Reason != reason {
		h.fatalf("reason %q, want %q: %v", err.Data.Reason, reason, err)
	}
}
