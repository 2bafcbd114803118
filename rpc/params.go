package rpc

import (
	"encoding/json"

	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/internal/strictjson"
	"github.com/grpcline/grpcline/state"
)

// noParams are those of a method that has none.
type noParams struct{}

// connectionRef is a connection's id, or connection params for a connection of
// the request's own.
type connectionRef struct {
	id     string
	params *grpcops.ConnectionParams
}

// UnmarshalJSON tells the two apart.
func (c *connectionRef) UnmarshalJSON(data []byte) error {
	switch data[0] {
	case '"':
		return strictjson.DecodeValue(data, &c.id)
	case '{':
		c.params = &grpcops.ConnectionParams{}
		return strictjson.Decode(data, c.params)
	}
	return &strictjson.Error{Message: "must be a connection's id or connection params"}
}

// idOnly is a connection that must be open already.
func idOnly(id string) state.Ref { return state.Ref{ID: id} }

// callParams are those of everything that calls a method.
type callParams struct {
	Connection connectionRef        `json:"connection" doc:"a connection's id, or connection params: then the connection is opened for this request and closed after it"`
	Service    string               `json:"service,omitempty" doc:"the service's full name; may be left out if method is pkg.Service/Method"`
	Method     string               `json:"method" doc:"the method's name"`
	TimeoutMs  *int                 `json:"timeoutMs,omitempty" doc:"bounds the operation, in milliseconds; 0 is no bound; the connection's unless given"`
	TLS        *grpcops.TLSSettings `json:"tls,omitempty" doc:"over the one in connection params"`
	grpcops.CallOptions
}

func (p *callParams) call(request json.RawMessage) state.Call {
	return state.Call{
		Ref:       state.Ref{ID: p.Connection.id, Params: p.Connection.params, TLS: p.TLS, WaitForReady: p.WaitForReady},
		Target:    grpcops.Target{Service: p.Service, Method: p.Method, Options: p.CallOptions},
		Request:   request,
		TimeoutMs: p.TimeoutMs,
	}
}

// streamCallParams are those of everything that opens a stream by its handle.
type streamCallParams struct {
	Connection string `json:"connection" doc:"a connection's id"`
	Service    string `json:"service,omitempty" doc:"the service's full name; may be left out if method is pkg.Service/Method"`
	Method     string `json:"method" doc:"the method's name"`
	TimeoutMs  *int   `json:"timeoutMs,omitempty" doc:"the default bound of the stream's operations, in milliseconds; 0 is no bound; the connection's unless given"`
	StreamID   string `json:"streamId,omitempty" doc:"an id of the host's choice; without it the worker numbers: s1, s2, …"`
	DeadlineMs *int   `json:"deadlineMs,omitempty" doc:"the deadline of the whole RPC, in milliseconds; there is none unless given"`
	Push       *push  `json:"push,omitempty" doc:"true: messages come as streamMessage notifications and one streamEnd; {window: n}: at most n until ackMessages"`
	grpcops.CallOptions
}

func (p *streamCallParams) call(request json.RawMessage) (state.Call, state.StreamOptions) {
	options := state.StreamOptions{StreamID: p.StreamID, DeadlineMs: p.DeadlineMs, Push: p.Push.wanted()}
	return state.Call{
		Ref:       idOnly(p.Connection),
		Target:    grpcops.Target{Service: p.Service, Method: p.Method, Options: p.CallOptions},
		Request:   request,
		TimeoutMs: p.TimeoutMs,
	}, options
}

// push is true, false, or {"window": n}.
type push struct {
	on     bool
	window int
}

// wanted is how messages are pushed; nil if they are not.
func (p *push) wanted() *state.Push {
	if p == nil || !p.on {
		return nil
	}
	return &state.Push{Window: p.window}
}

// UnmarshalJSON reads the three forms.
func (p *push) UnmarshalJSON(data []byte) error {
	switch data[0] {
	case 't', 'f':
		p.on = data[0] == 't'
		return nil
	case '{':
		var given struct {
			Window int `json:"window"`
		}
		if err := strictjson.Decode(data, &given); err != nil {
			return err
		}
		if given.Window == 0 {
			return &strictjson.Error{Path: "window", Message: `"window" must be at least 1`}
		}
		p.on, p.window = true, given.Window
		return nil
	}
	return &strictjson.Error{Message: `must be true, false or {"window": n}`}
}

// streamRef names a stream; connection is the library's, and only checked.
type streamRef struct {
	Connection string `json:"connection,omitempty" doc:"the stream's connection; only checked"`
	StreamID   string `json:"streamId" doc:"the stream's id"`
}

// atLeastOne refuses 0 as a number of messages.
func atLeastOne(param string, n *int) error {
	if n != nil && *n == 0 {
		return &strictjson.Error{Path: param, Message: param + " must be at least 1"}
	}
	return nil
}
