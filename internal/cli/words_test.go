package cli

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
)

func TestWordFirst(t *testing.T) {
	for in, want := range map[string]string{
		"":                                   "",
		"call a b":                           "call a b",
		"--tls call a":                       "call --tls a",
		"--timeout 5s call a":                "call --timeout 5s a",
		"--timeout=5s -v call a":             "call --timeout=5s -v a",
		"-H a:b -vH c:d call a":              "call -H a:b -vH c:d a",
		"-Ha:b call a":                       "call -Ha:b a",
		"--in x --out y":                     "--in x --out y",
		"--in x serve":                       "serve --in x",
		"--nothing call a":                   "call --nothing a",
		"-- call":                            "-- call",
		"--demo -":                           "- --demo",
		"--help list":                        "list --help",
		"__complete --tls call a ":           "__complete call --tls a ",
		"__complete ca":                      "__complete ca",
		"__complete --timeout 5s call a -":   "__complete call --timeout 5s a -",
		"__completeNoDesc -H x:y list a b c": "__completeNoDesc list -H x:y a b c",
	} {
		args := strings.Split(in, " ")
		if in == "" {
			args = nil
		}
		if got := strings.Join(wordFirst(newRoot(), args), " "); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// TestWords are described, each with its flags.
func TestWords(t *testing.T) {
	root := newRoot()
	names := wordNames(root)
	for _, want := range []string{"call", "completion", "demo", "describe", "export", "health", "list", "methods", "rpc", "serve"} {
		if !slices.Contains(names, want) {
			t.Errorf("there is no %s", want)
		}
	}
	for _, cmd := range root.Commands() {
		if cmd.Short == "" || strings.ToLower(cmd.Short[:1]) != cmd.Short[:1] {
			t.Errorf("%s is described as %q", cmd.Name(), cmd.Short)
		}
	}
}

func TestCheckAddress(t *testing.T) {
	cmd := &cobra.Command{Use: "call ADDRESS METHOD"}
	for _, good := range []string{"localhost", "example.org", "localhost:50051", "[::1]:50051", "https://example.org", "dns:///a.b", "unix:///tmp/x", "demo:///", "ipv4:1.2.3.4:5", "host.Name-x"} {
		if err := checkAddress(cmd, []string{good, "a.B/C"}); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{"", "a.B/C", "/a.B/C", "a.b.C", "a.B.C", "{}", "@file", "-", "address.go", "../cli"} {
		if err := checkAddress(cmd, []string{bad}); err == nil {
			t.Errorf("%q is an address", bad)
		}
	}
	if err := checkAddress(cmd, []string{"Method", "localhost:1"}); err == nil || !strings.Contains(err.Error(), "localhost:1 Method") {
		t.Errorf("the other way round: %v", err)
	}
}

func TestDuration(t *testing.T) {
	for in, want := range map[string]time.Duration{"5s": 5 * time.Second, "1m30s": 90 * time.Second, "2": 2 * time.Second, "0.5": 500 * time.Millisecond, "0": 0, "500ms": 500 * time.Millisecond} {
		var d duration
		if err := d.Set(in); err != nil || !d.given || d.Duration != want {
			t.Errorf("%s: got %v, %v", in, d, err)
		}
	}
	for _, in := range []string{"", "-1", "-1s", "soon", "NaN", "Inf", "1e300", "1ns", "5 s"} {
		var d duration
		if err := d.Set(in); err == nil {
			t.Errorf("%q is %v", in, d)
		}
	}
}

// TestServeFlags has the defaults and the bounds of the flags that serve.
func TestServeFlags(t *testing.T) {
	parse := func(line string) (*serveFlags, error) {
		f, cmd := &serveFlags{}, &cobra.Command{}
		f.declare(cmd)
		return f, cmd.ParseFlags(strings.Fields(line))
	}
	f, err := parse("--in a --out b --utf8 --framing headers --max-message-bytes 1 --drain-timeout-ms 0 --max-streams=5")
	if err != nil || f.in != "a" || f.out != "b" || !f.options.UTF8 || f.options.Framing != "headers" || f.options.MaxMessageBytes != 1 ||
		f.options.DrainTimeout != 0 || f.options.MaxStreams != 5 || f.options.MaxConnections != 10000 || f.options.MaxInflightBytes != 256<<20 {
		t.Errorf("got %+v, %v", f, err)
	}
	for line, says := range map[string]string{
		"--in": "in", "--framing crlf": "framing", "--max-streams 0": "max-streams", "--max-streams -1": "max-streams", "--max-streams 1.5": "max-streams",
		"--max-streams +1": "max-streams", "--max-message-bytes 9007199254740993": "max-message-bytes", "--drain-timeout-ms -1": "drain-timeout-ms",
		"--drain-timeout-ms 1s": "drain-timeout-ms", "--drain-timeout-ms 9007199254740992": "drain-timeout-ms", "--dem": "dem",
	} {
		if _, err := parse(line); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", line, err)
		}
	}
}
