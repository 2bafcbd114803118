package integration_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// TestWaitsAreBounded pipes in more waits than the worker may hold on a stream
// that is silent: it stops reading, refuses none, and answers each in its turn
// when the messages come.
func TestWaitsAreBounded(t *testing.T) {
	n := scaled(100_000)
	server := testserver.Start(t, testserver.Options{})
	answered := 0
	h := StartWith(t, HostOptions{
		Args: []string{"--max-inflight-bytes", "20000000"},
		OnLine: func(line []byte) {
			if got, found := numberedLine(line); found {
				answered++
				if !bytes.HasPrefix(line, fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%d,`, got)) {
					t.Errorf("message %d in %.200q", got, line)
				}
			} else if bytes.Contains(line, []byte(`"error"`)) {
				t.Errorf("%.300q", line)
			}
		},
	})
	h.Send(request(h, `"open"`, "openConnection", obj{"address": server.Addr, "proto": testserver.Texts(t), "timeoutMs": 0}) + "\n")
	h.Send(request(h, `"init"`, "initServerStream", scripted("c1", "ServerStream",
		[]testserver.Step{{Receive: 1}, {Gate: "g"}, {Send: n}}, obj{"request": obj{}})) + "\n")
	server.AwaitReached(t, "g")
	var waits bytes.Buffer
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&waits, `{"jsonrpc":"2.0","id":%d,"method":"getMessage","params":{"streamId":"s1"}}`+"\n", i)
	}
	if err := h.stdin.SetWriteDeadline(time.Now().Add(2 * time.Second)); err != nil {
		t.Fatal(err)
	}
	taken, err := h.stdin.Write(waits.Bytes())
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal(err)
	}
	peak := peakMemory(t, h.PID())
	t.Logf("%d of %d bytes taken, %d MiB at most", taken, waits.Len(), peak>>20)
	if !raceEnabled && peak > 200<<20 {
		t.Errorf("the worker has taken %d MiB", peak>>20)
	}
	if err := h.stdin.SetWriteDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	server.Open("g")
	h.Send(waits.String()[taken:])
	if code := h.Exit(); code != 0 || answered != n {
		t.Errorf("%d waits answered, want %d; exit code %d", answered, n, code)
	}
}
