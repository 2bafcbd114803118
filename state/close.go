package state

import "context"

// CloseConnection takes its turn after all earlier requests that use the
// connection, its streams' included. It returns how many streams it closed.
func (s *State) CloseConnection(id string) (Op[int], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.connections.find(id)
	if err != nil {
		return Op[int]{}, err
	}
	if c.closing {
		return Op[int]{}, s.connections.closedError(id)
	}
	c.closing = true
	s.countConnection(c)
	return left(func(ctx context.Context) (int, error) {
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
	}), nil
}

// idle waits until the connection is open and no earlier request uses it.
func (c *connection) idle(ctx context.Context) error {
	if _, err := c.ready(ctx); err != nil {
		return err
	}
	return c.uses.wait(ctx)
}

// keepConnection undoes the start of a close that was given up. It returns false
// if that cannot be, as the id was taken since.
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
// given up and keep undoes what it began; if keep cannot, it is waited for
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

// CloseStream takes its turn after all earlier requests on the stream.
func (s *State) CloseStream(id, connectionID string) (Op[struct{}], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st, err := s.findStream(id, connectionID)
	if err != nil {
		return Op[struct{}]{}, err
	}
	if st.isClosing() {
		return Op[struct{}]{}, s.streams.closedError(id)
	}
	st.closing = true
	s.streams.count(st, false)
	st.owner.uses.add()
	do := func(ctx context.Context) (struct{}, error) {
		if err := s.turnToClose(ctx, st.idle, func() bool { return s.keepStream(st) }); err != nil {
			return struct{}{}, err
		}
		st.end(s.streams.closedError(id))
		s.mu.Lock()
		defer s.mu.Unlock()
		s.removeStream(st, nil)
		return struct{}{}, nil
	}
	return Op[struct{}]{Do: do, Leave: st.owner.leave}, nil
}

// idle waits until the stream is open, or its opening has failed, and no earlier
// request uses it.
func (st *stream) idle(ctx context.Context) error {
	_, opening := st.ready(ctx)
	if opening != nil && !st.failed() {
		return opening
	}
	if err := st.uses.wait(ctx); err != nil {
		return err
	}
	return opening
}

// keepStream undoes the start of a close that was given up. It returns false
// if that cannot be, as the id was taken since.
func (s *State) keepStream(st *stream) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	st.closing = s.streams.live[st.id] != st
	s.streams.count(st, !st.isClosing())
	return !st.closing
}
