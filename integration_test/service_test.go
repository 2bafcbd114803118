package integration_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/grpcline/grpcline/integration_test/testserver"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
)

func TestVersion(t *testing.T) {
	h := Start(t)
	got := decode[struct {
		Name, Version, Go, GRPC string
		Protocol                json.RawMessage
	}](h, h.Must("getVersion", nil))
	if got.Name != "grpcline" || got.Version == "" || got.Protocol == nil || got.Go == "" || got.GRPC == "" {
		t.Errorf("%+v", got)
	}
}

// TestCheckHealth asks grpc.health.v1 without a schema.
func TestCheckHealth(t *testing.T) {
	server := testserver.Start(t, testserver.Options{})
	server.Health.SetServingStatus("ready", healthpb.HealthCheckResponse_SERVING)
	server.Health.SetServingStatus("busy", healthpb.HealthCheckResponse_NOT_SERVING)
	h := Start(t)
	h.Must("openConnection", obj{"address": server.Addr})
	for service, want := range map[string]string{"": "SERVING", "ready": "SERVING", "busy": "NOT_SERVING"} {
		got := decode[struct{ Status string }](h, h.Must("checkHealth", obj{"connection": "c1", "service": service}))
		if got.Status != want {
			t.Errorf("%q is %s, want %s", service, got.Status, want)
		}
	}
	if err := h.Fail("checkHealth", obj{"connection": "c1", "service": "nobody"}, 5); err.Data.Origin != "server" {
		t.Errorf("%v", err)
	}
	h.Must("checkHealth", obj{"connection": obj{"address": server.Addr}})
}

// state is the result of getState.
type state struct {
	Connections []struct {
		ConnectionID string
		State        string
	}
	Streams []struct {
		StreamID      string
		State         string
		SendCompleted bool
		Waiting       int
	}
	RequestsInFlight *int
	Limits           json.RawMessage
}

// TestSendCompleted is told of a stream on which nothing more can be sent.
func TestSendCompleted(t *testing.T) {
	r := newRig(t)
	r.initStream("ServerStream", []testserver.Step{{Gate: "g"}})
	s := r.initStream("Bidi", []testserver.Step{{Gate: "h"}})
	told := func() (all [2]bool) {
		for i, stream := range r.state().Streams {
			all[i] = stream.SendCompleted
		}
		return all
	}
	if got := told(); got != [2]bool{true, false} {
		t.Errorf("at first: %v", got)
	}
	r.Must("completeSend", s.params())
	if got := told(); got != [2]bool{true, true} {
		t.Errorf("completed: %v", got)
	}
}

func (h *Host) state() state {
	h.t.Helper()
	return decode[state](h, h.Must("getState", nil))
}

func (s state) handles() (connections, streams []string) {
	for _, c := range s.Connections {
		connections = append(connections, c.ConnectionID)
	}
	for _, s := range s.Streams {
		streams = append(streams, s.StreamID)
	}
	slices.Sort(connections)
	slices.Sort(streams)
	return connections, streams
}

func (h *Host) expectHandles(connections, streams []string) {
	h.t.Helper()
	gotConnections, gotStreams := h.state().handles()
	if !slices.Equal(gotConnections, connections) || !slices.Equal(gotStreams, streams) {
		h.fatalf("connections %q streams %q, want %q %q", gotConnections, gotStreams, connections, streams)
	}
}

