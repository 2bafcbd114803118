// Package state keeps what lives between requests: connections, streams and servers
// by their handles. A call that a server has accepted is a stream, seen from the other
// end.
//
// The way of one request for messages, the longest there is:
//
//	State.GetMessages         on the reader
//	├─ State.useStream        finds the handle, counts the use
//	└─ lane.join              its place on the receiving side
//	Op.Do                     on a goroutine of the request
//	├─ stream.ready           waits for the opening
//	├─ place.wait             waits for its turn
//	└─ inbox.take             waits for a message, and for room for the reply
//	   └─ flow.receive        takes messages in, on a goroutine of the stream
//	Op.Leave                  the next has its turn; closeStream no longer waits for it
//
// Order. Every operation is in three steps. The function itself takes the
// operation's place, and must be called in the order in which the requests were
// read, from one goroutine: it finds handles, gives out numbers, joins lanes,
// counts the use of what it touches, and never blocks. It returns an Op, whose Do
// does the work and waits if the order asks for it: for the opening of its handle,
// for its turn on its side of a stream, and, when closing, for all earlier requests
// that use the handle. Its Leave gives the place up once the answer is queued, so
// that the answers of one side of a stream keep the order of the requests.
//
// Ownership. State owns the connections, streams and servers; a stream owns the
// goroutine that receives and those that send, and ends and waits for them when it is
// closed. Contexts given to Do end the operation only; the RPC of a stream has
// the stream's own context. A call that comes to a server has a goroutine of grpc-go's,
// which stays in State.serve until the call has ended: while nobody has accepted it, it
// guards the call itself, and after that the stream does.
//
// Shutdown. EndInput lets servers refuse what nobody will ask for any more, EndWaits
// ends waits that have no bound of their own, and Close ends everything that is left
// and waits for it.
package state

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/internal/crew"
	"github.com/grpcline/grpcline/internal/memory"
	"github.com/grpcline/grpcline/internal/reqctx"
)

// Limits bound what one worker holds.
type Limits struct {
	Connections   int // handles at a time
	Streams       int // handles at a time
	CollectBytes  int // messages that one process… call gathers
	ReadAhead     int // messages that a stream reads ahead
	ReadAheadSize int // bytes of them
}

// Pusher takes the messages of streams that push. Messages makes what takes those
// of one stream, whose memory is used again when it returns; it and End may block
// while the host does not read, until ctx ends: then there is nobody left to tell.
type Pusher struct {
	Messages func(streamID string) func(ctx context.Context, message json.RawMessage)
	End      func(ctx context.Context, streamID string, end *grpcops.End)
	Call     func(ctx context.Context, call *Accepted) // of a server that pushes
	Defect   func(panicked any)                        // is told of a panic that ended a stream; may be nil
}

// State is all of it. Make one with New.
type State struct {
	env    *grpcops.Env
	limits Limits
	pusher Pusher
	crew   *crew.Crew // hands messages over
	memory *memory.Account

	life     context.Context // of all streams
	endLife  context.CancelCauseFunc
	waits    context.Context // of waits without a bound
	endWaits context.CancelCauseFunc

	mu          sync.Mutex
	connections registry[*connection]
	streams     registry[*stream]
	servers     registry[*server]
	inputEnded  bool // the host sends no more requests

	pushes tally // flows of the client's that push and have not ended
}

// New makes a State without handles. The goroutines that send are of crew; replies
// draw on account.
func New(env *grpcops.Env, limits Limits, pusher Pusher, crew *crew.Crew, account *memory.Account) *State {
	shared, streams := new(int), new(int) // servers count as connections do, and calls that wait as streams
	s := &State{
		env: env, limits: limits, pusher: pusher, crew: crew, memory: account,
		connections: registry[*connection]{
			letter: "c", noun: "connection", counted: "connections", limit: limits.Connections, open: shared,
			unknown: UnknownConnection, closed: ConnectionClosed, live: map[string]*connection{},
		},
		streams: registry[*stream]{
			letter: "s", noun: "stream", counted: "streams", limit: limits.Streams, open: streams,
			unknown: UnknownStream, closed: StreamClosed, live: map[string]*stream{},
		},
		servers: registry[*server]{
			letter: "v", noun: "server", counted: "connections", limit: limits.Connections, open: shared,
			unknown: UnknownServer, closed: ServerClosed, live: map[string]*server{},
		},
	}
	s.life, s.endLife = context.WithCancelCause(context.Background())
	s.waits, s.endWaits = context.WithCancelCause(context.Background())
	return s
}

// defect tells of a panic that was caught.
func (s *State) defect(panicked any) {
	if s.pusher.Defect != nil {
		s.pusher.Defect(panicked)
	}
}

// Streams is how many streams are open.
func (s *State) Streams() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.streams.live)
}

// EndWaits ends every wait that has no bound of its own, now and from now on.
func (s *State) EndWaits() { s.endWaits(ErrShuttingDown) }

// Close ends all servers, streams and connections. No Op may be running.
func (s *State) Close() {
	s.EndWaits()
	s.endLife(ErrShuttingDown)
	s.closeServers()
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, st := range s.streams.live {
		st.end(ErrShuttingDown)
		s.streams.remove(id, st, nil)
	}
	for id, c := range s.connections.live {
		if c.conn != nil {
			c.conn.Close()
		}
		s.connections.remove(id, c, nil)
	}
}

// bounded limits a wait to d, after which ctx ends with WaitTimeout; 0 is no
// bound, and the wait then ends with EndWaits.
func (s *State) bounded(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	if d > 0 {
		return context.WithTimeoutCause(ctx, d, errWaitTimeout)
	}
	return s.unbounded(ctx)
}

// deadline limits an RPC to d, which becomes its deadline; 0 is as in bounded.
func (s *State) deadline(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	if d > 0 {
		return grpcops.WithTimeout(ctx, d)
	}
	return s.unbounded(ctx)
}

// whole limits all that is left of a request to d, after which its context ends
// with cause; 0 is as in bounded.
func (s *State) whole(ctx context.Context, d time.Duration, cause error) (context.Context, context.CancelFunc) {
	if d > 0 {
		return reqctx.Within(ctx, d, cause)
	}
	return s.unbounded(ctx)
}

func (s *State) unbounded(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(s.waits, func() { cancel(ErrShuttingDown) })
	return ctx, func() { stop(); cancel(nil) }
}
