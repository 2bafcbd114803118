package integration_test

import (
	"bufio"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// startNode starts the server of the folder `node` and returns its address.
// Without Node or its packages the test is skipped, in CI it fails.
func startNode(t *testing.T, args ...string) (address string) {
	t.Helper()
	node := tool(t, "node", "install Node.js")
	if _, err := os.Stat("node/node_modules"); err != nil {
		missing(t, "NOT TESTED AGAINST NODE: run `npm ci` in integration_test/node: %v", err)
	}
	server := exec.Command(node, append([]string{"node/server.js"}, args...)...)
	server.Stderr = os.Stderr
	stdin, err := server.StdinPipe() // it ends when this is closed
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		if err := server.Wait(); err != nil {
			t.Errorf("the Node server: %v", err)
		}
	})
	late := time.AfterFunc(guard, func() { _ = server.Process.Kill() }) // the read below then fails
	defer late.Stop()
	port, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("the Node server does not say where it listens: %v", err)
	}
	return "127.0.0.1:" + strings.TrimSpace(port)
}

func TestNode(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		more obj
	}{
		"with a schema":   {nil, obj{"proto": "node/library.proto"}},
		"with reflection": {[]string{"reflection"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			address := startNode(t, c.args...)
			h := Start(t)
			h.Must("openConnection", with(obj{"address": address}, c.more))
			nodeUnary(h, t)
			nodeStreams(h, t)
		})
	}
}

func library(method string, more ...obj) obj {
	return with(obj{"connection": "c1", "service": "library.v1.Library", "method": method}, more...)
}

func nodeUnary(h *Host, t *testing.T) {
	book := obj{
		"title": "Мастер и Маргарита", "pages": 480, "isbn": "9785170878871", "binding": "BINDING_HARD", "authors": []string{"Булгаков"},
		"copies": obj{"Москва": "3"}, "published": "1967-01-01T00:00:00Z", "key": "AP8=",
	}
	got := decode[interopAnswer](h, h.Must("callMethod", library("One", obj{"request": book, "metadata": obj{"user": []string{"a", "b"}}})))
	want := `{"title":"Мастер и Маргарита","pages":480,"isbn":"9785170878871","binding":"BINDING_HARD","authors":["Булгаков"],
		"copies":{"Москва":"3"},"published":"1967-01-01T00:00:00Z","key":"AP8="}`
	if !sameJSON(t, string(got.Message), want) {
		t.Errorf("%s", got.Message)
	}
	if !slices.Equal(got.Headers["raw-bin"], []string{"AP8K"}) || !slices.Equal(got.Headers["user"], []string{"a, b"}) ||
		!slices.Equal(got.Trailers["served-by"], []string{"node"}) {
		t.Errorf("headers %v, trailers %v", got.Headers, got.Trailers)
	}
	err := h.Fail("callMethod", library("One", obj{"request": obj{}}), 3)
	if err.Data.Status.Message != "a book has a title: Ж😀" || !slices.Equal(err.Data.Trailers["served-by"], []string{"node"}) {
		t.Errorf("%v", err)
	}
}

func nodeStreams(h *Host, t *testing.T) {
	got := decode[interopAnswer](h, h.Must("processServerStream", library("Many", obj{"request": obj{"title": "x", "pages": 1000}})))
	if len(got.Messages) != 1000 || !sameJSON(t, string(got.Messages[999]), `{"title":"x","pages":1000}`) {
		t.Errorf("%d messages", len(got.Messages))
	}
	got = decode[interopAnswer](h, h.Must("processClientStream", library("Count", obj{"requests": []any{obj{"pages": 1}, obj{"pages": 2, "isbn": "9007199254740993"}}})))
	if !sameJSON(t, string(got.Message), `{"pages":3,"isbn":"9007199254740993"}`) {
		t.Errorf("%s", got.Message)
	}
	h.Must("initBidiStream", library("Talk"))
	for n := range 50 {
		h.Must("sendMessage", obj{"streamId": "s1", "message": obj{"pages": n + 1}})
		if got := decode[struct{ Message struct{ Pages int } }](h, h.Must("getMessage", obj{"streamId": "s1"})); got.Message.Pages != n+1 {
			t.Errorf("pages %d, want %d", got.Message.Pages, n+1)
		}
	}
	h.Must("sendMessage", obj{"streamId": "s1", "message": obj{"title": "stop"}})
	if err := h.Fail("getMessage", obj{"streamId": "s1"}, 10); err.Data.Status.Message != "stopped" {
		t.Errorf("%v", err)
	}
}
