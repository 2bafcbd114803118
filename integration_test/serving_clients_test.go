package integration_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// book is what a host reads of library.v1.Book; raw is the whole of it.
type book struct {
	Title string
	Pages int
	raw   json.RawMessage
}

func (b *book) UnmarshalJSON(text []byte) error {
	type plain book
	err := json.Unmarshal(text, (*plain)(b))
	b.raw = append(json.RawMessage(nil), text...)
	return err
}

// libraryCall is a call of the library.
type libraryCall struct {
	StreamID, Method string
	Metadata         Metadata
	Message          *book
}

// libraryHost serves library.v1.Library through a worker, each call in a goroutine.
type libraryHost struct {
	*serving
}

func startLibrary(t *testing.T) libraryHost {
	s := libraryHost{newServing(t, obj{"proto": "node/library.proto"})}
	stopped := answerAll(s.serving, s.answer)
	t.Cleanup(func() {
		s.Must("stopServer", obj{"server": s.server, "graceMs": 0})
		<-stopped
	})
	return s
}

// answer answers a call. Errors are those of clients that have gone.
func (s libraryHost) answer(call libraryCall) {
	stream := obj{"streamId": call.StreamID}
	end := with(stream, obj{"trailers": obj{"served-by": "host"}})
	switch call.Method {
	case "One":
		if call.Message.Title == "" {
			end["status"] = obj{"code": "INVALID_ARGUMENT", "message": "a book has a title: Ж😀"}
			break
		}
		headers := obj{}
		for _, name := range []string{"user", "raw-bin"} {
			if values := call.Metadata[name]; values != nil {
				headers[name] = values
			}
		}
		s.Call("sendHeaders", with(stream, obj{"metadata": headers}))
		end["message"] = call.Message.raw
	case "Many":
		for n := range call.Message.Pages {
			s.Call("sendMessage", with(stream, obj{"message": obj{"title": call.Message.Title, "pages": n + 1}}))
		}
	case "Count":
		pages := 0
		for b := nextRequest[book](s.serving, call.StreamID); b != nil; b = nextRequest[book](s.serving, call.StreamID) {
			pages += b.Pages
		}
		end["message"] = obj{"pages": pages}
	case "Talk":
		for b := nextRequest[book](s.serving, call.StreamID); b != nil; b = nextRequest[book](s.serving, call.StreamID) {
			if b.Title == "stop" {
				end["status"] = obj{"code": "ABORTED", "message": "stopped"}
				break
			}
			s.Call("sendMessage", with(stream, obj{"message": b.raw}))
		}
	}
	s.Call("finishCall", end)
}

// TestServingNode has the gRPC client of Node.js call what a host serves.
func TestServingNode(t *testing.T) {
	node := tool(t, "node", "install Node.js")
	if _, err := os.Stat("node/node_modules"); err != nil {
		missing(t, "NOT TESTED AGAINST NODE: run `npm ci` in integration_test/node: %v", err)
	}
	s := startLibrary(t)
	if out, err := exec.CommandContext(t.Context(), node, "node/client.js", s.addr).CombinedOutput(); err != nil || string(out) != "all as expected\n" {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestServingGrpcurl has grpcurl call what a host serves, which it knows by reflection.
func TestServingGrpcurl(t *testing.T) {
	grpcurl := tool(t, "grpcurl", "go install github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.4")
	s := startLibrary(t)
	for name, c := range map[string]struct {
		args  []string // before the address
		what  string   // after it
		input string
		code  int
		want  string // the JSON that it prints, or a part of what it prints
	}{
		"list":            {nil, "list", "", 0, "library.v1.Library"},
		"describe":        {nil, "describe", "", 0, "rpc Talk ( stream .library.v1.Book ) returns ( stream .library.v1.Book );"},
		"health":          {nil, "grpc.health.v1.Health/Check", "", 0, `{"status":"SERVING"}`},
		"unary":           {nil, "library.v1.Library/One", `{"title":"Ж😀","isbn":"9007199254740993"}`, 0, `{"title":"Ж😀","isbn":"9007199254740993"}`},
		"headers":         {[]string{"-v", "-H", "user: north"}, "library.v1.Library/One", `{"title":"x"}`, 0, "user: north"},
		"trailers":        {[]string{"-v"}, "library.v1.Library/One", `{"title":"x"}`, 0, "served-by: host"},
		"status":          {nil, "library.v1.Library/One", `{}`, 64 + 3, "a book has a title: Ж😀"},
		"server stream":   {nil, "library.v1.Library/Many", `{"title":"x","pages":2}`, 0, `{"title":"x","pages":1}{"title":"x","pages":2}`},
		"client stream":   {nil, "library.v1.Library/Count", `{"pages":1}{"pages":2}`, 0, `{"pages":3}`},
		"bidi stream":     {nil, "library.v1.Library/Talk", `{"pages":1}{"pages":2}`, 0, `{"pages":1}{"pages":2}`},
		"unknown service": {nil, "library.v1.Nothing/Talk", ``, 1, `does not expose service "library.v1.Nothing"`},
	} {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"-plaintext"}, c.args...)
			if strings.Contains(c.what, "/") {
				args = append(args, "-d", "@")
			}
			run := exec.CommandContext(t.Context(), grpcurl, append(args, s.addr, c.what)...)
			run.Stdin = strings.NewReader(c.input)
			out, _ := run.CombinedOutput()
			if code := run.ProcessState.ExitCode(); code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
			printed := string(out)
			if strings.HasPrefix(c.want, "{") {
				printed = strings.Join(strings.Fields(printed), "")
			}
			if !strings.Contains(printed, c.want) {
				t.Errorf("printed %s\nwant %s", out, c.want)
			}
		})
	}
}
