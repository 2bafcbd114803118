package rpc

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestBatches gives a batch to a worker and looks at the lines of the output.
func TestBatches(t *testing.T) {
	const notRequest = `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"a request must be an object with a method, or an array of them"}}`
	pong := func(id string) string { return `{"jsonrpc":"2.0","id":` + id + `,"result":{}}` }
	for _, test := range []struct {
		in   string
		want []string
	}{
		{"[" + ping1 + "]", []string{"[" + pong("1") + "]"}},
		{" [ " + ping1 + " , " + ping2 + " ] ", []string{"[" + pong("1") + "," + pong("2") + "]"}},
		{`[` + ping1 + `,{"method":"ping"}]`, []string{"[" + pong("1") + "]"}},
		{`[{"method":"ping"},{"method":"ping"}]`, nil},
		{`[{"method":"nothing like this"}]`, nil},
		{`[1]`, []string{"[" + notRequest + "]"}},
		{`[1,"x",null,[]]`, []string{"[" + strings.Join([]string{notRequest, notRequest, notRequest, notRequest}, ",") + "]"}},
		{"[1," + ping1 + "]", []string{"[" + notRequest + "," + pong("1") + "]"}},
		{"[\n" + ping1 + ",\n" + ping2 + "\n]", []string{"[" + pong("1") + "," + pong("2") + "]"}},
		{ping2 + "\n[" + ping1 + "]", []string{pong("2"), "[" + pong("1") + "]"}},
		{"[" + ping1 + "]\n" + ping2, []string{"[" + pong("1") + "]", pong("2")}},
	} {
		var out bytes.Buffer
		if err := New(strings.NewReader(test.in), &out, demoEnv(t), testOptions()).Serve(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := slices.Collect(strings.Lines(out.String()))
		for i := range got {
			got[i] = strings.TrimSuffix(got[i], "\n")
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%q:\ngot  %s\nwant %s", test.in, got, test.want)
		}
	}
}

// TestBatchWaitsForAll answers when the last member is done; until then the ids
// of all are in flight.
func TestBatchWaitsForAll(t *testing.T) {
	h := startHost(t, testOptions())
	h.send(openDemo, chat)
	h.answer(`"chat"`)
	h.send(`[` + ping1 + `,{"id":"wait","method":"getMessage","params":{"streamId":"s1"}},{"method":"ping"},{"id":1,"method":"ping"}]`)
	h.send(ping1, ping2)
	h.answer("2")
	if a := h.answer("1"); a.code() != -32600 {
		t.Errorf("the id of a member that is done is taken: %+v", a)
	}
	h.send(`{"id":"send","method":"sendMessage","params":{"streamId":"s1","message":{"text":"x"}}}`)
	if !h.lines.Scan() {
		t.Fatal("the output ended")
	}
	line := h.lines.Text()
	if line[0] == '{' { // the answer to the send
		h.lines.Scan()
		line = h.lines.Text()
	}
	all := answersIn(t, []byte(line+"\n"))
	if len(all) != 3 || byID(t, all, `"wait"`).Error != nil {
		t.Errorf("got %s", line)
	}
	codes := []int64{}
	for _, a := range all {
		codes = append(codes, a.code())
	}
	if !slices.Equal(codes, []int64{0, -32600, 0}) {
		t.Errorf("the batch has the codes %v", codes)
	}
	h.send(ping1)
	if a := h.answer("1"); a.Error != nil {
		t.Errorf("the id is not free again: %+v", a.Error)
	}
}

// TestBatchMembersKeepTheirOrder opens, sends and receives in one batch.
func TestBatchMembersKeepTheirOrder(t *testing.T) {
	all := serveAll(t, "["+openDemo+","+chat+`,
{"id":1,"method":"sendMessage","params":{"streamId":"s1","message":{"text":"a"}}},
{"id":2,"method":"sendMessage","params":{"streamId":"s1","message":{"text":"b"}}},
{"id":3,"method":"completeSend","params":{"streamId":"s1"}},
{"id":4,"method":"getMessage","params":{"streamId":"s1"}},
{"id":5,"method":"getMessages","params":{"streamId":"s1"}},
{"id":6,"method":"closeConnection","params":["c1"]}]`, testOptions())
	for id, want := range map[string]string{
		"1": `"sent":1`, "2": `"sent":2`, "3": `"s1"`, "4": `You said: a`, "5": `You said: b`, "6": `"streamsClosed":1`,
	} {
		if a := byID(t, all, id); !strings.Contains(string(a.Result), want) {
			t.Errorf("id %s: %s %+v", id, a.Result, a.Error)
		}
	}
}

// TestLargeBatchIsBounded answers a batch of a great many members in memory that
// the account bounds.
func TestLargeBatchIsBounded(t *testing.T) {
	o := testOptions()
	o.MaxInflightBytes = 8 << 20
	in := "[" + strings.Repeat("1,", 500_000) + "1]\n" + ping1
	var out bytes.Buffer
	w := New(strings.NewReader(in), &out, demoEnv(t), o)
	allocated := allocatedBy(func() {
		if err := w.Serve(t.Context()); err != nil {
			t.Error(err)
		}
	})
	if !strings.Contains(out.String(), `"id":1,"result":{}`) {
		t.Error("the request after it is not answered")
	}
	if out.Len() > o.MaxInflightBytes || allocated > 16*uint64(o.MaxInflightBytes) {
		t.Errorf("%d bytes allocated, %d written", allocated, out.Len())
	}
	if requests, replies := w.account.Held(); requests != 0 || replies != 0 {
		t.Errorf("%d bytes of requests and %d of replies are not given back", requests, replies)
	}
}

// TestBatchWithADuplicateID refuses the second of two.
func TestBatchWithADuplicateID(t *testing.T) {
	all := serveAll(t, fmt.Sprintf("[%s,%s]", ping1, ping1), testOptions())
	if len(all) != 2 || all[0].code() != 0 || all[1].code() != -32600 {
		t.Errorf("got %+v", all)
	}
}
