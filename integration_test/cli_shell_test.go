package integration_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// shell is a word of the command line that runs, between pipes.
type shell struct {
	t     *testing.T
	cmd   *exec.Cmd
	stdin *os.File
	lines *bufio.Reader
	out   *os.File
	log   lockedBuffer
}

// startShell runs the worker's command line until the test ends.
func startShell(t *testing.T, args ...string) *shell {
	t.Helper()
	s := &shell{t: t, cmd: exec.Command(workerBinary, args...)}
	in, stdin := pipe(t)
	out, stdout := pipe(t)
	s.cmd.Stdin, s.cmd.Stdout, s.cmd.Stderr = in, stdout, &s.log
	s.stdin, s.out, s.lines = stdin, out, bufio.NewReader(out)
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	in.Close()
	stdout.Close()
	t.Cleanup(func() {
		s.stdin.Close() // may be closed already, as may the output
		s.out.Close()
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
	})
	return s
}

// write types text.
func (s *shell) write(text string) {
	s.t.Helper()
	if _, err := io.WriteString(s.stdin, text); err != nil {
		s.t.Fatal(err)
	}
}

// line waits for a line of output.
func (s *shell) line() string {
	s.t.Helper()
	line, err := s.lines.ReadString('\n')
	if err != nil {
		s.t.Fatalf("%q, %v; stderr: %s", line, err, s.log.String())
	}
	return strings.TrimSuffix(line, "\n")
}

// exit waits for the end and returns what was still printed, and the exit code.
func (s *shell) exit() (rest string, code int) {
	s.t.Helper()
	text, err := io.ReadAll(s.lines)
	if err != nil {
		s.t.Error(err)
	}
	_ = s.cmd.Wait() // the exit code tells
	return string(text), s.cmd.ProcessState.ExitCode()
}

// script are the flags that make a method of Script run steps.
func script(steps ...testserver.Step) []string {
	return []string{"-H", "script: " + testserver.Script(steps...)}
}

