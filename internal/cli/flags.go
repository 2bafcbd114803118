package cli

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/grpcline/grpcline/rpc"
)

// flags are the command line.
type flags struct {
	in, out  string // files instead of standard input and output
	demo     bool
	version  bool
	logLevel slog.Level
	logFile  string
	options  rpc.Options

	word string // "call", "methods", or empty
	args []string
}

var errHelp = errors.New("help was asked for")

// parseFlags reads the command line. Flags come before the word.
func parseFlags(args []string) (*flags, error) {
	f, set := newFlags()
	if err := set.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil, errHelp
		}
		return nil, err
	}
	switch f.options.Framing {
	case rpc.FramingAuto, rpc.FramingLines, rpc.FramingHeaders:
	default:
		return nil, fmt.Errorf("--framing must be auto, lines or headers, not %q", f.options.Framing)
	}
	rest := set.Args()
	if len(rest) == 0 {
		return f, nil
	}
	f.word, f.args = rest[0], rest[1:]
	for _, a := range f.args {
		if strings.HasPrefix(a, "-") && a != "-" {
			return nil, fmt.Errorf("%s stands after %q; flags come before the word", a, f.word)
		}
	}
	if f.in != "" || f.out != "" {
		return nil, fmt.Errorf("--in and --out are for serving, not for %q", f.word)
	}
	return f, f.checkWord()
}

// checkWord checks the word and the number of its arguments.
func (f *flags) checkWord() error {
	switch f.word {
	case "call":
		if len(f.args) < 1 || len(f.args) > 2 {
			return errors.New("call takes a METHOD and, optionally, PARAMS, @FILE or -")
		}
	case "methods":
		if len(f.args) > 0 {
			return errors.New("methods takes nothing after it")
		}
	default:
		return fmt.Errorf("there is no command %q; the commands are call and methods", f.word)
	}
	return nil
}

// newFlags declares the flags with their defaults.
func newFlags() (*flags, *flag.FlagSet) {
	f := &flags{logLevel: slog.LevelWarn}
	f.options = rpc.Options{Framing: rpc.FramingAuto, DrainTimeout: 30 * time.Second}
	set := flag.NewFlagSet("grpcline", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.StringVar(&f.in, "in", "", "read requests from `FILE` instead of standard input")
	set.StringVar(&f.out, "out", "", "write answers to `FILE`, which appears when it is complete")
	set.BoolVar(&f.demo, "demo", false, "serve demo:///, a gRPC server for trying things out")
	set.BoolVar(&f.options.UTF8, "utf8", false, "write characters outside ASCII as they are, not as \\uXXXX")
	set.StringVar((*string)(&f.options.Framing), "framing", string(f.options.Framing), "`auto`, lines, or headers (Content-Length)")
	count := func(to *int, name string, initial int, usage string) {
		*to = initial
		set.Func(name, fmt.Sprintf("%s (default %d)", usage, initial), func(text string) error { return parseCount(text, to) })
	}
	count(&f.options.MaxMessageBytes, "max-message-bytes", 64<<20, "the longest message that is read, `N` bytes")
	count(&f.options.MaxInflightBytes, "max-inflight-bytes", 256<<20, "what unanswered requests may hold before reading pauses, `N` bytes")
	count(&f.options.MaxConnections, "max-connections", 10000, "`N` connections at a time")
	count(&f.options.MaxStreams, "max-streams", 100000, "`N` streams at a time")
	set.Func("drain-timeout-ms", "end waits without a bound `N` ms after the end of input (default 30000)", func(text string) error {
		var ms int
		if text == "0" {
			f.options.DrainTimeout = 0
			return nil
		}
		if parseCount(text, &ms) != nil {
			return fmt.Errorf("it must be a whole number from 0 to %d", largestCount)
		}
		f.options.DrainTimeout = time.Duration(ms) * time.Millisecond
		return nil
	})
	set.Func("log-level", "`LEVEL` is error, warn, info or debug (default warn)", func(text string) error {
		switch text {
		case "error", "warn", "info", "debug":
			return f.logLevel.UnmarshalText([]byte(text))
		}
		return errors.New("it must be error, warn, info or debug")
	})
	set.StringVar(&f.logFile, "log-file", "", "write the log to `FILE` instead of standard error")
	set.BoolVar(&f.version, "version", false, "print the version")
	return f, set
}

// usage is what --help prints.
func usage() string {
	var b strings.Builder
	b.WriteString(`grpcline lets any program with pipes speak gRPC.

  grpcline [FLAGS]                          serve standard input and output
  grpcline [FLAGS] call METHOD [PARAMS]     run one method; PARAMS is JSON, @FILE, or - for standard input
  grpcline methods                          list the methods

Flags:
`)
	_, set := newFlags()
	set.VisitAll(func(f *flag.Flag) {
		name, text := flag.UnquoteUsage(f)
		left := "--" + f.Name
		if name != "" {
			left += " " + name
		}
		fmt.Fprintf(&b, "  %-28s %s\n", left, text)
	})
	return b.String()
}

// largestCount is the largest number a flag takes.
const largestCount = min(math.MaxInt, 1<<40)

// parseCount reads a whole number from 1 to largestCount.
func parseCount(text string, to *int) error {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > largestCount || strings.HasPrefix(text, "+") {
		return fmt.Errorf("it must be a whole number from 1 to %d", largestCount)
	}
	*to = n
	return nil
}
