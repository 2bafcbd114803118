package docs_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// guard ends a worker that does not answer; a test that passes never waits so
// long.
const guard = time.Minute

// session is a worker and what it has written that nobody has asked for.
type session struct {
	t     *testing.T
	stdin io.WriteCloser
	lines *bufio.Reader
	held  []any
}

// endOfInput closes the worker's input where a transcript has it.
const endOfInput = "(end of input)"

// runTranscript plays a ```jsonl block.
func runTranscript(t *testing.T, shapes *shapes, b block) {
	ctx, cancel := context.WithTimeout(context.Background(), guard)
	defer cancel()
	cmd := exec.CommandContext(ctx, worker(), append([]string{"--demo"}, b.args...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s := &session{t: t, stdin: stdin, lines: bufio.NewReader(stdout)}
	s.play(shapes, b)
	stdin.Close() // may be closed already
	for {
		m, err := s.next()
		if err != nil {
			break
		}
		s.held = append(s.held, m)
	}
	for _, m := range s.held {
		t.Errorf("the worker also wrote %s", written(m))
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("the worker: %v\n%s", err, stderr.String())
	}
}

// play writes what the transcript writes and looks for what it reads.
func (s *session) play(shapes *shapes, b block) {
	asked := map[string]any{} // requests by id
	for _, step := range steps(s.t, b) {
		if step.send == endOfInput {
			s.stdin.Close()
			continue
		}
		if step.send != "" {
			if _, err := io.WriteString(s.stdin, step.send+"\n"); err != nil {
				s.t.Fatalf("line %d: %v", step.line, err)
			}
			for _, request := range requestsIn(step.send) {
				asked[written(request["id"])] = request
			}
			continue
		}
		want, err := parse(step.want)
		if err != nil {
			s.t.Fatalf("line %d: %v", step.line, err)
		}
		got := s.find(step.line, want)
		if d := difference("", want, got); d != "" {
			s.t.Fatalf("line %d: the worker wrote\n%s\n%s", step.line, written(got), d)
		}
		shapes.check(s.t, step.line, asked, got)
	}
}

// step is something to send, or to expect.
type step struct {
	line       int
	send, want string
}

// steps reads a transcript. An indented line continues the one before.
func steps(t *testing.T, b block) []step {
	var all []step
	for i, line := range b.lines {
		send, sends := strings.CutPrefix(line, "→ ")
		want, wants := strings.CutPrefix(line, "← ")
		switch {
		case sends:
			all = append(all, step{line: b.line + i, send: send})
		case wants:
			all = append(all, step{line: b.line + i, want: want})
		case strings.HasPrefix(line, "  ") && len(all) > 0:
			last := &all[len(all)-1]
			if last.send != "" {
				last.send += "\n" + line
			} else {
				last.want += line
			}
		default:
			t.Fatalf("line %d begins with neither → nor ←: %s", b.line+i, line)
		}
	}
	return all
}

// find reads on to the first message that answers the same id, is a notification
// or a batch, as want is.
func (s *session) find(line int, want any) any {
	kind := kindOf(want)
	for i, m := range s.held {
		if kindOf(m) == kind {
			s.held = slices.Delete(s.held, i, i+1)
			return m
		}
	}
	for {
		m, err := s.next()
		if err != nil {
			s.t.Fatalf("line %d: %v before %s came", line, err, written(want))
		}
		if kindOf(m) == kind {
			return m
		}
		s.held = append(s.held, m)
	}
}

func kindOf(message any) string {
	object, ok := message.(map[string]any)
	switch {
	case !ok:
		return "batch"
	case object["method"] != nil:
		return "notification"
	}
	return "id " + written(object["id"])
}

func (s *session) next() (any, error) {
	line, err := s.lines.ReadString('\n')
	if err != nil {
		return nil, errors.Join(errors.New("the output ended"), err)
	}
	return parse(line)
}