// TestState lists what is open, from the opening to the closing.
func TestState(t *testing.T) {
	r := newRig(t)
	r.expectHandles([]string{"c1"}, nil)
	s := r.initStream("Bidi", nil)
	r.initStream("ServerStream", []testserver.Step{{Receive: 1}}, obj{"request": obj{}, "streamId": "mine"})
	r.expectHandles([]string{"c1"}, []string{"mine", "s1"})
	(&stream{rig: r, id: "mine"}).expectEnd()
	r.expectHandles([]string{"c1"}, []string{"mine", "s1"}) // one that has ended, too
	opening := r.Go("openConnection", obj{"address": testserver.Silent(t), "tls": obj{}, "connectTimeoutMs": 50000})
	now := r.state()
	found := false
	for _, c := range now.Connections {
		found = found || c.ConnectionID == "c2" && c.State == "opening"
	}
	if !found || now.RequestsInFlight == nil || *now.RequestsInFlight < 1 || now.Limits == nil {
		t.Errorf("%+v", now)
	}
	opening.cancel()
	opening.cancelled()
	s.closeStream()
	r.expectHandles([]string{"c1"}, []string{"mine"})
	r.Must("closeConnection", obj{"connection": "c1"})
	r.expectHandles(nil, nil)
}

// TestHandleLimits refuses handles past the limits, and not implicit ones.
func TestHandleLimits(t *testing.T) {
	server := testserver.Start(t, testserver.Options{})
	h := Start(t, "--max-connections", "2", "--max-streams", "2")
	h.Connect(server)
	h.Connect(server)
	params := obj{"address": server.Addr, "proto": testserver.Texts(t)}
	h.expectReason(h.Fail("openConnection", params, -32005), "limit")
	h.expectReason(h.Fail("callMethod", scripted("c3", "Unary", nil), -32001), "openFailed")
	h.Must("callMethod", scripted(params, "Unary", nil))
	h.Must("closeConnection", obj{"connection": "c2"})
	if got := h.Connect(server); got != "c4" {
		t.Errorf("the connection after a refused one is %s", got)
	}
	h.Must("initBidiStream", scripted("c1", "Bidi", nil))
	h.Must("initBidiStream", scripted("c1", "Bidi", nil))
	h.expectReason(h.Fail("initBidiStream", scripted("c1", "Bidi", nil), -32005), "limit")
	h.Must("processBidiStream", scripted("c1", "Bidi", nil, obj{"exchangeOrder": []any{}}))
	h.Must("closeStream", obj{"streamId": "s1"})
	h.Must("initBidiStream", scripted("c1", "Bidi", nil))
}

// TestDiscover reads the OpenRPC document: every method is in it.
func TestDiscover(t *testing.T) {
	h := Start(t)
	raw := h.Must("rpc.discover", nil)
	document := decode[struct {
		OpenRPC string
		Info    struct{ Title, Version string }
		Methods []struct {
			Name   string
			Params []struct {
				Name     string
				Required bool
				Schema   json.RawMessage
			}
			Result *struct {
				Name   string
				Schema json.RawMessage
			}
		}
	}](h, raw)
	if len(document.OpenRPC) < 2 || document.OpenRPC[:2] != "1." || document.Info.Title == "" || document.Info.Version == "" {
		t.Errorf("%.300s", raw)
	}
	var names []string
	for _, m := range document.Methods {
		names = append(names, m.Name)
		seen := map[string]bool{}
		for _, p := range m.Params {
			if p.Name == "" || p.Schema == nil || seen[p.Name] {
				t.Errorf("%s: parameter %+v", m.Name, p)
			}
			seen[p.Name] = true
		}
		if m.Name != "$/cancelRequest" && (m.Result == nil || m.Result.Name == "" || m.Result.Schema == nil) {
			t.Errorf("%s has no result", m.Name)
		}
	}
	for _, name := range []string{
		"getConnectionParams", "getTlsSettings", "openConnection", "closeConnection", "setMetadata", "isConnector", "callMethod",
		"getServiceList", "getMethodList", "getMethod", "initServerStream", "initClientStream", "initBidiStream", "sendMessage",
		"sendMessages", "getMessage", "getMessages", "getHeaders", "completeSend", "cancelStream", "closeStream", "ackMessages",
		"processServerStream", "processClientStream", "processBidiStream", "checkHealth", "getState", "getVersion", "ping", "shutdown",
	} {
		if !slices.Contains(names, name) {
			t.Errorf("%s is not in the document", name)
		}
	}
}
