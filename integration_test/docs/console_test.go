package docs_test

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// runConsole runs the commands of a ```console block, and compares what each
// prints.
func runConsole(t *testing.T, b block) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no sh")
	}
	for _, c := range commands(b) {
		ctx, cancel := context.WithTimeout(context.Background(), guard)
		cmd := exec.CommandContext(ctx, shell, "-c", strings.ReplaceAll(c.text, "go run . ", "grpcline "))
		cmd.Dir = root
		cmd.Env = append(os.Environ(), "PATH="+binDir+string(os.PathListSeparator)+os.Getenv("PATH"))
		out, err := cmd.CombinedOutput()
		cancel()
		if err != nil && cmd.ProcessState == nil {
			t.Fatal(err)
		}
		if d := unlike(strings.Join(c.prints, "\n"), strings.TrimSuffix(string(out), "\n")); d != "" {
			t.Errorf("line %d: $ %s\nprinted:\n%s\n%s", c.line, c.text, out, d)
		}
	}
}

// command is a command of a block and what it prints.
type command struct {
	line   int
	text   string
	prints []string
}

func commands(b block) []command {
	var all []command
	continued := false
	for i, line := range b.lines {
		text, begins := strings.CutPrefix(line, "$ ")
		switch {
		case begins:
			all = append(all, command{line: b.line + i, text: text})
		case continued:
			all[len(all)-1].text += "\n" + line
		case len(all) > 0:
			all[len(all)-1].prints = append(all[len(all)-1].prints, line)
		}
		continued = (begins || continued) && strings.HasSuffix(line, `\`)
	}
	return all
}

// unlike says how output differs from what is expected: messages in any order,
// else JSON as JSON, else the text.
func unlike(want, got string) string {
	if strings.HasPrefix(want, `{"jsonrpc"`) {
		return unlikeMessages(strings.Split(want, "\n"), strings.Split(got, "\n"))
	}
	expected, err := parse(want)
	if err == nil {
		printed, err := parse(got)
		if err != nil {
			return err.Error()
		}
		return difference("", expected, printed)
	}
	if !matches(want, got) {
		return "expected is:\n" + want
	}
	return ""
}

func unlikeMessages(want, got []string) string {
	for _, line := range want {
		expected, err := parse(line)
		if err != nil {
			return err.Error() + ": " + line
		}
		i := slices.IndexFunc(got, func(line string) bool {
			message, err := parse(line)
			return err == nil && difference("", expected, message) == ""
		})
		if i < 0 {
			return "nothing of it is " + line
		}
		got = slices.Delete(got, i, i+1)
	}
	if len(got) > 0 {
		return "not expected: " + strings.Join(got, "\n")
	}
	return ""
}
