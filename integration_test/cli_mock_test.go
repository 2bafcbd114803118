package integration_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// TestMock answers each kind of call from a file, which is changed on the way.
func TestMock(t *testing.T) {
	proto := testserver.WriteFile(t, "served.proto", servedProto)
	answers := testserver.WriteFile(t, "answers.json", `{
		"served.v1.Echo/Unary": {"text": "Hello, {{request.text}}!"},
		"served.v1.Echo/Server": [{"text": "one"}, {"$delayMs": 1, "$message": {"text": "two"}}, {"$error": {"code": "NOT_FOUND", "message": "no {{request.text}}"}}],
		"served.v1.Echo/Client": {"$message": {"text": "last was {{request.text}}"}, "$trailers": {"a": "b"}},
		"served.v1.Echo/Bidi": {"text": "re: {{request.text}}"}}`)
	mock := startShell(t, "mock", "127.0.0.1:0", "--proto", proto, "--answers", answers)
	address := mock.line()
	call := func(method string, want string, code int, messages ...string) {
		t.Helper()
		out, log, got := cli(t, "", append([]string{"call", address, method}, messages...)...)
		if got != code || out != want {
			t.Errorf("%s: exit %d, %q; want %d, %q; %s", method, got, out, code, want, log)
		}
	}
	call("served.v1.Echo/Unary", `{"text":"Hello, Аня!"}`+"\n", 0, `{"text":"Аня"}`)
	call("Server", `{"text":"one"}`+"\n"+`{"text":"two"}`+"\n", 64+5, `{"text":"x"}`)
	call("Client", `{"text":"last was b"}`+"\n", 0, `{"text":"a"}`, `{"text":"b"}`)
	call("Bidi", `{"text":"re: a"}`+"\n"+`{"text":"re: b"}`+"\n", 0, `{"text":"a"}`, `{"text":"b"}`)
	call("Other.Unary", `{"text":"text"}`+"\n", 0) // has no answer, so its template

	later := time.Now().Add(time.Hour)
	for text, want := range map[string]string{
		`{"served.v1.Echo/Unary": {"text": "changed"}}`: `{"text":"changed"}` + "\n",
	} {
		if err := os.WriteFile(answers, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(answers, later, later); err != nil {
			t.Fatal(err)
		}
		call("served.v1.Echo/Unary", want, 0)
	}
	if err := os.WriteFile(answers, []byte(`{"served.v1.Echo/Unary": {"txt": "wrong"}} `), 0o600); err != nil {
		t.Fatal(err)
	}
	call("served.v1.Echo/Unary", "", 64+13)
}

// TestMockRefuses says what is wrong before it serves.
func TestMockRefuses(t *testing.T) {
	proto := testserver.WriteFile(t, "served.proto", servedProto)
	for text, want := range map[string]string{
		`{"served.v1.Echo/Unry": {}}`:             `"served.v1.Echo/Unry": served.v1.Echo has no method "Unry"; did you mean "Unary"?`,
		`{"served.v1.Echo/Unary": `:               "answers.json",
		`{"served.v1.Echo/Unary": {"$eror": {}}}`: "$error",
		`["served.v1.Echo/Unary"]`:                "object",
	} {
		answers := testserver.WriteFile(t, "answers.json", text)
		if _, log, code := cli(t, "", "mock", "127.0.0.1:0", "--proto", proto, "--answers", answers); code != 1 || !strings.Contains(log, want) {
			t.Errorf("%s: exit %d, %s", text, code, log)
		}
	}
	if _, log, code := cli(t, "", "mock", "127.0.0.1:0"); code != 1 || !strings.Contains(log, "proto") {
		t.Errorf("exit %d, %s", code, log)
	}
}
