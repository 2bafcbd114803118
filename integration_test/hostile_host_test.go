package integration_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// hostileHost writes valid requests among broken ones.
type hostileHost struct {
	*rand.Rand
	valid int // requests written whose ids are "v1", "v2", …
}

func (g *hostileHost) pick(from ...string) string { return from[g.IntN(len(from))] }

// request is valid and has an id of its own.
func (g *hostileHost) request() string {
	g.valid++
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":"v%d","method":"%s","params":%s}`, g.valid, g.pick(hostileMethods...), g.params())
}

// hostileMethods are the methods that end by themselves.
var hostileMethods = []string{
	"ping", "getVersion", "getState", "rpc.discover", "isConnector", "getConnectionParams", "getTlsSettings", "openConnection", "closeConnection",
	"setMetadata", "callMethod", "getServiceList", "getMethodList", "getMethod", "initServerStream", "initClientStream", "initBidiStream",
	"sendMessage", "sendMessages", "getMessage", "getMessages", "getHeaders", "completeSend", "cancelStream", "closeStream", "ackMessages",
	"processServerStream", "processClientStream", "processBidiStream", "checkHealth", "ВызватьМетод", "nobodyKnows", "",
}

var hostileParams = []string{
	"connection", "address", "proto", "metadata", "tls", "service", "method", "request", "timeoutMs", "streamId", "message", "messages",
	"requests", "exchangeOrder", "maxMessages", "max", "count", "push", "json", "value", "lazy", "connectionId", "reflection", "descriptorSet", "nope",
}

func (g *hostileHost) params() string {
	if g.IntN(4) == 0 {
		return g.value(2)
	}
	var members []string
	for range g.IntN(5) {
		members = append(members, fmt.Sprintf("%q:%s", g.pick(hostileParams...), g.value(3)))
	}
	return "{" + strings.Join(members, ",") + "}"
}

