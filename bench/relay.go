package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/grpcline/grpcline/bench/benchpb"
	"github.com/grpcline/grpcline/internal/crew"
	"github.com/grpcline/grpcline/internal/process"
)

// A relay is a child that makes the calls of grpc-go's generated code for lines that it
// does not parse, and returns each line when its call is done. What it costs is
// the least that a worker behind pipes costs which uses grpc-go.
type relay struct {
	client   benchpb.BenchClient
	payload  *benchpb.Payload
	messages int // of a stream
	out      gathered
	crew     crew.Crew
	calls    sync.WaitGroup
	current  *relayedStream // that requests read or write; nil before the first
}

// relayCommand is the child for payloads of that size and streams of so many messages.
func relayCommand(b *bed, size, messages int) *exec.Cmd {
	return exec.Command(b.self, string(relayRole), b.address, strconv.Itoa(size), strconv.Itoa(messages))
}

// runRelay is the child; its arguments are those of relayCommand.
func runRelay(args []string) error {
	if len(args) != 3 {
		return errors.New("the relay takes an address, a size and a number of messages")
	}
	size, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	messages, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	in, restore := process.Prepare(os.Stdin, os.Stdout)
	defer restore()
	s, err := dialStatic(args[0])
	if err != nil {
		return err
	}
	r := &relay{client: s.client, payload: payload(size), messages: messages, out: gathered{out: os.Stdout}}
	failed := r.read(in)
	r.calls.Wait()
	r.crew.Dismiss()
	return errors.Join(failed, s.stop())
}

func (r *relay) read(in io.Reader) error {
	lines := bufio.NewReaderSize(in, lineBuffer)
	for {
		line, err := lines.ReadSlice('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		done, err := r.stream(line)
		if err != nil {
			return err
		}
		if done {
			continue
		}
		kept := bytes.Clone(line)
		r.calls.Add(1)
		r.crew.Do(func() {
			defer r.calls.Done()
			if err := r.serve(kept); err != nil {
				fmt.Fprintln(os.Stderr, "relay:", err)
				os.Exit(1) // the host sees the end of its output
			}
		})
	}
}

// stream does what a line says of a stream that is read or written by requests, and
// tells whether it says that.
func (r *relay) stream(line []byte) (done bool, err error) {
	switch {
	case contains(line, `"initServerStream"`) && !bytes.Contains(line, []byte(`"push":true`)):
		r.current, err = r.pull(line)
	case contains(line, `"initClientStream"`):
		r.current, err = r.collect(line)
	case contains(line, `"getMessages"`):
		err = r.current.get(line)
	case contains(line, `"sendMessages"`):
		err = r.current.send(line)
	case contains(line, `"completeSend"`):
		err = r.out.write(line)
	case contains(line, `"getMessage"`):
		err = r.current.sum(line)
	default:
		return false, nil
	}
	return true, err
}

// callTimeout is that of the worker's connections.
const callTimeout = 10 * time.Second

// serve makes the call of a line.
func (r *relay) serve(line []byte) error {
	switch {
	case contains(line, `"initServerStream"`):
		return r.produce(line)
	case contains(line, `"closeStream"`):
		return r.out.write(line)
	}
	// A call of the worker has a deadline unless told otherwise, and its answer has
	// the headers and trailers.
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	var headers, trailers metadata.MD
	got, err := r.client.Echo(ctx, r.payload, grpc.Header(&headers), grpc.Trailer(&trailers))
	if err == nil && len(got.GetBody()) != len(r.payload.GetBody()) {
		err = errors.New("the payload came back with another size")
	}
	return errors.Join(err, r.out.write(line))
}

// produce pushes a line for each message of a stream, as large as the worker's.
func (r *relay) produce(line []byte) error {
	stream, err := r.client.Produce(context.Background(), &benchpb.ProduceRequest{Count: int32(r.messages), Message: small()})
	if err != nil {
		return err
	}
	if err := r.out.write(line); err != nil {
		return err
	}
	pushed := []byte(`{"jsonrpc":"2.0","method":"streamMessage","params":{"streamId":"` + streamName + `","message":` + jsonOf(small()) + "}}\n")
	for {
		if _, err := stream.Recv(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		if err := r.out.push(pushed); err != nil {
			return err
		}
	}
	return r.out.write([]byte(`{"jsonrpc":"2.0","method":"streamEnd","params":{}}` + "\n"))
}

// gathered writes lines, those that come together in one write.
type gathered struct {
	out io.Writer

	mu      sync.Mutex
	room    sync.Cond // of mu
	lines   []byte
	spare   []byte
	writing bool
	err     error
}

// write adds a line, and writes unless somebody does.
func (g *gathered) write(line []byte) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.lines = append(g.lines, line...)
	if !g.writing {
		g.writing = true
		g.mu.Unlock()
		runtime.Gosched() // to those who add more
		g.mu.Lock()
		g.writeAll()
	}
	return g.err
}

// push adds a line and leaves writing to a goroutine. It waits while much waits.
func (g *gathered) push(line []byte) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.room.L = &g.mu
	for len(g.lines) > 64<<10 && g.err == nil {
		g.room.Wait()
	}
	g.lines = append(g.lines, line...)
	if !g.writing {
		g.writing = true
		go func() {
			g.mu.Lock()
			defer g.mu.Unlock()
			g.writeAll()
		}()
	}
	return g.err
}

// writeAll writes until there is nothing left. g.mu must be held.
func (g *gathered) writeAll() {
	for len(g.lines) > 0 && g.err == nil {
		lines := g.lines
		g.lines = g.spare[:0]
		g.mu.Unlock()
		_, err := g.out.Write(lines)
		g.mu.Lock()
		g.spare, g.err = lines, err
		g.room.Broadcast()
	}
	g.writing = false
}
