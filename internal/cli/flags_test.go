package cli

import (
	"errors"
	"flag"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/grpcline/grpcline/rpc"
)

// defaults are the flags of an empty command line.
func defaults() flags {
	return flags{logLevel: slog.LevelWarn, options: rpc.Options{
		Framing: rpc.FramingAuto, MaxMessageBytes: 64 << 20, MaxInflightBytes: 256 << 20,
		MaxConnections: 10000, MaxStreams: 100000, DrainTimeout: 30 * time.Second,
	}}
}

func TestParseFlags(t *testing.T) {
	for _, test := range []struct {
		in   string
		want func(f *flags)
	}{
		{"", func(*flags) {}},
		{"--demo --utf8 --version", func(f *flags) { f.demo, f.options.UTF8, f.version = true, true, true }},
		{"-demo", func(f *flags) { f.demo = true }},
		{"--in a --out b", func(f *flags) { f.in, f.out = "a", "b" }},
		{"--in=a", func(f *flags) { f.in = "a" }},
		{"--framing headers", func(f *flags) { f.options.Framing = rpc.FramingHeaders }},
		{"--framing lines", func(f *flags) { f.options.Framing = rpc.FramingLines }},
		{"--max-message-bytes 1 --max-inflight-bytes 2 --max-connections 3 --max-streams 4", func(f *flags) {
			f.options.MaxMessageBytes, f.options.MaxInflightBytes, f.options.MaxConnections, f.options.MaxStreams = 1, 2, 3, 4
		}},
		{"--drain-timeout-ms 0", func(f *flags) { f.options.DrainTimeout = 0 }},
		{"--drain-timeout-ms 1500", func(f *flags) { f.options.DrainTimeout = 1500 * time.Millisecond }},
		{"--log-level debug --log-file x", func(f *flags) { f.logLevel, f.logFile = slog.LevelDebug, "x" }},
		{"--log-level error", func(f *flags) { f.logLevel = slog.LevelError }},
		{"methods", func(f *flags) { f.word, f.args = "methods", []string{} }},
		{"--demo call ping", func(f *flags) { f.demo, f.word, f.args = true, "call", []string{"ping"} }},
		{"call ping {}", func(f *flags) { f.word, f.args = "call", []string{"ping", "{}"} }},
		{"call ping -", func(f *flags) { f.word, f.args = "call", []string{"ping", "-"} }},
		{"call ping @file", func(f *flags) { f.word, f.args = "call", []string{"ping", "@file"} }},
	} {
		want := defaults()
		test.want(&want)
		got, err := parseFlags(strings.Fields(test.in))
		if err != nil || !reflect.DeepEqual(*got, want) {
			t.Errorf("%s:\ngot  %+v, %v\nwant %+v", test.in, got, err, want)
		}
	}
}

func TestParseFlagsErrors(t *testing.T) {
	for in, says := range map[string]string{
		"--dem":                                "dem",
		"--in":                                 "in",
		"--framing crlf":                       "--framing",
		"--max-streams 0":                      "max-streams",
		"--max-streams -1":                     "max-streams",
		"--max-streams 1.5":                    "max-streams",
		"--max-streams 1e3":                    "max-streams",
		"--max-streams x":                      "max-streams",
		"--max-message-bytes 9007199254740993": "max-message-bytes",
		"--max-message-bytes 99999999999999999999": "max-message-bytes",
		"--drain-timeout-ms -1":                    "drain-timeout-ms",
		"--drain-timeout-ms 1s":                    "drain-timeout-ms",
		"--drain-timeout-ms 9007199254740992":      "drain-timeout-ms", // milliseconds that no duration holds
		"--log-level info2":                        "log-level",
		"cal ping":                                 "call and methods",
		"call":                                     "METHOD",
		"call ping {} {}":                          "METHOD",
		"methods x":                                "methods",
		"methods --demo":                           "before the word",
		"call ping --demo":                         "before the word",
		"--in a call ping":                         "--in",
		"--out a methods":                          "--out",
	} {
		got, err := parseFlags(strings.Fields(in))
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: got %+v, %v", in, got, err)
		}
	}
	for _, in := range []string{"--help", "-h", "--demo --help"} {
		if _, err := parseFlags(strings.Fields(in)); !errors.Is(err, errHelp) {
			t.Errorf("%s: %v", in, err)
		}
	}
}

// TestUsage names every flag, its value and its default.
func TestUsage(t *testing.T) {
	text := usage()
	_, set := newFlags()
	set.VisitAll(func(f *flag.Flag) {
		if !strings.Contains(text, "--"+f.Name+" ") || strings.Contains(f.Usage, "TODO") {
			t.Errorf("--%s is not described", f.Name)
		}
	})
	for _, part := range []string{"call METHOD", "methods", "(default 67108864)", "(default 30000)"} {
		if !strings.Contains(text, part) {
			t.Errorf("there is no %q in\n%s", part, text)
		}
	}
}