// TestCallIsLive sees each message of a server stream when it is sent, and each message
// that is sent when it is complete, whatever comes between its parts.
func TestCallIsLive(t *testing.T) {
	server := testserver.Start(t, testserver.Options{Reflection: "both"})
	t.Run("server stream", func(t *testing.T) {
		s := startShell(t, append(script(testserver.Step{Receive: 1}, testserver.Step{Send: 1}, testserver.Step{Gate: "live"}, testserver.Step{Send: 2}),
			"call", server.Addr, "script.v1.Script/ServerStream")...)
		if got := s.line(); got != `{"number":"1"}` {
			t.Errorf("got %s", got)
		}
		server.AwaitReached(t, "live")
		server.Open("live")
		if rest, code := s.exit(); code != 0 || rest != "{\"number\":\"2\"}\n{\"number\":\"3\"}\n" || s.log.String() != "" {
			t.Errorf("exit code %d, then %q, stderr %q", code, rest, s.log.String())
		}
	})
	t.Run("bidi stream", func(t *testing.T) {
		s := startShell(t, append(script(testserver.Step{Echo: true}), "call", server.Addr, "Bidi")...)
		s.write(`{"text":"on`)
		s.write(`e"}`)
		if got := s.line(); got != `{"text":"one"}` {
			t.Errorf("got %s", got)
		}
		s.write("{\n \"text\":\r\n\"два\"}{\"number\":3} ")
		for _, want := range []string{`{"text":"два"}`, `{"number":"3"}`} {
			if got := s.line(); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
		s.stdin.Close()
		if rest, code := s.exit(); code != 0 || rest != "" || s.log.String() != "" {
			t.Errorf("exit code %d, then %q, stderr %q", code, rest, s.log.String())
		}
	})
	t.Run("client stream", func(t *testing.T) {
		s := startShell(t, append(script(testserver.Step{Count: true}), "call", server.Addr, "ClientStream", `{"number":1}{"number":2}`, "-", `{"number":9}`)...)
		s.write(`{} {} `)
		s.stdin.Close()
		if rest, code := s.exit(); code != 0 || rest != "{\"number\":\"5\"}\n" {
			t.Errorf("exit code %d, then %q, stderr %q", code, rest, s.log.String())
		}
	})
	t.Run("the server ends first", func(t *testing.T) {
		s := startShell(t, append(script(testserver.Step{Receive: 1}, testserver.Step{End: &testserver.End{Code: 10, Message: "enough"}}), "call", server.Addr, "Bidi")...)
		s.write(`{}`)
		if rest, code := s.exit(); code != 64+10 || rest != "" || s.log.String() != "grpcline: ABORTED: enough\n" {
			t.Errorf("exit code %d, then %q, stderr %q", code, rest, s.log.String())
		}
	})
}

// TestInterrupt cancels the RPC at the server and ends with 130.
func TestInterrupt(t *testing.T) {
	server := testserver.Start(t, testserver.Options{Reflection: "v1"})
	for name, method := range map[string]string{"unary": "Unary", "server stream": "ServerStream", "bidi stream": "Bidi"} {
		t.Run(name, func(t *testing.T) {
			s := startShell(t, append(script(testserver.Step{Gate: name}), "call", server.Addr, method, `{}`)...)
			server.AwaitReached(t, name)
			if err := s.cmd.Process.Signal(os.Interrupt); err != nil {
				t.Skip(err)
			}
			server.AwaitCancelled(t, name)
			if rest, code := s.exit(); code != 130 || rest != "" || s.log.String() != "" {
				t.Errorf("exit code %d, %q, stderr %q", code, rest, s.log.String())
			}
		})
	}
	for name, args := range map[string][]string{
		"while a message is read": {"call", "demo:///", "SayHello", "-"},
		"while params are read":   {"rpc", "ping", "-"},
	} {
		t.Run(name, func(t *testing.T) {
			s := startShell(t, args...)
			s.write(strings.Repeat(" ", 2<<20)) // more than a pipe holds, so it is being read
			if err := s.cmd.Process.Signal(os.Interrupt); err != nil {
				t.Skip(err)
			}
			if rest, code := s.exit(); code != 130 || rest != "" || s.log.String() != "" {
				t.Errorf("exit code %d, %q, stderr %q", code, rest, s.log.String())
			}
		})
	}
	t.Run("while connecting", func(t *testing.T) {
		accepted := make(chan struct{}, 100)
		address := testserver.Raw(t, func(conn net.Conn) {
			accepted <- struct{}{}
			_, _ = io.Copy(io.Discard, conn) // until the client is gone
		})
		s := startShell(t, "call", address, "Unary", "--tls", "--connect-timeout", "0")
		<-accepted
		if err := s.cmd.Process.Signal(os.Interrupt); err != nil {
			t.Skip(err)
		}
		if rest, code := s.exit(); code != 130 || rest != "" || s.log.String() != "" {
			t.Errorf("exit code %d, %q, stderr %q", code, rest, s.log.String())
		}
	})
}

// TestClosedOutputEndsQuietly also if nothing more is to be written.
func TestClosedOutputEndsQuietly(t *testing.T) {
	server := testserver.Start(t, testserver.Options{Reflection: "v1"})
	s := startShell(t, append(script(testserver.Step{Receive: 1}, testserver.Step{Send: 1}, testserver.Step{Gate: "quiet"}), "call", server.Addr, "ServerStream")...)
	if got := s.line(); got != `{"number":"1"}` {
		t.Errorf("got %s", got)
	}
	s.out.Close()
	server.AwaitCancelled(t, "quiet")
	_ = s.cmd.Wait() // the exit code tells
	if code := s.cmd.ProcessState.ExitCode(); code != 0 || s.log.String() != "" {
		t.Errorf("exit code %d, stderr %q", code, s.log.String())
	}
}

// TestCallExitCodes are 64 and the status, and the details are JSON.
func TestCallExitCodes(t *testing.T) {
	stdout, stderr, code := cli(t, "", "call", "demo:///", "Fail", `{"code":5,"message":"no such person"}`)
	const want = `grpcline: NOT_FOUND: no such person
{
  "@type": "type.googleapis.com/google.rpc.ErrorInfo",
  "reason": "ASKED_FOR",
  "domain": "demo.grpcline",
  "metadata": {
    "code": "NotFound"
  }
}
`
	if stdout != "" || stderr != want || code != 64+5 {
		t.Errorf("exit code %d, stdout %q, stderr\n%s", code, stdout, stderr)
	}
	_, stderr, _ = cli(t, "", "call", "demo:///", "Fail", "-v")
	if strings.Contains(stderr, "grpc-status-details-bin") || !strings.Contains(stderr, "status: 3 INVALID_ARGUMENT\n") {
		t.Errorf("stderr is\n%s", stderr)
	}
	for name, test := range map[string]struct {
		args []string
		code int
	}{
		"deadline":            {[]string{"call", "demo:///", "Sleep", `{"time":"60s"}`, "--timeout", "50ms"}, 64 + 4},
		"deadline of streams": {[]string{"call", "demo:///", "Countdown", `{"limit":1,"pause":"60s"}`, "--timeout", "0.2"}, 64 + 4},
		"refused":             {[]string{"call", testserver.Refusing(t), "X"}, 64 + 14},
		"health":              {[]string{"health", "demo:///", "nothing"}, 64 + 5},
		"no such method":      {[]string{"call", "demo:///", "grpcline.demo.Demo/Nothing"}, 1},
		"a wrong field":       {[]string{"call", "demo:///", "SayHello", `{"nmae":"x"}`}, 1},
		"not enough":          {[]string{"call", "demo:///"}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			if _, stderr, code := cli(t, "", test.args...); code != test.code || !strings.HasPrefix(stderr, "grpcline: ") {
				t.Errorf("exit code %d, want %d, stderr %q", code, test.code, stderr)
			}
		})
	}
}

