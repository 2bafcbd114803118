package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/grpcops/schema"
	"github.com/grpcline/grpcline/internal/process"
	"github.com/grpcline/grpcline/internal/version"
	"github.com/grpcline/grpcline/rpc"
)

// serveCommand works for a host until the end of its input.
func serveCommand(c *common) *cobra.Command {
	f := &serveFlags{}
	cmd := &cobra.Command{
		Use:               "serve",
		Short:             "serve standard input and output, or files; so does grpcline without a word",
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(cmd *cobra.Command, _ []string) error { return serve(cmd.Context(), c, f) },
	}
	f.declare(cmd)
	return cmd
}

func serve(ctx context.Context, c *common, f *serveFlags) error {
	c.utf8 = f.options.UTF8
	log, closeLog, err := c.openLog()
	if err != nil {
		return err
	}
	defer closeLog()
	f.options.Log, f.options.Version = log, version.Number
	env, stop := c.env(c.demo)
	defer stop()
	env.Schemas = schema.NewCache(f.maxSchemaBytes)
	files, err := openFiles(f.in, f.out)
	if err != nil {
		return err
	}
	if f.in == "" && term.IsTerminal(int(os.Stdin.Fd())) {
		fmt.Fprintln(os.Stderr, `grpcline reads JSON-RPC requests from standard input, one a line; try {"id":1,"method":"ping"}, and "grpcline --help"`)
	}
	in, restore := process.Prepare(files.in, files.out)
	defer restore()
	if in != files.in { // else reading it holds a processor up
		f.options.Request = process.NewWidth().Request
	}
	err = serveWatched(ctx, in, files.out, f.out == "", env, f.options)
	return errors.Join(err, files.close(err == nil))
}

// serveWatched serves until the end, or until the host is gone if the output is its
// pipe.
func serveWatched(ctx context.Context, in io.Reader, out io.Writer, pipe bool, env *grpcops.Env, o rpc.Options) error {
	done := make(chan error, 1)
	worker := rpc.New(in, out, env, o)
	go func() { done <- worker.Serve(ctx) }()
	gone := make(chan struct{})
	if pipe {
		go process.WatchHost(gone) // ends with the process
	}
	select {
	case err := <-done:
		return err
	case <-gone:
		if !worker.HasSaidAll() {
			return errHostGone
		}
		select {
		case err := <-done:
			return err
		case <-time.After(lastTime): // what is open need not be closed in order
			return nil
		}
	}
}

// lastTime is how long a worker that has said all may take to close what is open.
const lastTime = time.Second

var errHostGone = errors.New("the host does not read the output any more")
