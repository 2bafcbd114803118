// Command grpcline lets any program with pipes speak gRPC: it reads JSON-RPC 2.0
// requests from its standard input, one a line, and writes the answers to its
// standard output. protocol.md describes what it understands.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/grpcline/grpcline/demo"
	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/grpcops/schema"
	"github.com/grpcline/grpcline/internal/process"
	"github.com/grpcline/grpcline/rpc"
)

// version of the worker, told by --version and getVersion.
const version = "0.1.0"

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1 // input or output failed, or the one call of "call" did
	exitUsage  = 2
)

func main() { os.Exit(run(os.Args[1:])) }

// run is the whole program; it returns the exit code.
func run(args []string) int {
	f, err := parseFlags(args)
	switch {
	case errors.Is(err, errHelp):
		fmt.Print(usage())
		return exitOK
	case err != nil:
		fmt.Fprintf(os.Stderr, "grpcline: %v\nRun \"grpcline --help\" for what there is.\n", err)
		return exitUsage
	case f.version:
		fmt.Println("grpcline", version)
		return exitOK
	}
	log, closeLog, err := openLog(f.logFile, f.logLevel)
	if err != nil {
		return failed(err)
	}
	defer closeLog()
	f.options.Log = log
	f.options.Version = version

	grpcops.Quiet()
	env := &grpcops.Env{Version: version, Schemas: schema.NewCache()}
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

// serve works for a host until the end of its input.
func serve(ctx context.Context, env *grpcops.Env, f *flags) int {
	files, err := openFiles(f.in, f.out)
	if err != nil {
		return failed(err)
	}
	if f.in == "" && isTerminal(os.Stdin) {
		fmt.Fprintln(os.Stderr, `grpcline reads JSON-RPC requests from standard input, one a line; try {"id":1,"method":"ping"}, and "grpcline --help"`)
	}
	in, restore := process.Prepare(files.in, files.out)
	defer restore()
	if in != files.in { // else reading it holds a processor up
		f.options.Request = process.NewWidth().Request
	}
	err = serveWatched(ctx, in, files.out, f.out == "", env, f.options)
	return failed(errors.Join(err, files.close(err == nil)))
}

// serveWatched serves until the end, or until the host is gone where the output
// is its pipe.
func serveWatched(ctx context.Context, in io.Reader, out io.Writer, pipe bool, env *grpcops.Env, o rpc.Options) error {
	done := make(chan error, 1)
	go func() { done <- rpc.New(in, out, env, o).Serve(ctx) }()
	gone := make(chan struct{})
	if pipe {
		go watchHost(gone) // ends with the process
	}
	select {
	case err := <-done:
		return err
	case <-gone:
		return errHostGone
	}
}

var errHostGone = errors.New("the host does not read the output any more")

// failed reports err, if there is one, and returns the exit code.
func failed(err error) int {
	if err == nil {
		return exitOK
	}
	fmt.Fprintln(os.Stderr, "grpcline:", err)
	return exitFailed
}