// TestBadCommandLines says what to do instead.
func TestBadCommandLines(t *testing.T) {
	file := testserver.WriteFile(t, "schema.proto", "")
	cut := testserver.WriteFile(t, "cut.json", "{\n  \"name\": [1,\n")
	for name, test := range map[string]struct {
		args []string
		code int
		says string
	}{
		"a word":               {[]string{"lst", "demo:///"}, 2, `did you mean "list"?`},
		"a flag":               {[]string{"call", "demo:///", "SayHello", "--timeut", "1s"}, 2, `did you mean "--timeout"?`},
		"another's letter":     {[]string{"health", "demo:///", "-v"}, 2, `-v is a flag of "grpcline call", not of "grpcline health"`},
		"a letter":             {[]string{"health", "demo:///", "-x"}, 2, "there is no flag -x\n"},
		"nothing as message":   {[]string{"call", "demo:///", "SayHello", ""}, 1, `no message in ""`},
		"one dash":             {[]string{"call", "demo:///", "SayHello", "-import-path", "x"}, 2, "two dashes: --import-path"},
		"no word":              {[]string{"localhost:50051"}, 2, "grpcline list localhost:50051"},
		"a method as address":  {[]string{"call", "grpcline.demo.Demo/SayHello"}, 2, "is a METHOD"},
		"a method alone":       {[]string{"call", "example.org"}, 2, "call needs ADDRESS METHOD"},
		"a file as message":    {[]string{"call", "demo:///", "SayHello", file}, 1, "say @"},
		"and a message":        {[]string{"call", "grpcline.demo.Demo/SayHello", "{}"}, 2, "is a METHOD"},
		"with a dot":           {[]string{"call", "grpcline.demo.Demo.SayHello", "{}"}, 2, "is a METHOD"},
		"the other way round":  {[]string{"call", "SayHello", "demo:///"}, 2, "grpcline call demo:/// SayHello"},
		"a file as address":    {[]string{"list", file}, 2, "is a file"},
		"a folder as address":  {[]string{"list", t.TempDir()}, 2, "is a folder"},
		"a message as address": {[]string{"call", "{}", "SayHello"}, 2, "ADDRESS is missing"},
		"metadata":             {[]string{"list", "demo:///", "-H", "novalue"}, 2, "'name: value'"},
		"a time":               {[]string{"list", "demo:///", "--timeout", "soon"}, 2, "500ms"},
		"a reserved name":      {[]string{"list", "demo:///", "-H", "grpc-x: 1"}, 2, `-H: "grpc-x"`},
		"a name with a space":  {[]string{"health", "demo:///", "-H", "a b: c"}, 2, `-H: "a b"`},
		"binary metadata":      {[]string{"call", "demo:///", "SayHello", "-H", "good: 1", "-H", "x-bin: ???"}, 2, `-H: "x-bin"`},
		"a compression":        {[]string{"call", "demo:///", "SayHello", "--compression", "zip"}, 2, `it must be gzip or identity`},
		"a switch":             {[]string{"list", "demo:///", "--tls=perhaps"}, 2, "it must be true or false"},
		"a switch of JSON":     {[]string{"call", "demo:///", "SayHello", "--emit-defaults=x"}, 2, "it must be true or false"},
		"a method":             {[]string{"call", "demo:///", "SayHelo"}, 1, `did you mean "SayHello"?`},
		"a service":            {[]string{"call", "demo:///", "grpcline.demo.Dmeo/SayHello"}, 1, `"grpcline.demo.Demo"`},
		"an ambiguous method":  {[]string{"call", "demo:///", "ServerReflectionInfo"}, 1, "several services"},
		"a field":              {[]string{"call", "demo:///", "SayHello", `{"nmae":"x"}`}, 1, `"name"`},
		"a cut message":        {[]string{"call", "demo:///", "SayHello", `{"name":"x"`}, 1, `column 12: the JSON is cut: "}" is missing`},
		"a cut string":         {[]string{"call", "demo:///", "SayHello", `{"name":"x`}, 1, "column 11: the JSON is cut: the quote"},
		"a cut file":           {[]string{"call", "demo:///", "SayHello", "@" + cut}, 1, `cut.json, line 3, column 1: the JSON is cut: "]" is missing`},
		"quotes taken away":    {[]string{"call", "demo:///", "SayHello", `{name:x}`}, 1, "column 2: "},
		"two messages":         {[]string{"call", "demo:///", "SayHello", "{}", "{}"}, 1, "takes one message"},
		"a shell":              {[]string{"completion", "tcsh"}, 2, "bash, zsh, fish, powershell"},
	} {
		t.Run(name, func(t *testing.T) {
			if stdout, stderr, code := cli(t, "", test.args...); code != test.code || stdout != "" || !strings.Contains(stderr, test.says) {
				t.Errorf("exit code %d, stdout %q, stderr %q", code, stdout, stderr)
			}
		})
	}
}

