package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"runtime"

	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/grpcops/schema"
	"github.com/grpcline/grpcline/internal/buffers"
	"github.com/grpcline/grpcline/rpc"
)

// allocated is what all goroutines allocated: how often, or how much.
func allocated(u unit) float64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if u == bytesOf {
		return float64(m.TotalAlloc)
	}
	return float64(m.Mallocs)
}

// allocating makes a run that counts what the process allocates meanwhile; units
// is as in timed.
func allocating(u unit, units int, work func(n int) error) func(n int) (float64, error) {
	return func(n int) (float64, error) {
		before := allocated(u)
		err := work(n)
		return (allocated(u) - before) / float64(units), err
	}
}

// innerWorker starts a worker within this process, behind real pipes, and opens
// its connection. The host allocates nothing for a call, so that what the process
// allocates is the worker's.
func innerWorker(address string) (*host, error) {
	inRead, inWrite, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	outRead, outWrite, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	env := &grpcops.Env{Version: "bench", Schemas: schema.NewCache(schema.DefaultCacheBytes), Buffers: new(buffers.Pool)}
	served := make(chan error, 1)
	go func() {
		err := rpc.New(inRead, outWrite, env, workerOptions()).Serve(context.Background())
		served <- errors.Join(err, outWrite.Close())
	}()
	h := newHost(inWrite, outRead)
	h.wait = func() error { return errors.Join(<-served, inRead.Close(), outRead.Close()) }
	if err := h.open(address); err != nil {
		return nil, errors.Join(err, h.stop())
	}
	return h, nil
}

// workerOptions are the defaults of the worker's flags.
func workerOptions() rpc.Options {
	return rpc.Options{
		Framing: rpc.FramingAuto, MaxMessageBytes: 64 << 20, MaxInflightBytes: 256 << 20,
		MaxConnections: 10000, MaxStreams: 100000, Log: slog.New(slog.DiscardHandler),
	}
}

// allocContenders count what a call, or a message of a stream, allocates in the
// client.
func allocContenders(u unit, units int, static func(*static, int) error, worker func(*host) func(int) error) []contender {
	return []contender{
		{staticGRPC, func(b *bed, _ string) (*runner, error) {
			s, err := dialStatic(b.address)
			if err != nil {
				return nil, err
			}
			return &runner{allocating(u, units, func(n int) error { return static(s, n) }), s.stop}, nil
		}},
		{ours, func(b *bed, _ string) (*runner, error) {
			h, err := innerWorker(b.address)
			if err != nil {
				return nil, err
			}
			return &runner{allocating(u, units, worker(h)), h.stop}, nil
		}},
	}
}

// unaryAllocs are those of a call with a small payload.
func unaryAllocs(u unit) []contender {
	p := payload(smallBody)
	return allocContenders(u, 1,
		func(s *static, n int) error { return s.unary(p, n) },
		func(h *host) func(int) error {
			r := echoRequest(p)
			return func(n int) error { return h.unary(r, n) }
		})
}

// streamAllocs are those of a message.
func streamAllocs(w streamWork) []contender {
	return allocContenders(counted, w.messages,
		func(s *static, n int) error {
			return times(func() error { return w.static(s, w.messages) })(n)
		},
		func(h *host) func(int) error {
			s := newStreaming(h, w.messages)
			return times(func() error { return w.worker(s) })
		})
}
