// Package rpc is JSON-RPC 2.0 on a pipe: framing, the order of requests, their
// cancellation, the table of methods, and errors as codes.
//
// The way of one call:
//
//	Worker.read               the reader: one goroutine
//	├─ lineReader.next        a message: one line, or several
//	├─ Account.Admit          waits until there is room for it
//	├─ Worker.request         its envelope: id, method, params
//	│  └─ Worker.begin        the one way in, of requests and refusals
//	│     └─ method.admit     params as a struct; the state.Op has its place
//	└─ Worker.work            on a goroutine of its own
//	   ├─ Op.Do               the operation
//	   └─ Worker.reply        result or error as JSON
//	      └─ Worker.finish    the one way out
//	         ├─ writer.add    the answer is queued
//	         ├─ Op.Leave      those behind it go on
//	         └─ writer.flush  the answer is written
//
// Order. One goroutine, the reader, reads messages and admits them one after the
// other: it decodes the params and lets the operation take its place (see package
// state). What an operation then does runs on a goroutine of its own, so that
// nothing that waits holds the reader up; only what never waits is done by the
// reader itself. Answers go out when they are ready, through one writer. When its
// answer is queued, a request leaves its place, and those that waited for it go on:
// so the answers of one side of a stream keep the order of the requests.
//
// Ownership. A call has a context, which the Worker cancels and the call's
// goroutine releases. The Worker counts the calls, and is idle when all of them
// have their answers queued and have left their places. The reader alone is not waited
// for: a read from a pipe cannot be interrupted, so it ends with the process. The text
// of a message belongs to its call. If the method keeps nothing of its params, the text
// is given back to the pool once the answer is queued; an answer is, once it is written.
//
// Shutdown. At the end of the input, after the shutdown method or when Serve's
// context ends, nothing more is admitted but cancelling; calls have until the drain's
// end to finish, and streams that push go on to their end; then what is left is ended,
// streams and connections are closed, and the last answers written. Each of these waits
// has a last bound, so that nothing that an operation does keeps the process alive.
package rpc

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/internal/buffers"
	"github.com/grpcline/grpcline/internal/crew"
	"github.com/grpcline/grpcline/internal/memory"
	"github.com/grpcline/grpcline/state"
)

// Framing is how messages are told apart on the pipe.
type Framing string

// The framings; answers use that of the input.
const (
	FramingAuto    Framing = "auto" // by the first bytes of the input
	FramingLines   Framing = "lines"
	FramingHeaders Framing = "headers"
)

// Options are those of a Worker.
type Options struct {
	Version          string // of the worker, for getVersion
	Framing          Framing
	UTF8             bool // write characters outside ASCII as they are
	MaxMessageBytes  int
	MaxInflightBytes int
	MaxConnections   int
	MaxStreams       int
	DrainTimeout     time.Duration // of waits without a bound, after the end of input
	Log              *slog.Logger
	// Request is told of each request, before it is begun, and whether there is no
	// other and no stream. It is called by one goroutine; nil is nobody.
	Request func(alone bool)
}

// Worker serves one host. Make one with New.
type Worker struct {
	options Options
	table   *table
	state   *state.State
	in      *bufio.Reader
	out     *writer
	account *memory.Account
	buffers *buffers.Pool
	crew    crew.Crew

	root     context.Context // of all calls
	end      context.CancelCauseFunc
	shutdown chan struct{} // closed by the shutdown method
	refused  chan struct{} // closed when what came with it was read
	atEnd    chan struct{} // closed at the end of the input

	mu       sync.Mutex
	inFlight map[string]*call // by idKey
	calls    int              // accepted and not finished
	closing  bool             // nothing more is admitted but what is at any time
	idle     chan struct{}    // closed when calls is 0 while closing
}

// Buffer of the input, in bytes: longer lines are read in pieces.
const inputBuffer = 256 << 10

// New makes a Worker that reads requests from in and writes answers to out.
func New(in io.Reader, out io.Writer, env *grpcops.Env, o Options) *Worker {
	w := &Worker{
		options: o, table: newTable(allMethods()), in: bufio.NewReaderSize(in, inputBuffer),
		account: memory.New(o.MaxInflightBytes), buffers: env.Buffers, shutdown: make(chan struct{}), refused: make(chan struct{}), atEnd: make(chan struct{}),
		inFlight: map[string]*call{}, idle: make(chan struct{}),
	}
	w.out = newWriter(out, o.UTF8, w.account, w.buffers)
	w.root, w.end = context.WithCancelCause(context.Background())
	w.state = state.New(env, state.Limits{
		Connections: o.MaxConnections, Streams: o.MaxStreams,
		CollectBytes: o.MaxInflightBytes, ReadAhead: 1024, ReadAheadSize: 4 << 20,
	}, state.Pusher{Messages: w.pushMessages, End: w.pushEnd, Call: w.pushCall, Defect: w.logDefect}, &w.crew, w.account)
	return w
}

// Serve works until the end of the input, the shutdown method, or the end of ctx,
// and then until all is answered. It returns an error if reading or writing
// failed; if it was writing, everything is cancelled and not waited for, as the
// process is to end.
func (w *Worker) Serve(ctx context.Context) error {
	defer w.end(state.ErrShuttingDown)
	defer w.crew.Dismiss()
	read := make(chan error, 1)
	go func() { read <- w.read() }()
	var failed error
	select {
	case failed = <-read:
	case <-w.shutdown:
		w.refuseRest(read)
	case <-ctx.Done():
	case <-w.out.failed:
	}
	return errors.Join(failed, w.shutDown(ctx))
}

// source reads messages: a lineReader or a headerReader.
type source interface {
	next() (message, error)
}

// read admits messages until the input ends. Its error is nil there.
func (w *Worker) read() error {
	lines := newLineReader(w.in, w.options.MaxMessageBytes, w.buffers)
	lines.scan.MostParts = w.options.mostMembers()
	var in source = lines
	if w.options.Framing == FramingHeaders || w.options.Framing == FramingAuto && beginsWithHeader(w.in) {
		frames := &headerReader{in: w.in, pool: w.buffers, max: w.options.MaxMessageBytes}
		frames.scan.MostParts = w.options.mostMembers()
		in = frames
		w.out.useHeaders()
	}
	for {
		m, err := in.next()
		if err != nil {
			if atEnd(err) {
				close(w.atEnd)
				return nil
			}
			w.options.Log.Error("reading the input failed", "error", err)
			return err
		}
		w.receive(m)
		if w.in.Buffered() == 0 {
			w.noteRefused()
		}
	}
}

// receive answers or admits what was read.
func (w *Worker) receive(m message) {
	requests := 1
	if m.fault == nil {
		requests = max(1, m.scan.Items)
	}
	taken := min(len(m.text)+memory.PerRequest*requests, w.options.MaxInflightBytes)
	w.account.Admit(taken)
	switch {
	case m.fault != nil:
		w.options.Log.Info("input was not understood", "error", m.fault.Message)
		w.refuse(m.fault, nil, taken)
	case isBatch(m.text):
		w.batch(m.text, m.scan, taken)
	default:
		w.request(envelopeOf(m.text, m.scan.Members, m.scan.Inner), m.text, nil, taken)
	}
}
