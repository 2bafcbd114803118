package state

import (
	"cmp"
	"slices"
	"time"
)

// Snapshot is what is open at one moment, in the order of opening.
type Snapshot struct {
	Connections []ConnectionState `json:"connections" doc:"in the order of opening"`
	Streams     []StreamState     `json:"streams" doc:"in the order of opening"`
	Servers     []ServerState     `json:"servers" doc:"in the order of starting"`
}

// ConnectionState is a connection by its handle.
type ConnectionState struct {
	ConnectionID string `json:"connectionId" doc:"the connection's id"`
	Address      string `json:"address" doc:"as it was given"`
	State        string `json:"state" doc:"opening, or gRPC's word: IDLE, CONNECTING, READY, TRANSIENT_FAILURE"`
	AgeMs        int64  `json:"ageMs" doc:"milliseconds since it was asked for"`
	Streams      int    `json:"streams" doc:"streams on it that are not closed"`
	order        uint64
}

// StreamState is a stream by its handle.
type StreamState struct {
	StreamID      string `json:"streamId" doc:"the stream's id"`
	ConnectionID  string `json:"connectionId,omitempty" doc:"its connection's id"`
	ServerID      string `json:"serverId,omitempty" doc:"the id of the server that the call was accepted from, instead"`
	Method        string `json:"method" doc:"as it was given; pkg.Service/Method of an accepted call"`
	Kind          string `json:"kind" doc:"serverStream, clientStream or bidiStream; unary for an accepted call alone, and empty until one is accepted"`
	State         string `json:"state" doc:"opening, open or ended, as far as was received"`
	AgeMs         int64  `json:"ageMs" doc:"milliseconds since it was asked for"`
	Sent          int    `json:"sent" doc:"messages sent"`
	Waiting       int    `json:"waiting" doc:"messages received and not taken"`
	WaitingBytes  int    `json:"waitingBytes" doc:"the size of those"`
	SendCompleted bool   `json:"sendCompleted" doc:"whether no more can be sent"`
	order         uint64
}

// Snapshot tells what is open, openings under way included.
func (s *State) Snapshot(now time.Time) Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	snap := Snapshot{Connections: []ConnectionState{}, Streams: []StreamState{}, Servers: []ServerState{}}
	for _, st := range s.streams.live {
		if st.failed() {
			continue
		}
		snap.Streams = append(snap.Streams, st.snapshot(now))
	}
	for _, c := range s.connections.live {
		state := "opening"
		if c.conn != nil {
			state = c.conn.State()
		}
		snap.Connections = append(snap.Connections, ConnectionState{c.id, c.address, state, now.Sub(c.since).Milliseconds(), len(c.streams), c.order})
	}
	for _, sv := range s.servers.live {
		snap.Servers = append(snap.Servers, sv.snapshot(now))
	}
	slices.SortFunc(snap.Servers, func(a, b ServerState) int { return cmp.Compare(a.order, b.order) })
	slices.SortFunc(snap.Connections, func(a, b ConnectionState) int {
		return cmp.Compare(a.order, b.order)
	})
	slices.SortFunc(snap.Streams, func(a, b StreamState) int {
		return cmp.Compare(a.order, b.order)
	})
	return snap
}

// ServerState is a server by its handle.
type ServerState struct {
	ServerID string `json:"serverId" doc:"the server's id"`
	Address  string `json:"address" doc:"where it listens"`
	State    string `json:"state" doc:"opening, serving or stopping"`
	AgeMs    int64  `json:"ageMs" doc:"milliseconds since it was asked for"`
	Waiting  int    `json:"waiting" doc:"calls that came and that nobody has accepted"`
	Streams  int    `json:"streams" doc:"calls that were accepted and whose handles are not given back"`
	order    uint64
}

func (sv *server) snapshot(now time.Time) ServerState {
	snap := ServerState{
		ServerID: sv.id, Address: sv.address, State: "opening", AgeMs: now.Sub(sv.since).Milliseconds(),
		Waiting: sv.arrivals.waiting(), order: sv.order,
	}
	for st := range sv.streams {
		if st.call != nil {
			snap.Streams++
		}
	}
	if sv.serving != nil {
		snap.State, snap.Address = "serving", sv.serving.Address
	}
	if sv.stopping {
		snap.State = "stopping"
	}
	return snap
}

func (st *stream) snapshot(now time.Time) StreamState {
	snap := StreamState{
		StreamID: st.id, Method: st.method, Kind: string(st.kind),
		State: "opening", AgeMs: now.Sub(st.since).Milliseconds(), order: st.order,
	}
	if !st.owner.serves {
		snap.ConnectionID = st.owner.id
	} else {
		snap.ServerID = st.owner.id
	}
	select {
	case <-st.opened:
	default:
		return snap
	}
	snap.Waiting, snap.WaitingBytes = st.flow.in.counts()
	snap.Sent, snap.SendCompleted = st.flow.out.count(), st.cannotSend() != nil || st.flow.out.isCompleted()
	snap.State = "open"
	if st.flow.ended() {
		snap.State, snap.SendCompleted = "ended", true
	}
	return snap
}
