// Package cli is the command line: a file a word, and beside them what the words
// share.
//
//	Run ── root ─┬─ serve       a worker on standard input and output
//	             ├─ call, list, describe, export, health, rpc
//	             │     └─ session ── worker ── rpc.Worker
//	             └─ methods, demo, completion
//
// The words for people ask a worker inside this process (worker), over a pipe, by the
// requests of protocol.md: the shell can do nothing that a host cannot.
//
// A word is run by one goroutine. It owns the session, which it closes before it
// returns, and whatever goroutines it starts; only a goroutine that reads standard input
// is left to the end of the process, because such a read cannot be interrupted.
package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/internal/version"
)

// Run is the whole program; it returns the exit code.
func Run(args []string) int {
	// Otherwise cobra refuses to work for a parent that is Windows' Explorer.
	cobra.MousetrapHelpText = ""
	grpcops.Quiet()
	signal.Ignore(syscall.SIGPIPE) // a reader that is gone is told by the write's error
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := newRoot()
	root.SetArgs(wordFirst(root, args))
	return report(root.ExecuteContext(ctx))
}

// newRoot declares the words.
func newRoot() *cobra.Command {
	c := &common{}
	root := serveCommand(c)
	root.Use = "grpcline"
	root.Version = version.Number
	root.Long = `grpcline lets any program with pipes speak gRPC, and people too.

Without a word it serves standard input and output: JSON-RPC requests, one a line.
With one of the words below it does one thing and ends.`
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetVersionTemplate("grpcline {{.Version}}\n")
	root.SetFlagErrorFunc(wrongFlag)
	root.Args = func(_ *cobra.Command, args []string) error { return noSuchWord(root, args) }
	root.ValidArgsFunction = cobra.NoFileCompletions
	root.Flags().Bool("version", false, "print the version")
	c.declare(root)
	serve := serveCommand(c)
	serve.Args = exactly(serve, 0, 0)
	root.AddCommand(serve, listCommand(c), describeCommand(c), exportCommand(c), callCommand(c), healthCommand(c),
		rpcCommand(c), methodsCommand(), demoCommand(), mockCommand(c), completionCommand())
	root.InitDefaultHelpCmd()
	if help, _, err := root.Find([]string{"help"}); err == nil {
		help.Short = "tell about a word, as its --help does"
	}
	return root
}
