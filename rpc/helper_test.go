package rpc

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/grpcline/grpcline/demo"
	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/grpcops/schema"
	"github.com/grpcline/grpcline/internal/buffers"
)

var contextCanceled = context.Canceled

// demoEnv is an environment with a demo server of its own.
func demoEnv(t testing.TB) *grpcops.Env {
	t.Helper()
	server := demo.Start()
	t.Cleanup(server.Stop)
	return &grpcops.Env{Version: "test", Schemas: schema.NewCache(schema.DefaultCacheBytes), Buffers: new(buffers.Pool), Demo: server.Dial}
}

// testOptions are the defaults of the command line, with a log that is dropped.
func testOptions() Options {
	return Options{
		Version: "test", Framing: FramingAuto, MaxMessageBytes: 64 << 20, MaxInflightBytes: 256 << 20,
		MaxConnections: 10000, MaxStreams: 100000, DrainTimeout: 30 * time.Second,
		Log: slog.New(slog.DiscardHandler),
	}
}

// newTestWorker is a worker that nobody serves.
func newTestWorker(t testing.TB) *Worker {
	t.Helper()
	return New(strings.NewReader(""), io.Discard, demoEnv(t), testOptions())
}

// runFailing runs an operation that fails with err, its request having been
// cancelled with cause where that is not nil.
func runFailing(w *Worker, m *method, cause, err error) error {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	if cause != nil {
		cancel(cause)
	}
	_, got := w.run(ctx, m, withoutPlace(func(context.Context) (any, error) { return nil, err }))
	return got
}

// answered is an answer or notification of the worker.
type answered struct {
	JSONRPC string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Result  json.RawMessage `json:"result"`
	Error   *struct {
		Code    int64           `json:"code"`
		Message string          `json:"message"`
		Data    json.RawMessage `json:"data"`
	} `json:"error"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
}

// code is that of the error, 0 where there is none.
func (a *answered) code() int64 {
	if a.Error == nil {
		return 0
	}
	return a.Error.Code
}

// data gets a member of the error's data.
func (a *answered) data(t testing.TB, name string) any {
	t.Helper()
	var all map[string]any
	if a.Error == nil || json.Unmarshal(a.Error.Data, &all) != nil {
		t.Errorf("id %s has no error data: %s", a.ID, a.Result)
	}
	return all[name]
}

// serveAll gives input to a worker and returns all that it answered.
func serveAll(t testing.TB, input string, o Options) []answered {
	t.Helper()
	var out bytes.Buffer
	if err := New(strings.NewReader(input), &out, demoEnv(t), o).Serve(context.Background()); err != nil {
		t.Fatalf("Serve: %v", err)
	}
	return answersIn(t, out.Bytes())
}

func answersIn(t testing.TB, out []byte) []answered {
	t.Helper()
	var all []answered
	for line := range bytes.Lines(out) {
		if line[0] == '[' {
			var batch []answered
			if err := json.Unmarshal(line, &batch); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			all = append(all, batch...)
			continue
		}
		var a answered
		if err := json.Unmarshal(line, &a); err != nil || line[0] != '{' || line[len(line)-1] != '\n' {
			t.Fatalf("%q is no answer: %v", line, err)
		}
		all = append(all, a)
	}
	return all
}

// byID finds the one answer to an id.
func byID(t testing.TB, all []answered, id string) *answered {
	t.Helper()
	var found *answered
	for i := range all {
		if string(all[i].ID) == id {
			if found != nil {
				t.Fatalf("id %s is answered twice", id)
			}
			found = &all[i]
		}
	}
	if found == nil {
		t.Fatalf("id %s is not answered", id)
	}
	return found
}

// host talks to a worker that is being served.
type host struct {
	t      testing.TB
	in     *io.PipeWriter
	lines  *bufio.Scanner
	served chan error
	stop   context.CancelFunc

	seen []answered // read and not asked for
}

// startHost serves a worker until the test ends.
func startHost(t testing.TB, o Options) *host {
	t.Helper()
	fromHost, in := io.Pipe()
	out, toHost := io.Pipe()
	ctx, stop := context.WithCancel(context.Background())
	h := &host{t: t, in: in, lines: bufio.NewScanner(out), served: make(chan error, 1), stop: stop}
	h.lines.Buffer(nil, 64<<20)
	w := New(fromHost, toHost, demoEnv(t), o)
	go func() {
		h.served <- w.Serve(ctx)
		toHost.Close()
	}()
	t.Cleanup(func() {
		in.Close()
		stop()
		out.Close()
	})
	return h
}

// send writes lines.
func (h *host) send(lines ...string) {
	h.t.Helper()
	if _, err := io.WriteString(h.in, strings.Join(lines, "\n")+"\n"); err != nil {
		h.t.Fatal(err)
	}
}

// next reads the next message.
func (h *host) next() *answered {
	h.t.Helper()
	if !h.lines.Scan() {
		h.t.Fatalf("the output ended: %v", h.lines.Err())
	}
	a := answersIn(h.t, append(h.lines.Bytes(), '\n'))
	return &a[0]
}

// answer reads until the answer to id comes, keeping the others.
func (h *host) answer(id string) *answered {
	h.t.Helper()
	for i, a := range h.seen {
		if string(a.ID) == id {
			h.seen = append(h.seen[:i], h.seen[i+1:]...)
			return &a
		}
	}
	for {
		a := h.next()
		if string(a.ID) == id {
			return a
		}
		h.seen = append(h.seen, *a)
	}
}

// slowReaders is an input that gives text and then fails.
func slowReaders(text string, err error) io.Reader {
	return io.MultiReader(strings.NewReader(text), failingReader{err})
}

// openHostWithout serves lines, and no end of the input, with an output of its
// own; it returns what Serve does.
func openHostWithout(t testing.TB, out io.Writer) func(lines ...string) error {
	return func(lines ...string) error {
		in, host := io.Pipe()
		t.Cleanup(func() { host.Close() })
		served := make(chan error, 1)
		go func() { served <- New(in, out, demoEnv(t), testOptions()).Serve(context.Background()) }()
		go io.WriteString(host, strings.Join(lines, "\n")+"\n")
		return <-served
	}
}
