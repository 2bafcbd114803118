package state

import (
	"context"
	"fmt"
	"time"

	"github.com/grpcline/grpcline/grpcops"
)

// connection is a connection by its handle, from when its opening was read until
// it is closed.
type connection struct {
	id      string
	address string
	since   time.Time
	timeout time.Duration // the default bound of its operations
	uses    tally         // requests that use it

	opened chan struct{} // closed when the opening has ended
	conn   *grpcops.Conn // nil where it failed; set before opened is closed
	err    error         // why it failed

	// Guarded by State.mu.
	metadata grpcops.Metadata
	closing  bool // a closeConnection waits for its turn
	streams  map[*stream]struct{}
	counts   bool   // against the limit
	order    uint64 // of opening
}

// Opened is an open connection.
type Opened struct {
	ID      string
	Address string
	TLS     bool
}

// OpenConnection fixes the handle: chosen, or the next number.
func (s *State) OpenConnection(p grpcops.ConnectionParams, chosen string) (Op[Opened], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, err := reserve(&s.connections, chosen, "connectionId")
	if err != nil {
		return nil, err
	}
	c := &connection{
		id: id, address: p.Address, since: time.Now(), timeout: p.Timeout(),
		opened: make(chan struct{}), metadata: p.Metadata, streams: map[*stream]struct{}{},
	}
	c.order = s.connections.add(id, c)
	return func(ctx context.Context) (Opened, error) {
		ctx, cancel := s.deadline(ctx, p.ConnectTimeout())
		defer cancel()
		var conn *grpcops.Conn
		err := errDefect // unless the dial returns
		defer func() { s.connectionOpened(c, conn, err) }()
		if conn, err = s.env.Dial(ctx, p); err != nil {
			return Opened{}, err
		}
		return Opened{id, p.Address, conn.TLS}, nil
	}, nil
}

// connectionOpened ends an opening.
func (s *State) connectionOpened(c *connection, conn *grpcops.Conn, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.conn, c.err = conn, err; err != nil {
		s.connections.remove(c.id, c, err)
	}
	close(c.opened)
}

// FailOpenConnection uses up the handle of an opening that was refused before it
// could be tried, so that requests that name it learn why.
func (s *State) FailOpenConnection(chosen string, cause error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.connections.fail(chosen, cause)
}

// ready waits for the opening.
func (c *connection) ready(ctx context.Context) (*grpcops.Conn, error) {
	if err := waitFor(ctx, c.opened); err != nil {
		return nil, err
	}
	if c.err != nil {
		return nil, openFailed("connection", c.id, c.err)
	}
	return c.conn, nil
}

// isClosing tells whether requests that are read now come after the close.
func (c *connection) isClosing() bool { return c.closing }

func (c *connection) counted() *bool { return &c.counts }

// use finds a connection and counts a request that uses it; the request calls
// uses.done at its end. s.mu must be held.
func (s *State) use(id string) (*connection, error) {
	c, err := s.connections.find(id)
	if err != nil {
		return nil, err
	}
	if c.closing {
		return nil, s.connections.closedError(id)
	}
	c.uses.add()
	return c, nil
}

// CloseConnection takes its turn after all earlier requests that use the
// connection, its streams' included. It returns how many streams it closed.
func (s *State) CloseConnection(id string) (Op[int], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.connections.find(id)
	if err != nil {
		return nil, err
	}
	if c.closing {
		return nil, s.connections.closedError(id)
	}
	c.closing = true
	s.countConnection(c)
	return func(ctx context.Context) (int, error) {
		if err := s.turnToClose(ctx, c.idle, func() bool { return s.keepConnection(c) }); err != nil {
			return 0, err
		}
		s.mu.Lock()
		s.connections.remove(id, c, nil)
		for st := range c.streams {
			s.streams.remove(st.id, st, nil)
		}
		s.mu.Unlock()
		for st := range c.streams {
			st.end(s.streams.closedError(st.id))
		}
		c.conn.Close()
		return len(c.streams), nil
	}, nil
}