func (g *hostileHost) value(depth int) string {
	if depth == 0 || g.IntN(3) > 0 {
		return g.pick("null", "true", "0", "-1", "1.5", "1e308", "1e999", strings.Repeat("9", 400), `""`, `"c1"`, `"s1"`, `"\ud800"`,
			`"\u0000"`, `"Ж😀"`, `"localhost:1"`, `"syntax = \"proto3\";"`, `"`+strings.Repeat("x", 1000)+`"`)
	}
	var parts []string
	for range g.IntN(4) {
		parts = append(parts, g.value(depth-1))
	}
	if g.IntN(2) == 0 {
		return "[" + strings.Join(parts, ",") + "]"
	}
	for i := range parts {
		parts[i] = fmt.Sprintf("%q:%s", g.pick(hostileParams...), parts[i])
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// broken is no valid request, and ends its last line.
func (g *hostileHost) broken() string {
	ping := `{"jsonrpc":"2.0","id":"broken","method":"ping","params":{}}`
	switch g.IntN(14) {
	case 0:
		return ping[:1+g.IntN(len(ping)-1)] + "\n"
	case 1:
		return strings.Repeat("[", 10_000) + strings.Repeat("]", g.IntN(10_000)) + "\n"
	case 2:
		return strings.Repeat(`{"a":`, 10_000) + "\n"
	case 3:
		return strings.Repeat("9", 1+g.IntN(5000)) + "\n"
	case 4:
		return "\x00\x00\x00" + ping + "\n"
	case 5:
		return "\xff\xfe" + strings.ReplaceAll(ping, "", "\x00") + "\n"
	case 6:
		return strings.ReplaceAll(ping, "ping", "\xff\xc0") + "\n"
	case 7:
		return strings.ReplaceAll(ping, `"broken"`, g.pick("{}", "[]", "true", "nan", "+1", "01", "1.", `"`)) + "\n"
	case 8:
		return g.pick("[", "{", "[[", "[{", `{"id":`, `{"id":1,`, "]", "}", ",", ":", `"`, "\\") + "\n"
	case 9:
		return "Content-Length: 10\r\n\r\n"
	case 10:
		random := make([]byte, g.IntN(200))
		for i := range random {
			random[i] = byte(g.Uint32())
		}
		return string(random) + "\n"
	case 11:
		return ping + ping + "\n"
	case 12:
		return "{\n  \"id\": \"broken\",\n  \"method\": " + g.pick("\n", "}\n", "ping\n", "\"ping\n")
	default:
		return strings.Repeat(" ", g.IntN(100)) + strings.Repeat("x", 1+g.IntN(300_000)) + "\n"
	}
}

// TestHostileHost mixes valid requests with broken ones: each valid one is
// answered exactly once, and memory stays bounded.
func TestHostileHost(t *testing.T) {
	pieces := 6000
	if testing.Short() || raceEnabled {
		pieces = 1500
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	g := &hostileHost{Rand: rand.New(rand.NewPCG(seed, 0))}
	answers := map[string]int{}
	h := StartWith(t, HostOptions{
		Args: []string{"--framing", "lines", "--max-message-bytes", "200000"},
		OnLine: func(line []byte) {
			if err := countAnswers(line, answers); err != nil {
				t.Errorf("%v in %.300q", err, line)
			}
		},
	})
	for range pieces {
		if g.IntN(2) == 0 {
			h.Send(g.broken())
		} else {
			h.Send(g.request() + g.pick("\n", "\r\n", "\n\n"))
		}
	}
	h.Send("\n" + g.request() + "\n")
	peak := peakMemory(t, h.PID())
	if code := h.Exit(); code != 0 {
		h.fatalf("exit code %d", code)
	}
	for n := 1; n <= g.valid; n++ {
		if id := fmt.Sprintf(`"v%d"`, n); answers[id] != 1 {
			t.Errorf("%s was answered %d times", id, answers[id])
		}
	}
	if !raceEnabled && peak > 256<<20 {
		t.Errorf("the worker has taken %d MiB", peak>>20)
	}
	t.Logf("%d valid requests, %d answers with other ids, %d MiB at most", g.valid, len(answers)-g.valid, peak>>20)
}

// countAnswers checks a line and counts the ids in it.
func countAnswers(line []byte, answers map[string]int) error {
	if err := checkLine(line, true); err != nil {
		return err
	}
	parts := []json.RawMessage{bytes.Clone(line)}
	if line[0] == '[' {
		if err := json.Unmarshal(line, &parts); err != nil {
			return err
		}
	}
	for _, part := range parts {
		m, err := parseMessage(part)
		if err != nil {
			return err
		}
		if m.Method == "" {
			answers[string(m.ID)]++
		}
	}
	return nil
}

// TestHugeLine sends a line of 200 MiB, which is not held in memory.
func TestHugeLine(t *testing.T) {
	size, chunk := 200<<20, strings.Repeat("x", 1<<20)
	if testing.Short() || raceEnabled {
		size = 40 << 20
	}
	h := Start(t, "--max-message-bytes", "1000000")
	h.Send(`{"id":1,"method":"`)
	for range size / len(chunk) {
		h.Send(chunk)
	}
	h.Send("\"}\n" + `{"id":"good","method":"ping"}` + "\n")
	h.expectBad(notRequest("null"))
	h.Answer(`"good"`)
	if peak := peakMemory(t, h.PID()); !raceEnabled && peak > 100<<20 {
		t.Errorf("the worker has taken %d MiB", peak>>20)
	}
}

// FuzzHostileHost sends any bytes and then a good request, which is answered
// exactly once; then the worker ends well.
func FuzzHostileHost(f *testing.F) {
	g := &hostileHost{Rand: rand.New(rand.NewPCG(1, 2))}
	for range 40 {
		f.Add([]byte(g.broken() + g.request() + "\n" + g.broken()))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		answers := map[string]int{}
		h := StartWith(t, HostOptions{
			Args: []string{"--framing", "lines", "--drain-timeout-ms", "100", "--max-message-bytes", "100000"},
			OnLine: func(line []byte) {
				if err := countAnswers(line, answers); err != nil {
					t.Errorf("%v in %.300q", err, line)
				}
			},
		})
		h.Send(string(input) + "\n" + `{"jsonrpc":"2.0","id":"the good one","method":"ping"}` + "\n")
		if code := h.Exit(); code != 0 {
			h.fatalf("exit code %d", code)
		}
		if answers[`"the good one"`] != 1 {
			h.fatalf("answered %d times", answers[`"the good one"`])
		}
	})
}
