package state

import (
	"context"
	"time"

	"github.com/grpcline/grpcline/grpcops"
)

// StopServer takes no more calls as soon as it is done, and waits for those under
// way, at most for grace; then they are cancelled. It returns how many that were.
func (s *State) StopServer(id string, grace time.Duration) (Op[int], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sv, err := s.servers.find(id)
	if err != nil {
		return Op[int]{}, err
	}
	if sv.stopping {
		return Op[int]{}, s.servers.closedError(id)
	}
	sv.stopping = true
	s.servers.count(sv, false)
	return left(func(ctx context.Context) (int, error) {
		serving, err := sv.ready(ctx)
		if err != nil {
			return 0, err
		}
		ended := 0
		stopped := make(chan struct{})
		sv.work.Go(func() {
			defer close(stopped)
			ended = s.stop(sv, serving, grace)
		})
		if err := waitFor(ctx, stopped); err != nil {
			return 0, err // it goes on being stopped
		}
		return ended, nil
	}), nil
}

// stopTime is how long clients may take to notice that their calls were ended.
const stopTime = time.Second

var (
	errServerStops  = grpcops.Unavailable("the server is being stopped")
	errNobodyServes = grpcops.Unavailable("nobody serves calls here any more")
)

// stop ends a server, and returns how many calls it has cancelled.
func (s *State) stop(sv *server, serving *grpcops.Server, grace time.Duration) (ended int) {
	sv.arrivals.close(errServerStops)
	hard, force := context.WithCancel(context.Background())
	defer force()
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		serving.Stop(hard)
	}()
	over := time.NewTimer(grace)
	defer over.Stop()
	select {
	case <-stopped:
	case <-over.C:
	case <-s.life.Done():
	}
	ended = s.endCalls(sv)
	noticed := time.NewTimer(stopTime)
	defer noticed.Stop()
	select {
	case <-stopped:
	case <-noticed.C:
		force()
		<-stopped
	}
	return ended
}

// endCalls cancels the calls of a server and frees the handles of all, and returns
// how many were under way. The server then has no handle any more.
func (s *State) endCalls(sv *server) (ended int) {
	s.mu.Lock()
	sv.closing = true // so that none is added
	streams := make([]*stream, 0, len(sv.streams))
	for st := range sv.streams {
		streams = append(streams, st)
		s.streams.remove(st.id, st, nil)
	}
	s.servers.remove(sv.id, sv, nil)
	s.mu.Unlock()
	for _, st := range streams {
		<-st.opened // acceptCall requests that waited have been refused
		if st.call != nil && !st.call.Cancelled() {
			ended++
		}
		st.cancel(errServerStops)
	}
	s.pushEnds(streams)
	for _, st := range streams {
		st.end(errServerStops)
	}
	return ended
}

// pushEnds waits until the host has been told how the calls ended that are pushed, if it
// reads.
func (s *State) pushEnds(streams []*stream) {
	late := time.NewTimer(stopTime)
	defer late.Stop()
	for _, st := range streams {
		if st.push == nil || st.flow == nil {
			continue
		}
		select {
		case <-st.push.told:
		case <-late.C:
			return
		}
	}
}

// closeServers stops all servers at once, and waits for that.
func (s *State) closeServers() {
	s.mu.Lock()
	defer s.mu.Unlock()
	servers := make([]*server, 0, len(s.servers.live))
	for _, sv := range s.servers.live {
		servers = append(servers, sv)
		if !sv.stopping && sv.serving != nil {
			sv.stopping = true
			sv.work.Go(func() { s.stop(sv, sv.serving, 0) })
		}
	}
	s.mu.Unlock()
	for _, sv := range servers {
		sv.work.Wait()
	}
	s.mu.Lock()
}
