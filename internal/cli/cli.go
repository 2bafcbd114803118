// Package cli is the command line: words and flags, a file a word.
package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/grpcline/grpcline/demo"
	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/grpcops/schema"
	"github.com/grpcline/grpcline/internal/version"
	"github.com/grpcline/grpcline/rpc"
)

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1 // input or output failed, or the one call of "call" did
	exitUsage  = 2
)

// Run is the whole program; it returns the exit code.
func Run(args []string) int {
	f, err := parseFlags(args)
	switch {
	case errors.Is(err, errHelp):
		fmt.Print(usage())
		return exitOK
	case err != nil:
		fmt.Fprintf(os.Stderr, "grpcline: %v\nRun \"grpcline --help\" for what there is.\n", err)
		return exitUsage
	case f.version:
		fmt.Println("grpcline", version.Number)
		return exitOK
	}
	log, closeLog, err := openLog(f.logFile, f.logLevel)
	if err != nil {
		return failed(err)
	}
	defer closeLog()
	f.options.Log = log
	f.options.Version = version.Number

	grpcops.Quiet()
	env := &grpcops.Env{Version: version.Number, Schemas: schema.NewCache()}
	if f.demo {
		server := demo.Start()
		defer server.Stop()
		env.Demo = server.Dial
	}
	signal.Ignore(syscall.SIGPIPE) // a host that is gone is told by the write's error
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	switch f.word {
	case "methods":
		fmt.Print(rpc.MethodList())
		return exitOK
	case "call":
		return call(ctx, env, f)
	}
	return serve(ctx, env, f)
}

// failed reports err, if there is one, and returns the exit code.
func failed(err error) int {
	if err == nil {
		return exitOK
	}
	fmt.Fprintln(os.Stderr, "grpcline:", err)
	return exitFailed
}
