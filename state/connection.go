package state

import (
	"context"
	"time"

	"github.com/grpcline/grpcline/grpcops"
)

// connection is a connection by its handle, from when its opening was read until
// it is closed.
type connection struct {
	owner
	address string
	since   time.Time
	timeout time.Duration // the default bound of its operations

	opened chan struct{} // closed when the opening has ended
	conn   *grpcops.Conn // nil if it failed; set before opened is closed
	err    error         // why it failed

	// Guarded by State.mu.
	metadata grpcops.Metadata
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
		return Op[Opened]{}, err
	}
	c := &connection{
		owner: newOwner(id, false), address: p.Address, since: time.Now(), timeout: p.Timeout(),
		opened: make(chan struct{}), metadata: p.Metadata.Metadata,
	}
	c.order = s.connections.add(id, c)
	return left(func(ctx context.Context) (Opened, error) {
		ctx, cancel := s.deadline(ctx, p.ConnectTimeout())
		defer cancel()
		var conn *grpcops.Conn
		err := errDefect // unless the dial returns
		defer func() { s.connectionOpened(c, conn, err) }()
		if conn, err = s.env.Dial(ctx, p); err != nil {
			return Opened{}, err
		}
		return Opened{id, p.Address, conn.TLS}, nil
	}), nil
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

func (c *connection) counted() *bool { return &c.counts }

// use finds a connection and counts a request that uses it, until the request
// calls uses.done to leave. s.mu must be held.
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

// SetMetadata replaces the metadata of later calls.
func (s *State) SetMetadata(id string, md grpcops.Metadata) (Op[struct{}], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.use(id)
	if err != nil {
		return Op[struct{}]{}, err
	}
	c.metadata = md
	do := func(ctx context.Context) (struct{}, error) {
		_, err := c.ready(ctx)
		return struct{}{}, err
	}
	return Op[struct{}]{Do: do, Leave: c.leave}, nil
}

// IsConnector tells whether id is that of an open connection, after its opening.
func (s *State) IsConnector(id string) Op[bool] {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.use(id)
	if err != nil {
		return left(func(context.Context) (bool, error) { return false, nil })
	}
	do := func(ctx context.Context) (bool, error) {
		_, err := c.ready(ctx)
		if isReason(err, OpenFailed) {
			return false, nil
		}
		return err == nil, err
	}
	return Op[bool]{Do: do, Leave: c.leave}
}
