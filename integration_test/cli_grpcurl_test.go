//go:build unix

package integration_test

import (
	"bufio"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// task is something that people do, by grpcline and by grpcurl.
type task struct {
	name     string
	grpcline string
	grpcurl  string
	code     int // the exit code of both
	same     func(t *testing.T, grpcline, grpcurl string) bool
}

// tasks are what the README's table is made of. The addresses stand for those of servers
// that the test starts.
var tasks = []task{
	{"list services", `grpcline list localhost:50051`,
		`grpcurl -plaintext localhost:50051 list`, 0, sameLines},
	{"list methods", `grpcline list localhost:50051 Demo`,
		`grpcurl -plaintext localhost:50051 list grpcline.demo.Demo`, 0, sameLines},
	{"describe a message", `grpcline describe localhost:50051 HelloRequest`,
		`grpcurl -plaintext localhost:50051 describe grpcline.demo.HelloRequest`, 0, sameSource},
	{"a call, JSON from a file", `grpcline call localhost:50051 SayHello @ann.json`,
		`grpcurl -plaintext -d @ localhost:50051 grpcline.demo.Demo/SayHello < ann.json`, 0, sameMessages},
	{"metadata", `grpcline call localhost:50054 Unary -H 'x-tenant: north'`,
		`grpcurl -plaintext -H 'x-tenant: north' localhost:50054 script.v1.Script/Unary`, 0, sameMessages},
	{"TLS, a CA of one's own", `grpcline call localhost:50052 Unary '{"text":"a"}' --ca ca.pem`,
		`grpcurl -cacert ca.pem -d '{"text":"a"}' localhost:50052 script.v1.Script/Unary`, 0, sameMessages},
	{"mutual TLS", `grpcline call localhost:50053 Unary --ca ca.pem --cert me.pem --key me.key`,
		`grpcurl -cacert ca.pem -cert me.pem -key me.key localhost:50053 script.v1.Script/Unary`, 0, sameMessages},
	{"a schema from .proto files", `grpcline call localhost:50051 SayHello --proto demo.proto`,
		`grpcurl -plaintext -proto demo.proto localhost:50051 grpcline.demo.Demo/SayHello`, 0, sameMessages},
	{"a server stream, live", `grpcline call localhost:50051 Countdown '{"limit":3}'`,
		`grpcurl -plaintext -d '{"limit":3}' localhost:50051 grpcline.demo.Demo/Countdown`, 0, sameMessages},
	{"a conversation, typed", `grpcline call localhost:50051 Chat`,
		`grpcurl -plaintext -d @ localhost:50051 grpcline.demo.Demo/Chat`, 0, nil},
	{"an error with details", `grpcline call localhost:50051 Fail '{"code":5}'`,
		`grpcurl -plaintext -d '{"code":5}' localhost:50051 grpcline.demo.Demo/Fail`, 64 + 5, sameMessages},
	{"a deadline", `grpcline call localhost:50051 Sleep '{"time":"60s"}' --timeout 1`,
		`grpcurl -plaintext -max-time 1 -d '{"time":"60s"}' localhost:50051 grpcline.demo.Demo/Sleep`, 64 + 4, nil},
	{"a request to fill in", `grpcline describe localhost:50051 SayHello --template`,
		`grpcurl -plaintext -msg-template localhost:50051 describe grpcline.demo.HelloRequest`, 0, sameNames},
}

// mostTyped is how much may be typed for grpcline, of what is for grpcurl.
const mostTyped = 0.75

// TestSideBySide does everyday tasks by grpcline and by grpcurl and compares what they
// print.
func TestSideBySide(t *testing.T) {
	grpcurl := tool(t, "grpcurl", "go install github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.4")
	folder, addresses := sideBySideServers(t)
	start := func(line string) *exec.Cmd {
		cmd := withWorker(t, "sh", "-c", addresses.Replace(line))
		cmd.Dir = folder
		cmd.Env[0] += string(os.PathListSeparator) + filepath.Dir(grpcurl)
		return cmd
	}
	for _, task := range tasks {
		t.Run(task.name, func(t *testing.T) {
			if strings.HasSuffix(task.name, "typed") {
				for _, line := range []string{task.grpcline, task.grpcurl} {
					m := startTerminal(t, start(line))
					for _, text := range []string{"one", "два"} {
						m.write(`{"text":"` + text + "\"}\n")
						m.await("You said: " + text)
					}
					m.write("\x04") // ^D
					if rest, code := m.exit(); code != 0 {
						t.Errorf("%s: exit code %d, %q", line, code, rest)
					}
				}
				return
			}
			var printed [2]string
			for i, line := range []string{task.grpcline, task.grpcurl} {
				cmd := start(line)
				cmd.Env = append(os.Environ(), cmd.Env...)
				out, _ := cmd.CombinedOutput() // the exit code tells
				if printed[i] = string(out); cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != task.code {
					t.Errorf("%s: %v, %s", line, cmd.ProcessState, out)
				}
			}
			if task.same != nil && !task.same(t, printed[0], printed[1]) {
				t.Errorf("grpcline printed\n%s\ngrpcurl\n%s", printed[0], printed[1])
			}
		})
	}
}

// sideBySideServers starts the servers of the tasks, and returns a folder with their
// files and what makes real addresses of those in the tasks.
func sideBySideServers(t *testing.T) (folder string, addresses *strings.Replacer) {
	t.Helper()
	folder = t.TempDir()
	demo := exec.Command(workerBinary, "demo", "127.0.0.1:0")
	out, err := demo.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := demo.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := demo.Process.Signal(os.Interrupt); err != nil {
			t.Error(err)
		}
		if err := demo.Wait(); err != nil {
			t.Errorf("the demo server: %v", err)
		}
	})
	demoAddress, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	authority := testserver.NewAuthority(t)
	me := authority.Issue(t, "me")
	source, err := os.ReadFile("../demo/demopb/demo.proto")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"ca.pem": authority.PEM, "me.pem": me.Cert, "me.key": me.Key, "ann.json": `{"name":"Ann"}`, "demo.proto": string(source),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	o := testserver.Options{Reflection: "both"}
	plain := testserver.Start(t, o)
	o.TLS = authority.ServerTLS(t, "127.0.0.1")
	encrypted := testserver.Start(t, o)
	o.TLS = authority.MutualTLS(t, "127.0.0.1")
	mutual := testserver.Start(t, o)
	return folder, strings.NewReplacer("localhost:50051", strings.TrimSpace(demoAddress), "localhost:50052", encrypted.Addr,
		"localhost:50053", mutual.Addr, "localhost:50054", plain.Addr)
}

