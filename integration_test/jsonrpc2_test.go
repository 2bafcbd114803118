package integration_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"sync"
	"testing"

	"github.com/grpcline/grpcline/integration_test/testserver"
	"github.com/sourcegraph/jsonrpc2"
)

// pipes are a worker's stdin and stdout as one connection.
type pipes struct {
	in  interface{ Write([]byte) (int, error) }
	out interface{ Read([]byte) (int, error) }
	end func() error
}

func (p pipes) Read(b []byte) (int, error)  { return p.out.Read(b) }
func (p pipes) Write(b []byte) (int, error) { return p.in.Write(b) }
func (p pipes) Close() error                { return p.end() }

// TestForeignClient drives the worker with a JSON-RPC library, by each framing
// that the library has.
func TestForeignClient(t *testing.T) {
	for name, framing := range map[string]func(io.ReadWriteCloser) jsonrpc2.ObjectStream{
		"lines": jsonrpc2.NewPlainObjectStream,
		"Content-Length": func(pipes io.ReadWriteCloser) jsonrpc2.ObjectStream {
			return jsonrpc2.NewBufferedStream(pipes, jsonrpc2.VSCodeObjectCodec{})
		},
	} {
		t.Run(name, func(t *testing.T) { foreignClient(t, framing) })
	}
}

func foreignClient(t *testing.T, framing func(io.ReadWriteCloser) jsonrpc2.ObjectStream) {
	ctx, cancel := context.WithTimeout(context.Background(), guard)
	defer cancel()
	server := testserver.Start(t, testserver.Options{})
	cmd := exec.Command(workerBinary)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	notes := make(chan string, 100)
	handler := jsonrpc2.HandlerWithError(func(_ context.Context, _ *jsonrpc2.Conn, r *jsonrpc2.Request) (any, error) {
		notes <- r.Method
		return nil, nil
	})
	conn := jsonrpc2.NewConn(ctx, framing(pipes{in, out, in.Close}), handler)
	defer func() {
		conn.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("the worker: %v", err)
		}
	}()

	var opened struct{ ConnectionID string }
	must(t, conn.Call(ctx, "openConnection", obj{"address": server.Addr, "proto": testserver.Texts(t)}, &opened))
	var wg sync.WaitGroup
	for n := range 50 {
		wg.Go(func() {
			var got Ending
			if err := conn.Call(ctx, "callMethod", scripted(opened.ConnectionID, "Unary", nil, obj{"request": numbered(n + 1)}), &got); err != nil ||
				*got.Message != numbered(n+1) {
				t.Errorf("call %d: %+v %v", n, got, err)
			}
		})
	}
	wg.Wait()
	var failed *jsonrpc2.Error
	err = conn.Call(ctx, "callMethod", scripted(opened.ConnectionID, "Unary", []testserver.Step{{End: &testserver.End{Code: 5, Message: "no"}}}), nil)
	if !errors.As(err, &failed) || failed.Code != 5 {
		t.Errorf("the error is %v", err)
	} else {
		var data ErrorData
		if err := json.Unmarshal(*failed.Data, &data); err != nil || data.Status.Name != "NOT_FOUND" {
			t.Errorf("data %s: %v", *failed.Data, err)
		}
	}
	must(t, conn.Call(ctx, "initServerStream", scripted(opened.ConnectionID, "ServerStream",
		[]testserver.Step{{Receive: 1}, {Send: 5}}, obj{"request": obj{}, "push": true}), nil))
	for range 5 {
		if got := <-notes; got != "streamMessage" {
			t.Errorf("notification %s", got)
		}
	}
	if got := <-notes; got != "streamEnd" {
		t.Errorf("notification %s", got)
	}
	wait, err := conn.DispatchCall(ctx, "callMethod", scripted(opened.ConnectionID, "Unary", []testserver.Step{{Gate: "g"}}, obj{"timeoutMs": 0}), jsonrpc2.PickID(jsonrpc2.ID{Str: "слово", IsString: true}))
	must(t, err)
	server.AwaitReached(t, "g")
	must(t, conn.Notify(ctx, "$/cancelRequest", obj{"id": "слово"}))
	if err := wait.Wait(ctx, nil); !errors.As(err, &failed) || failed.Code != -32800 {
		t.Errorf("the cancelled call: %v", err)
	}
	must(t, conn.Call(ctx, "ping", nil, nil))
	must(t, conn.Notify(ctx, "shutdown", nil))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
