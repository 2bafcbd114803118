package rpc

import (
	"encoding/json"
	"runtime"

	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/internal/strictjson"
	"github.com/grpcline/grpcline/rpc/describe"
	"github.com/grpcline/grpcline/state"
)

// Protocol is the version of the protocol. The first number changes when a host
// must change, the second when something is added.
const Protocol = "1.0"

type versionResult struct {
	Name     string `json:"name" doc:"grpcline"`
	Version  string `json:"version" doc:"of the worker"`
	Protocol string `json:"protocol" doc:"of the protocol; the first number changes when a host must change"`
	Go       string `json:"go" doc:"of the Go that built it"`
	GRPC     string `json:"grpc" doc:"of grpc-go"`
}

type stateResult struct {
	state.Snapshot
	RequestsInFlight int    `json:"requestsInFlight" doc:"accepted and not answered, this one not counted"`
	Limits           limits `json:"limits" doc:"what the flags of the same names set"`
}

type limits struct {
	MaxConnections   int `json:"maxConnections" doc:"connections at a time"`
	MaxStreams       int `json:"maxStreams" doc:"streams at a time"`
	MaxMessageBytes  int `json:"maxMessageBytes" doc:"the longest message that is read"`
	MaxInflightBytes int `json:"maxInflightBytes" doc:"what unanswered requests may hold"`
	DrainTimeoutMs   int `json:"drainTimeoutMs" doc:"when waits without a bound end after the end of input"`
}

type cancelParams struct {
	ID json.RawMessage `json:"id" doc:"the id of the request"`
}

// workerMethods are those about the worker itself.
func workerMethods() []*method {
	return []*method{
		declareInstant("getState", "", "", "Lists what is open.",
			func(w *Worker, _ *noParams) (stateResult, error) { return w.snapshot(), nil }),
		declareInstant("getVersion", "", "", "Tells the versions of the worker and the protocol.",
			func(w *Worker, _ *noParams) (versionResult, error) {
				return versionResult{"grpcline", w.options.Version, Protocol, runtime.Version(), grpcops.GRPCVersion}, nil
			}),
		declareInstant("ping", "", "", "Answers.",
			func(*Worker, *noParams) (struct{}, error) { return struct{}{}, nil }),
		declareInstant("shutdown", "", "", "Answers, then ends the worker as the end of input does.",
			func(w *Worker, _ *noParams) (struct{}, error) {
				w.beginShutdown()
				return struct{}{}, nil
			}),
		declareInstant("rpc.discover", "", "", "Returns the OpenRPC document of all this.",
			func(w *Worker, _ *noParams) (describe.OpenRPC, error) {
				return w.table.api().OpenRPC(w.options.Version), nil
			}),
		declareInstant("$/cancelRequest", "", "id", "Ends a request that is in flight; it then answers -32800. A notification.",
			func(w *Worker, p *cancelParams) (struct{}, error) {
				if c := p.ID[0]; c != '"' && c != '-' && (c < '0' || '9' < c) {
					return struct{}{}, &strictjson.Error{Path: "id", Message: `"id" must be a string or a number`}
				}
				w.cancel(idKey(p.ID))
				return struct{}{}, nil
			}).atAnyTime(),
	}
}

// allMethods are all methods, in the order of protocol.md.
func allMethods() []*method {
	var all []*method
	for _, group := range [][]*method{connectionMethods(), callMethods(), streamMethods(), serverMethods(), workerMethods()} {
		all = append(all, group...)
	}
	return all
}