// sameLines compares lists, in which grpcurl puts a dot before a method.
func sameLines(_ *testing.T, a, b string) bool {
	lines := func(text string) []string {
		return slices.Sorted(strings.Lines(strings.ReplaceAll(text, "/", ".")))
	}
	return slices.Equal(lines(a), lines(b))
}

// sameSource compares source, in which grpcurl writes full names, after a heading.
func sameSource(_ *testing.T, a, b string) bool {
	_, b, _ = strings.Cut(b, "\n")
	return strings.TrimSpace(a) == strings.TrimSpace(strings.ReplaceAll(b, ".grpcline.demo.", ""))
}

// messagesIn are the JSON objects in what was printed.
func messagesIn(text string) []any {
	var all []any
	for {
		begin := strings.IndexByte(text, '{')
		if begin < 0 {
			return all
		}
		d := json.NewDecoder(strings.NewReader(text[begin:]))
		var message any
		if d.Decode(&message) != nil {
			text = text[begin+1:]
			continue
		}
		all = append(all, message)
		text = text[begin+int(d.InputOffset()):]
	}
}

func sameMessages(t *testing.T, a, b string) bool {
	t.Helper()
	x, y := messagesIn(a), messagesIn(b)
	return len(x) > 0 && sameJSON(t, jsonOf(t, x), jsonOf(t, y))
}

func jsonOf(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// sameNames compares the names of members: what is to be filled in has other values.
func sameNames(_ *testing.T, a, b string) bool {
	x, y := messagesIn(a), messagesIn(b)
	if len(x) != 1 || len(y) != 1 {
		return false
	}
	names := func(value any) []string {
		object, _ := value.(map[string]any)
		return slices.Sorted(maps.Keys(object))
	}
	return len(names(x[0])) > 0 && slices.Equal(names(x[0]), names(y[0]))
}

// TestTyped counts what is typed for the tasks, and for those of the README's table,
// each of which must be one that is tried.
func TestTyped(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile("(?m)^\\| ([^|]+) \\| `(grpcline [^`]+)` \\| `(grpcurl [^`]+)` \\|$").FindAllStringSubmatch(string(readme), -1)
	if len(rows) != 6 {
		t.Errorf("the table has %d rows", len(rows))
	}
	var shown []task
	for _, row := range rows {
		i := slices.IndexFunc(tasks, func(k task) bool { return k.name == row[1] && k.grpcline == row[2] && k.grpcurl == row[3] })
		if i < 0 {
			t.Errorf("the README shows %q, which is not tried so", row[0])
			continue
		}
		shown = append(shown, tasks[i])
	}
	for name, of := range map[string][]task{"all": tasks, "shown": shown} {
		ours, theirs := 0, 0
		for _, k := range of {
			ours, theirs = ours+utf8.RuneCountInString(k.grpcline), theirs+utf8.RuneCountInString(k.grpcurl)
		}
		if share := float64(ours) / float64(theirs); share > mostTyped {
			t.Errorf("%s: %d characters are typed and %d for grpcurl, a share of %.2f", name, ours, theirs, share)
		}
	}
}
