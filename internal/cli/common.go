package cli

import (
	"errors"
	"log/slog"

	"github.com/spf13/cobra"

	"github.com/grpcline/grpcline/demo"
	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/grpcops/schema"
	"github.com/grpcline/grpcline/internal/buffers"
	"github.com/grpcline/grpcline/internal/version"
)

// common are the flags of all words.
type common struct {
	demo     bool
	logLevel logLevel
	logFile  string
	utf8     bool // by --utf8: the host reads UTF-8, from standard error too
}

func (c *common) declare(root *cobra.Command) {
	flags := root.PersistentFlags()
	c.logLevel = logLevel(slog.LevelWarn)
	flags.BoolVar(&c.demo, "demo", false, "serve demo:///, a gRPC server for trying things out")
	flags.Var(&c.logLevel, "log-level", "error, warn, info or debug")
	flags.StringVar(&c.logFile, "log-file", "", "write the log to `FILE` instead of standard error")
	complete(root, "log-level", cobra.FixedCompletions([]string{"error", "warn", "info", "debug"}, cobra.ShellCompDirectiveNoFileComp))
}

// env is what the connections of this process share. stop ends its demo server, which
// there is if withDemo says so.
func (c *common) env(withDemo bool) (env *grpcops.Env, stop func()) {
	env = &grpcops.Env{Version: version.Number, Schemas: schema.NewCache(schema.DefaultCacheBytes), Buffers: new(buffers.Pool)}
	if !withDemo {
		return env, func() {}
	}
	server := demo.Start()
	env.Demo = server.Dial
	return env, server.Stop
}

// logLevel is the value of --log-level.
type logLevel slog.Level

func (l *logLevel) String() string {
	switch slog.Level(*l) {
	case slog.LevelError:
		return "error"
	case slog.LevelInfo:
		return "info"
	case slog.LevelDebug:
		return "debug"
	}
	return "warn"
}

func (l *logLevel) Set(text string) error {
	switch text {
	case "error", "warn", "info", "debug":
		return (*slog.Level)(l).UnmarshalText([]byte(text))
	}
	return errors.New("it must be error, warn, info or debug")
}

func (l *logLevel) Type() string { return "LEVEL" }
