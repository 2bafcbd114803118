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
	id, err := reserve(&s.connections, chosen, "connectionId", func(c *connection) bool { return c.closing })
	if err != nil {
		return nil, err
	}
	c := &connection{
		id: id, address: p.Address, since: time.Now(), timeout: p.Timeout(),
		opened: make(chan struct{}), metadata: p.Metadata,
	}
	s.connections.live[id] = c
	return func(ctx context.Context) (Opened, error) {
		ctx, cancel := s.deadline(ctx, p.ConnectTimeout())
		defer cancel()
		conn, err := s.env.Dial(ctx, p)
		s.mu.Lock()
		defer s.mu.Unlock()
		defer close(c.opened)
		if err != nil {
			c.err = err
			s.connections.remove(id, c, err)
			return Opened{}, err
		}
		c.conn = conn
		return Opened{id, p.Address, conn.TLS}, nil
	}, nil
}

// reserve gives out a handle. A number is used up also where that fails.
func reserve[T comparable](r *registry[T], chosen, param string, free func(T) bool) (string, error) {
	id := chosen
	if chosen == "" {
		id = r.number()
	} else if err := r.checkChosen(chosen, free); err != nil {
		return "", &grpcops.ParamError{Param: param, Message: err.Error()}
	}
	if len(r.live) >= r.limit {
		err := errorf(Limit, "there are %d open %ss, which is the limit (--max-%ss); close some first", len(r.live), r.noun, r.noun)
		r.gone.bury(id, err)
		return "", err
	}
	return id, nil
}

// FailOpenConnection uses up the handle of an opening that was refused before it
// could be tried, so that requests that name it learn why.
func (s *State) FailOpenConnection(chosen string, cause error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fail(&s.connections, chosen, cause)
}

func fail[T comparable](r *registry[T], chosen string, cause error) {
	id := chosen
	if chosen == "" {
		id = r.number()
	} else if r.checkChosen(chosen, func(T) bool { return false }) != nil {
		return
	}
	r.gone.bury(id, cause)
}

// ready waits for the opening.
func (c *connection) ready(ctx context.Context) (*grpcops.Conn, error) {
	select {
	case <-c.opened:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if c.err != nil {
		return nil, openFailed("connection", c.id, c.err)
	}
	return c.conn, nil
}

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
	var streams []*stream
	for _, st := range s.streams.live {
		if st.conn == c && !st.closing {
			st.closing = true
			streams = append(streams, st)
		}
	}
	return func(ctx context.Context) (int, error) {
		err := s.turnToClose(ctx, c.idle, func() bool { return s.keepConnection(c, streams) })
		if err != nil {
			return 0, err
		}
		s.mu.Lock()
		s.connections.remove(id, c, nil)
		closed := 0
		for _, st := range streams {
			if s.streams.live[st.id] == st {
				closed++
			}
			s.streams.remove(st.id, st, nil)
		}
		s.mu.Unlock()
		for _, st := range streams {
			st.end(s.streams.closedError(st.id))
		}
		c.conn.Close()
		return closed, nil
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
func (s *State) keepConnection(c *connection, streams []*stream) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.connections.live[c.id] != c {
		return false
	}
	c.closing = false
	for _, st := range streams {
		st.closing = s.streams.live[st.id] != st
	}
	return true
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