// TestMethodNames in all the ways in which a person may write one.
func TestMethodNames(t *testing.T) {
	for _, method := range []string{"grpcline.demo.Demo/SayHello", "/grpcline.demo.Demo/SayHello", "grpcline.demo.Demo.SayHello", "Demo/SayHello", "demo.Demo.SayHello", "SayHello"} {
		if stdout, stderr, code := cli(t, "", "call", "demo:///", method); code != 0 || stdout != "{\"greeting\":\"Hello, world!\"}\n" {
			t.Errorf("%s: exit code %d, stdout %q, stderr %q", method, code, stdout, stderr)
		}
	}
}

// TestMessagesFromFiles in the encodings in which files are written.
func TestMessagesFromFiles(t *testing.T) {
	const text = `{"name":"Аня","language":"RUSSIAN"}`
	utf16 := func(text string, little bool) string {
		var b bytes.Buffer
		for _, r := range "\ufeff" + text {
			if little {
				b.Write([]byte{byte(r), byte(r >> 8)})
			} else {
				b.Write([]byte{byte(r >> 8), byte(r)})
			}
		}
		return b.String()
	}
	for name, content := range map[string]string{
		"UTF-8": text, "with a mark": "\ufeff" + text + "\r\n", "UTF-16LE": utf16(text+"\r\n", true), "UTF-16BE": utf16(text, false),
	} {
		t.Run(name, func(t *testing.T) {
			for _, arg := range []string{"@" + testserver.WriteFile(t, "message.json", content), "-"} {
				if stdout, stderr, code := cli(t, content, "call", "demo:///", "SayHello", arg); code != 0 || stdout != "{\"greeting\":\"Привет, Аня!\"}\n" {
					t.Errorf("%s: exit code %d, stdout %q, stderr %q", arg, code, stdout, stderr)
				}
			}
		})
	}
	if _, stderr, code := cli(t, "", "call", "demo:///", "SayHello", "@"+testserver.WriteFile(t, "x", "{\"name\":\"\xe4\"}")); code != 1 || !strings.Contains(stderr, "column 10: this is not UTF-8") {
		t.Errorf("exit code %d, stderr %q", code, stderr)
	}
}

// TestBadInputOfAStream ends it with an error that says where.
func TestBadInputOfAStream(t *testing.T) {
	for name, test := range map[string]struct{ in, says string }{
		"cut":         {"{}\n{\"text\":\"a\"", `standard input, line 2, column 12: the JSON is cut: "}" is missing`},
		"no JSON":     {"{}\n{text}", "standard input, line 2, column 2: "},
		"wrong field": {"{}\n{\"txet\":\"a\"}", `"text"`},
	} {
		t.Run(name, func(t *testing.T) {
			if _, stderr, code := cli(t, test.in, "call", "demo:///", "Chat"); code != 1 || !strings.Contains(stderr, test.says) {
				t.Errorf("exit code %d, stderr %q", code, stderr)
			}
		})
	}
}

// TestFlagsAnywhere before the word, between its arguments and after them.
func TestFlagsAnywhere(t *testing.T) {
	for _, args := range [][]string{
		{"call", "demo:///", "SayHello", "--emit-defaults"},
		{"--emit-defaults", "call", "demo:///", "SayHello"},
		{"-v", "--timeout", "5s", "call", "--color", "never", "demo:///", "-H", "a: b", "SayHello", "-H=c:d", "{}"},
	} {
		if stdout, stderr, code := cli(t, "", args...); code != 0 || !sameJSON(t, stdout, `{"greeting":"Hello, world!"}`) {
			t.Errorf("%q: exit code %d, stdout %q, stderr %q", args, code, stdout, stderr)
		}
	}
}

