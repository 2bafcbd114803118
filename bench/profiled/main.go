// Command profiled is the worker on standard input and output, with the defaults
// of its flags. At its end it writes profiles for go tool pprof: of CPU time to
// NAME.cpu.prof and of allocations to NAME.allocs.prof, NAME being its argument.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime/pprof"
	"time"

	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/grpcops/schema"
	"github.com/grpcline/grpcline/internal/buffers"
	"github.com/grpcline/grpcline/internal/process"
	"github.com/grpcline/grpcline/rpc"
)

// version is one that no package of a host finds too old.
const version = "9999.0.0-profiled"

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "profiled takes the profiles' name as its last argument")
		os.Exit(2)
	}
	// A host may give flags of the worker's before it, which are not read.
	if err := profile(os.Args[len(os.Args)-1], serve); err != nil {
		fmt.Fprintln(os.Stderr, "profiled:", err)
		os.Exit(1)
	}
}

// serve does what the worker does.
func serve() error {
	grpcops.Quiet()
	env := &grpcops.Env{Version: version, Schemas: schema.NewCache(schema.DefaultCacheBytes), Buffers: new(buffers.Pool)}
	in, restore := process.Prepare(os.Stdin, os.Stdout)
	defer restore()
	return rpc.New(in, os.Stdout, env, rpc.Options{
		Version: version,
		Request: process.NewWidth().Request,
		Framing: rpc.FramingAuto, MaxMessageBytes: 64 << 20, MaxInflightBytes: 256 << 20,
		MaxConnections: 10000, MaxStreams: 100000, DrainTimeout: 30 * time.Second,
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
	}).Serve(context.Background())
}

// profile writes the profiles of what work does.
func profile(name string, work func() error) error {
	cpu, err := os.Create(name + ".cpu.prof")
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(cpu); err != nil {
		return err
	}
	worked := work()
	pprof.StopCPUProfile()
	allocs, err := os.Create(name + ".allocs.prof")
	if err != nil {
		return errors.Join(worked, cpu.Close(), err)
	}
	return errors.Join(worked, cpu.Close(), pprof.Lookup("allocs").WriteTo(allocs, 0), allocs.Close())
}