// idle waits until the connection is open and no earlier request uses it.
func (c *connection) idle(ctx context.Context) error {
	if _, err := c.ready(ctx); err != nil {
		return err
	}
	return c.uses.wait(ctx)
}

// keepConnection undoes the start of a close that was given up. It returns false
// where that cannot be, as the id was taken since.
func (s *State) keepConnection(c *connection) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.closing = s.connections.live[c.id] != c
	s.countConnection(c)
	return !c.closing
}

// countConnection makes a connection and its streams count against the limits
// unless they are being closed. s.mu must be held.
func (s *State) countConnection(c *connection) {
	s.connections.count(c, !c.isClosing())
	for st := range c.streams {
		s.streams.count(st, !st.isClosing())
	}
}

// turnToClose waits until a handle is idle. Where ctx ends first, the close is
// given up and keep undoes what it began; where keep cannot, it is waited for
// after all.
func (s *State) turnToClose(ctx context.Context, idle func(context.Context) error, keep func() bool) error {
	bound, cancel := s.unbounded(ctx)
	defer cancel()
	err := idle(bound)
	if err == nil || isReason(err, OpenFailed) || keep() {
		return err
	}
	return idle(context.WithoutCancel(ctx))
}

// SetMetadata replaces the metadata of later calls.
func (s *State) SetMetadata(id string, md grpcops.Metadata) (Op[struct{}], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.use(id)
	if err != nil {
		return nil, err
	}
	c.metadata = md
	return func(ctx context.Context) (struct{}, error) {
		defer c.uses.done()
		_, err := c.ready(ctx)
		return struct{}{}, err
	}, nil
}

// IsConnector tells whether id is that of an open connection, after its opening.
func (s *State) IsConnector(id string) Op[bool] {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.use(id)
	if err != nil {
		return func(context.Context) (bool, error) { return false, nil }
	}
	return func(ctx context.Context) (bool, error) {
		defer c.uses.done()
		_, err := c.ready(ctx)
		if isReason(err, OpenFailed) {
			return false, nil
		}
		return err == nil, err
	}
}

// Ref names the connection of a request: one that is open, or params for one
// that is opened for this request alone.
type Ref struct {
	ID     string
	Params *grpcops.ConnectionParams
	TLS    *grpcops.TLSSettings // of the request, over those of Params
}

// lease is a request's use of a connection.
type lease struct {
	state    *State
	held     *connection // nil where the connection is the request's own
	params   grpcops.ConnectionParams
	metadata grpcops.Metadata
	timeout  time.Duration
}

// lease takes the use of a connection; the request must call done on what use
// returns. s.mu must not be held.
func (s *State) lease(ref Ref) (*lease, error) {
	if ref.Params != nil {
		p := *ref.Params
		if ref.TLS != nil {
			p.TLS = ref.TLS
		}
		return &lease{state: s, params: p, metadata: p.Metadata, timeout: p.Timeout()}, nil
	}
	if ref.TLS != nil {
		return nil, &grpcops.ParamError{Param: "tls", Message: fmt.Sprintf("tls is for connection params; connection %q is open already, so give tls to openConnection", ref.ID)}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.use(ref.ID)
	if err != nil {
		return nil, err
	}
	return &lease{state: s, held: c, metadata: c.metadata, timeout: c.timeout}, nil
}

// conn waits for the connection, or makes it. done gives it back and must be
// called also after an error.
func (l *lease) conn(ctx context.Context) (conn *grpcops.Conn, done func(), err error) {
	if l.held != nil {
		conn, err = l.held.ready(ctx)
		return conn, l.held.uses.done, err
	}
	ctx, cancel := l.state.deadline(ctx, l.params.ConnectTimeout())
	defer cancel()
	conn, err = l.state.env.Dial(ctx, l.params)
	if err != nil {
		return nil, func() {}, err
	}
	return conn, conn.Close, nil
}