// TestCallFlags do at the server what they say.
func TestCallFlags(t *testing.T) {
	authority := testserver.NewAuthority(t)
	plain := testserver.Start(t, testserver.Options{Reflection: "v1"})
	mutual := testserver.Start(t, testserver.Options{Reflection: "v1", TLS: authority.MutualTLS(t, "grpcline.test")})
	client := authority.Issue(t, "ann")
	ca, cert, key := testserver.WriteFile(t, "ca.pem", authority.PEM), testserver.WriteFile(t, "cert.pem", client.Cert), testserver.WriteFile(t, "key.pem", client.Key)
	inspect := func(t *testing.T, args ...string) testserver.Inspection {
		t.Helper()
		all := append(script(testserver.Step{Receive: 1}, testserver.Step{Inspect: true}), append([]string{"call"}, args...)...)
		stdout, stderr, code := cli(t, "", all...)
		var item Item
		var seen testserver.Inspection
		if err := json.Unmarshal([]byte(stdout), &item); err != nil || code != 0 {
			t.Fatalf("exit code %d, stdout %q, stderr %q", code, stdout, stderr)
		}
		if err := json.Unmarshal([]byte(item.Text), &seen); err != nil {
			t.Fatal(err)
		}
		return seen
	}
	if seen := inspect(t, plain.Addr, "Unary", "-H", "X-Tenant: north: one", "-H", "x-tenant:south", "-H", "k-bin: AQI=", "--authority", "other.test", "--compression", "gzip", `{"text":"x"}`); strings.Join(seen.Metadata["x-tenant"], "|") != "north: one|south" ||
		seen.Metadata["k-bin"][0] != "\x01\x02" || seen.Metadata[":authority"][0] != "other.test" || seen.Encoding != "gzip" {
		t.Errorf("seen is %+v", seen)
	}
	if seen := inspect(t, plain.Addr, "ServerStream"); seen.HasTimeout {
		t.Errorf("a stream has a deadline: %+v", seen)
	}
	if seen := inspect(t, plain.Addr, "ServerStream", "--timeout", "60s"); !seen.HasTimeout || seen.TimeoutMs > 60000 || seen.TimeoutMs < 30000 {
		t.Errorf("--timeout is not its deadline: %+v", seen)
	}
	if seen := inspect(t, mutual.Addr, "Unary", "--ca", ca, "--cert", cert, "--key", key, "--server-name", "grpcline.test"); seen.ClientName != "ann" {
		t.Errorf("seen is %+v", seen)
	}
	if seen := inspect(t, mutual.Addr, "Unary", "--insecure-skip-verify", "--cert", cert, "--key", key); seen.ClientName != "ann" {
		t.Errorf("seen is %+v", seen)
	}
	if _, stderr, code := cli(t, "", "list", mutual.Addr, "--tls"); code != 64+14 || !strings.Contains(stderr, "certificate") {
		t.Errorf("exit code %d, stderr %q", code, stderr)
	}
	if stdout, _, code := cli(t, "", "call", "demo:///", "Sum", `{"value":2}`, "--int64-as-numbers"); code != 0 || stdout != "{\"sum\":2,\"count\":1}\n" {
		t.Errorf("exit code %d, stdout %q", code, stdout)
	}
	if stdout, _, code := cli(t, "", "call", "demo:///", "Countdown", `{"limit":1000000}`, "--max-messages", "2"); code != 0 || stdout != "{\"value\":\"1000000\"}\n{\"value\":\"999999\"}\n" {
		t.Errorf("exit code %d, stdout %q", code, stdout)
	}
	if _, stderr, code := cli(t, "", "call", "demo:///", "SayHello", "-v"); code != 0 || stderr != "headers:\n  content-type: application/grpc\ntrailers:\n  demo-trailer: bye\nstatus: 0 OK\n" {
		t.Errorf("exit code %d, stderr %q", code, stderr)
	}
	if stdout, _, code := cli(t, "", "call", "demo:///", "SayHello", "--color=always"); code != 0 || stdout != "{\x1b[36m\"greeting\"\x1b[0m:\x1b[32m\"Hello, world!\"\x1b[0m}\n" {
		t.Errorf("exit code %d, stdout %q", code, stdout)
	}
}
