package cli

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/grpcline/grpcline/grpcops/schema"
	"github.com/grpcline/grpcline/rpc"
)

// serveFlags are the flags of a worker that serves a host.
type serveFlags struct {
	in, out string // files instead of standard input and output
	options rpc.Options

	maxSchemaBytes int
}

func (f *serveFlags) declare(cmd *cobra.Command) {
	f.options = defaultOptions()
	o, flags := &f.options, cmd.Flags()
	flags.StringVar(&f.in, "in", "", "read requests from `FILE` instead of standard input")
	flags.StringVar(&f.out, "out", "", "write answers to `FILE`, which appears when it is complete")
	flags.BoolVar(&o.UTF8, "utf8", false, `write characters outside ASCII as they are, not as \uXXXX`)
	flags.Var(&framing{&o.Framing}, "framing", "auto, lines, or headers (Content-Length)")
	flags.Var(&count{&o.MaxMessageBytes, 1}, "max-message-bytes", "the longest message that is read, in bytes")
	flags.Var(&count{&o.MaxInflightBytes, 1}, "max-inflight-bytes", "what unanswered requests may hold before reading pauses, in bytes")
	f.maxSchemaBytes = schema.DefaultCacheBytes
	flags.Var(&count{&f.maxSchemaBytes, 0}, "max-schema-bytes", "what compiled schemas may hold that no connection uses, in bytes")
	flags.Var(&count{&o.MaxConnections, 1}, "max-connections", "connections at a time")
	flags.Var(&count{&o.MaxStreams, 1}, "max-streams", "streams at a time")
	flags.Var(&millis{&o.DrainTimeout}, "drain-timeout-ms", "end waits without a bound so many ms after the end of input")
	complete(cmd, "framing", cobra.FixedCompletions([]string{"auto", "lines", "headers"}, cobra.ShellCompDirectiveNoFileComp))
}

// defaultOptions are those of a worker without flags.
func defaultOptions() rpc.Options {
	return rpc.Options{
		Framing: rpc.FramingAuto, MaxMessageBytes: 64 << 20, MaxInflightBytes: 256 << 20,
		MaxConnections: 10000, MaxStreams: 100000, DrainTimeout: 30 * time.Second,
	}
}

// largestCount is the largest number a flag takes.
const largestCount = min(math.MaxInt, 1<<40)

// count is the value of a flag that counts: a whole number from least on.
type count struct {
	to    *int
	least int
}

func (c *count) String() string { return strconv.Itoa(*c.to) }
func (c *count) Type() string   { return "N" }
func (c *count) Set(text string) error {
	n, err := strconv.Atoi(text)
	if err != nil || n < c.least || n > largestCount || strings.HasPrefix(text, "+") {
		return fmt.Errorf("it must be a whole number from %d to %d", c.least, largestCount)
	}
	*c.to = n
	return nil
}

// millis is the value of a flag in milliseconds.
type millis struct{ to *time.Duration }

func (m *millis) String() string { return strconv.FormatInt(m.to.Milliseconds(), 10) }
func (m *millis) Type() string   { return "N" }
func (m *millis) Set(text string) error {
	var n int
	if err := (&count{&n, 0}).Set(text); err != nil {
		return err
	}
	*m.to = time.Duration(n) * time.Millisecond
	return nil
}

// framing is the value of --framing.
type framing struct{ to *rpc.Framing }

func (f *framing) String() string { return string(*f.to) }
func (f *framing) Type() string   { return "FRAMING" }
func (f *framing) Set(text string) error {
	switch given := rpc.Framing(text); given {
	case rpc.FramingAuto, rpc.FramingLines, rpc.FramingHeaders:
		*f.to = given
		return nil
	}
	return fmt.Errorf("it must be auto, lines or headers")
}
