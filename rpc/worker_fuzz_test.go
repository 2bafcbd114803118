package rpc

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/grpcline/grpcline/internal/jsonscan"
)

// FuzzWorker puts a good request after each line of any input: each of them is
// answered once, and the output is lines of ASCII JSON.
func FuzzWorker(f *testing.F) {
	for _, seed := range append(lineSeeds,
		openDemo+"\n"+chat+"\n"+`{"id":1,"method":"sendMessage","params":{"streamId":"s1","message":{"text":"x"}}}`+"\n"+
			`{"id":2,"method":"getMessage","params":{"streamId":"s1","timeoutMs":5}}`+"\n"+`{"id":3,"method":"closeStream","params":["c1","s1"]}`,
		openDemo+"\n"+`{"id":1,"method":"initServerStream","params":{"connection":"c1","method":"grpcline.demo.Demo/Countdown","request":{"limit":2},"push":true}}`,
		openDemo+"\n"+`{"id":1,"method":"processClientStream","params":["c1","grpcline.demo.Demo","Sum",[{"value":1},{"value":"2"}]]}`,
		`{"id":1,"method":"getState"}`+"\n"+`{"method":"$/cancelRequest","params":[1]}`,
	) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		if goesElsewhere(in) || batchIsOpen([]byte(in)) {
			return
		}
		var good []string
		var all strings.Builder
		for line := range strings.Lines(in) {
			id := fmt.Sprintf(`"good%d"`, len(good))
			good = append(good, id)
			fmt.Fprintf(&all, "%s\n{\"id\":%s,\"method\":\"ping\"}\n", strings.TrimSuffix(line, "\n"), id)
		}
		out := served(t, all.String())
		if !jsonscan.ASCII(out) {
			t.Errorf("%q: the output is not ASCII", in)
		}
		answers := answersIn(t, out)
		for _, id := range good {
			if a := byID(t, answers, id); a.Error != nil {
				t.Errorf("%q: %s: %+v", in, id, a.Error)
			}
		}
	})
}

// goesElsewhere tells whether an input may leave the worker, or end it.
func goesElsewhere(in string) bool {
	for _, word := range []string{"shutdown", "good", "Соединение", "proto", "File", "descriptorSet"} {
		if strings.Contains(in, word) {
			return true
		}
	}
	known := strings.Count(in, openDemo)
	return strings.Count(in, "openConnection") > known || strings.Count(in, "address") > known
}

// served is the output for an input. Time is that of a bubble: no wait is long.
func served(t *testing.T, in string) []byte {
	t.Helper()
	var out bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		o := testOptions()
		o.MaxMessageBytes, o.MaxInflightBytes = 4<<10, 64<<10
		if err := New(strings.NewReader(in), &out, demoEnv(t), o).Serve(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return out.Bytes()
}
