package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/internal/process"
	"github.com/grpcline/grpcline/rpc"
)

// serve works for a host until the end of its input.
func serve(ctx context.Context, env *grpcops.Env, f *flags) int {
	files, err := openFiles(f.in, f.out)
	if err != nil {
		return failed(err)
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
	return failed(errors.Join(err, files.close(err == nil)))
}

// serveWatched serves until the end, or until the host is gone where the output
// is its pipe.
func serveWatched(ctx context.Context, in io.Reader, out io.Writer, pipe bool, env *grpcops.Env, o rpc.Options) error {
	done := make(chan error, 1)
	go func() { done <- rpc.New(in, out, env, o).Serve(ctx) }()
	gone := make(chan struct{})
	if pipe {
		go process.WatchHost(gone) // ends with the process
	}
	select {
	case err := <-done:
		return err
	case <-gone:
		return errHostGone
	}
}

var errHostGone = errors.New("the host does not read the output any more")
