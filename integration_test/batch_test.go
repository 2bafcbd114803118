package integration_test

import (
	"slices"
	"strings"
	"testing"
)

// ids returns the sorted ids of a batch's answers.
func ids(batch []Message) string {
	var all []string
	for _, m := range batch {
		all = append(all, string(m.ID))
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func TestBatch(t *testing.T) {
	ping := func(id string) string { return `{"jsonrpc":"2.0","id":` + id + `,"method":"ping"}` }
	note := `{"jsonrpc":"2.0","method":"ping"}`
	cases := []struct {
		name, input, ids string
		failed           int // answers that are errors
	}{
		{"one", "[" + ping("1") + "]", "1", 0},
		{"three", "[" + ping("1") + "," + ping(`"a"`) + "," + ping("null") + "]", `"a" 1 null`, 0},
		{"over several lines", "[\n" + ping("1") + ",\n" + ping("2") + "\n]", "1 2", 0},
		{"over several lines with CRLF and a BOM", "\ufeff[\r\n\r\n  " + ping("1") + ",\r\n  " + ping("2") + "\r\n]\r", "1 2", 0},
		{"with a notification", "[" + note + "," + ping("1") + "]", "1", 0},
		{"with what is no request", "[1, " + ping("1") + ", {}, []]", "1 null null null", 3},
		{"nothing but what is no request", "[1,2,3]", "null null null", 3},
		{"a batch in a batch", "[[" + ping("1") + "]]", "null", 1},
		{"an id twice", "[" + ping("1") + "," + ping("1") + "]", "1 1", 1},
		{"errors", `[{"jsonrpc":"2.0","id":1,"method":"pong"},{"jsonrpc":"1.0","id":2,"method":"ping"}]`, "1 2", 2},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			h := Start(t)
			h.Send(c.input + "\n")
			batch := h.Batch()
			if got := ids(batch); got != c.ids {
				t.Errorf("ids %s, want %s", got, c.ids)
			}
			failed := 0
			for _, m := range batch {
				if m.Error != nil {
					failed++
				}
			}
			if failed != c.failed {
				t.Errorf("%d errors in %v, want %d", failed, batch, c.failed)
			}
			h.ping()
		})
	}
}

// TestBatchOfNotifications is never answered.
func TestBatchOfNotifications(t *testing.T) {
	h := Start(t)
	h.Send(`[{"jsonrpc":"2.0","method":"ping"},{"jsonrpc":"2.0","method":"pong"}]` + "\n")
	h.ping()
}

// TestBatchWaits holds the answer back until the slowest member is answered,
// and meanwhile keeps the ids of the others in flight.
func TestBatchWaits(t *testing.T) {
	r := newRig(t)
	s := r.initStream("Bidi", nil)
	r.Send(`[{"id":"fast","method":"ping"},{"id":"slow","method":"getMessage","params":{"streamId":"` + s.id + `"}}]` + "\n")
	r.Send(`{"id":"fast","method":"ping"}` + "\n")
	if got := r.Answer(`"fast"`); got.Error == nil || got.Error.Code != -32600 {
		r.fatalf("an id in flight was taken: %s %v", got.Result, got.Error)
	}
	s.send(numbered(1))
	if got := ids(r.Batch()); got != `"fast" "slow"` {
		t.Errorf("ids %s", got)
	}
	r.Send(`{"id":"fast","method":"ping"}` + "\n")
	if got := r.Answer(`"fast"`); got.Error != nil {
		t.Errorf("an id that is free again: %v", got.Error)
	}
}

// TestBatchCarriesOrder writes a whole conversation as one batch.
func TestBatchCarriesOrder(t *testing.T) {
	r := newRig(t)
	r.Send(`[{"id":1,"method":"initBidiStream","params":{"connection":"` + r.conn + `","service":"script.v1.Script","method":"Bidi"}},` +
		`{"id":2,"method":"sendMessage","params":{"streamId":"s1","message":{"number":1}}},` +
		`{"id":3,"method":"getMessage","params":{"streamId":"s1"}},` +
		`{"id":4,"method":"closeStream","params":{"streamId":"s1"}}]` + "\n")
	for _, m := range r.Batch() {
		if m.Error != nil {
			t.Errorf("%s: %v", m.ID, m.Error)
		}
	}
}

// TestGoodAfterTruncatedBatch closes a batch that was left open.
func TestGoodAfterTruncatedBatch(t *testing.T) {
	h := Start(t)
	h.Send("[{\"id\":1,\"method\":\n" + "]\n" + `{"id":"good","method":"ping"}` + "\n")
	h.expectBad(truncated(1))
	h.expectBad(notJSON(2))
	h.Answer(`"good"`)
}
