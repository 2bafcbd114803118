//go:build unix

package integration_test

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// terminal is a program under a pseudo-terminal, as a person sees it.
type terminal struct {
	t    *testing.T
	cmd  *exec.Cmd
	file *os.File

	mu    sync.Mutex
	shown string // and not yet awaited
	grew  chan struct{}
	ended bool
}

// startTerminal runs a program until the test ends.
func startTerminal(t *testing.T, cmd *exec.Cmd) *terminal {
	t.Helper()
	cmd.Env = append(os.Environ(), append([]string{"TERM=xterm", "NO_COLOR="}, cmd.Env...)...)
	file, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 50, Cols: 200})
	if err != nil {
		t.Skip("no pseudo-terminal:", err)
	}
	m := &terminal{t: t, cmd: cmd, file: file, grew: make(chan struct{}, 1)}
	go m.read()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		file.Close()
	})
	return m
}

func (m *terminal) read() {
	buf := make([]byte, 4096)
	for {
		n, err := m.file.Read(buf)
		m.mu.Lock()
		m.shown += string(buf[:n])
		m.ended = err != nil
		m.mu.Unlock()
		select {
		case m.grew <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

func (m *terminal) write(text string) {
	m.t.Helper()
	if _, err := io.WriteString(m.file, text); err != nil {
		m.t.Fatal(err)
	}
}

// await waits until text is shown, and returns what was shown before it.
func (m *terminal) await(text string) (before string) {
	m.t.Helper()
	late := time.NewTimer(guard)
	defer late.Stop()
	for {
		m.mu.Lock()
		before, after, found := strings.Cut(m.shown, text)
		if found {
			m.shown = after
		}
		shown, ended := m.shown, m.ended
		m.mu.Unlock()
		if found {
			return before
		}
		if ended {
			m.t.Fatalf("it ended and %q was not shown, but %q", text, shown)
		}
		select {
		case <-m.grew:
		case <-late.C:
			m.t.Fatalf("%q was not shown, but %q", text, shown)
		}
	}
}

// exit waits for the end and returns what was still shown, and the exit code.
func (m *terminal) exit() (rest string, code int) {
	m.t.Helper()
	err := m.cmd.Wait()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		m.t.Fatal(err)
	}
	late := time.NewTimer(guard)
	defer late.Stop()
	for {
		m.mu.Lock()
		rest, ended := m.shown, m.ended
		m.mu.Unlock()
		if ended {
			return rest, m.cmd.ProcessState.ExitCode()
		}
		select {
		case <-m.grew:
		case <-late.C:
			m.t.Fatal("the terminal does not end")
		}
	}
}

// TestTypedByHand holds a conversation on a terminal.
func TestTypedByHand(t *testing.T) {
	m := startTerminal(t, exec.Command(workerBinary, "call", "demo:///", "Chat"))
	m.await("Type each grpcline.demo.ChatMessage as JSON; ^D ends sending, ^C cancels.\r\n")
	m.write("{\"text\":\"one\"}\n")
	m.await("{\r\n  \x1b[36m\"from\"\x1b[0m: \x1b[32m\"demo\"\x1b[0m,\r\n  \x1b[36m\"text\"\x1b[0m: \x1b[32m\"You said: one\"\x1b[0m\r\n}\r\n")
	m.write("{text}\n")
	m.await("grpcline: not sent: standard input, line 2, column 2: ")
	m.write("{\"txet\":\"two\"}\n")
	m.await("grpcline: not sent: message.txet: no field \"txet\" in grpcline.demo.ChatMessage; did you mean \"text\"?\r\n")
	m.write("{\"text\":\n")
	m.write("\"три\"}\n")
	m.await("You said: три")
	m.write("\x04") // ^D
	if rest, code := m.exit(); code != 0 {
		t.Errorf("exit code %d, %q", code, rest)
	}
}

// TestInterruptByHand sends ^C.
func TestInterruptByHand(t *testing.T) {
	m := startTerminal(t, exec.Command(workerBinary, "call", "demo:///", "Chat", "--color", "never"))
	m.write("{\"text\":\"one\"}\n")
	m.await("\"text\": \"You said: one\"\r\n}\r\n")
	m.write("\x03") // ^C
	if rest, code := m.exit(); code != 130 || rest != "^C" {
		t.Errorf("exit code %d, %q", code, rest)
	}
}

// TestWaitingIsSaid on a terminal, and taken away when the first message comes.
func TestWaitingIsSaid(t *testing.T) {
	server := testserver.Start(t, testserver.Options{Reflection: "v1"})
	for _, method := range []string{"Unary", "ServerStream"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			gate := "answer " + method
			steps := script(testserver.Step{Receive: 1}, testserver.Step{Gate: gate}, testserver.Step{Send: 1})
			cmd := exec.Command(workerBinary, append(steps, "call", server.Addr, method)...)
			cmd.Env = []string{"NO_COLOR=1"}
			m := startTerminal(t, cmd)
			m.await("\rwaiting for " + server.Addr + ": 1 s")
			server.Open(gate)
			before := m.await("{\r\n  \"number\": \"1\"\r\n}\r\n")
			if !strings.HasSuffix(before, "   \r") {
				t.Errorf("the line is not taken away: %q", before)
			}
			if rest, code := m.exit(); code != 0 || rest != "" {
				t.Errorf("exit code %d, %q", code, rest)
			}
		})
	}
	t.Run("after typing", func(t *testing.T) {
		t.Parallel()
		steps := script(testserver.Step{Receive: -1}, testserver.Step{Gate: "typed"}, testserver.Step{Send: 1})
		m := startTerminal(t, exec.Command(workerBinary, append(steps, "call", server.Addr, "ClientStream", "--color", "never")...))
		m.await("^C cancels.")
		m.write("{}\n\x04") // ^D
		m.await("\rwaiting for " + server.Addr + ": 1 s")
		server.Open("typed")
		m.await("{\r\n  \"number\": \"1\"\r\n}\r\n")
		if rest, code := m.exit(); code != 0 || rest != "" {
			t.Errorf("exit code %d, %q", code, rest)
		}
	})
	t.Run("not typed", func(t *testing.T) {
		t.Parallel()
		steps := script(testserver.Step{Receive: -1}, testserver.Step{Gate: "not typed"}, testserver.Step{Send: 1})
		m := startTerminal(t, exec.Command(workerBinary, append(steps, "call", server.Addr, "ClientStream", "{}", "--color", "never")...))
		if before := m.await("\rwaiting for " + server.Addr + ": 1 s"); strings.Contains(before, "Type") {
			t.Errorf("before it there is %q", before)
		}
		server.Open("not typed")
		m.await("{\r\n  \"number\": \"1\"\r\n}\r\n")
	})
	t.Run("connecting", func(t *testing.T) {
		t.Parallel()
		address := testserver.Silent(t)
		m := startTerminal(t, exec.Command(workerBinary, "list", address, "--tls"))
		m.await("\rconnecting to " + address + ": 1 s")
		m.await("\rconnecting to " + address + ": 2 s")
		m.write("\x03")
		if _, code := m.exit(); code != 130 {
			t.Errorf("exit code %d", code)
		}
	})
	t.Run("not between pipes", func(t *testing.T) {
		t.Parallel()
		if _, stderr, code := cli(t, "", "call", "demo:///", "Sleep", `{"time":"60s"}`, "--timeout", "1.2"); code != 64+4 || strings.Contains(stderr, "waiting") {
			t.Errorf("exit code %d, stderr %q", code, stderr)
		}
	})
}

// TestServingATerminal says what to do.
func TestServingATerminal(t *testing.T) {
	for _, args := range [][]string{nil, {"serve"}} {
		m := startTerminal(t, exec.Command(workerBinary, args...))
		m.await("grpcline reads JSON-RPC requests from standard input")
		m.write("{\"id\":1,\"method\":\"ping\"}\n")
		m.await(`{"jsonrpc":"2.0","id":1,"result":{}}`)
		m.write("\x04")
		if _, code := m.exit(); code != 0 {
			t.Errorf("exit code %d", code)
		}
	}
}
