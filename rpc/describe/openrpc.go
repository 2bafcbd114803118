package describe

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/grpcline/grpcline/grpcops"
)

// OpenRPC is the document of rpc.discover (OpenRPC 1.3.2).
type OpenRPC struct {
	OpenRPC       string      `json:"openrpc"`
	Info          rpcInfo     `json:"info"`
	Methods       []rpcMethod `json:"methods"`
	Components    rpcParts    `json:"components"`
	Notifications []rpcMethod `json:"x-notifications"` // those that the worker sends
}

type rpcInfo struct {
	Title       string `json:"title"`
	Version     string `json:"version"`
	Description string `json:"description"`
}

// rpcMethod is a Method Object. One without a result is a notification.
type rpcMethod struct {
	Name           string       `json:"name"`
	Summary        string       `json:"summary"`
	ParamStructure string       `json:"paramStructure"`
	Params         []rpcContent `json:"params"`
	Result         *rpcContent  `json:"result,omitempty"`
	Errors         []reference  `json:"errors,omitempty"`
	Alias          string       `json:"x-alias,omitempty"`      // another name for the same method
	Positional     []string     `json:"x-positional,omitempty"` // the params that an array may give, in its order
}

// rpcContent is a Content Descriptor Object.
type rpcContent struct {
	Name        string  `json:"name"`
	Description string  `json:"description,omitempty"`
	Required    bool    `json:"required,omitempty"`
	Schema      *Schema `json:"schema"`
}

type reference struct {
	Ref string `json:"$ref"`
}

type rpcParts struct {
	Schemas map[string]*Schema  `json:"schemas"`
	Errors  map[string]rpcError `json:"errors"`
}

// rpcError is an Error Object; its data is the schema of the data.
type rpcError struct {
	Code    int64   `json:"code"`
	Message string  `json:"message"`
	Data    *Schema `json:"data,omitempty"`
}

// OpenRPC describes all methods.
func (a *API) OpenRPC(version string) OpenRPC {
	s := a.schemas()
	d := OpenRPC{OpenRPC: "1.3.2", Info: rpcInfo{"grpcline", version,
		"gRPC for any program with pipes. A request may also be written by position (x-positional) and under its other name (x-alias). " +
			"An error whose code is positive is the gRPC status of that number."}}
	for _, m := range a.Methods {
		d.Methods = append(d.Methods, s.method(m))
	}
	s.results = true
	for i, m := range a.Methods {
		if !m.isNotification() {
			d.Methods[i].Result = &rpcContent{Name: "result", Schema: s.of(m.Result)}
			d.Methods[i].Errors = a.errorsOf(m)
		}
	}
	for _, n := range a.Notifications {
		d.Notifications = append(d.Notifications, rpcMethod{
			Name: n.Name, Summary: n.Summary, ParamStructure: "by-name", Params: s.params(membersOf(n.Params)),
		})
	}
	d.Components = rpcParts{Schemas: s.components, Errors: a.errors(s)}
	return d
}

// method describes all but the result of a method. OpenRPC wants required params
// first, so that if the order by position is another one, or not all params
// have a position, an array does not fit what it can say.
func (s *schemas) method(m *Method) rpcMethod {
	members := m.members()
	slices.SortStableFunc(members, func(a, b member) int {
		switch {
		case a.required == b.required:
			return 0
		case a.required:
			return -1
		}
		return 1
	})
	d := rpcMethod{Name: m.Name, Summary: m.Summary, Alias: m.Alias, Positional: m.Order, ParamStructure: "by-name", Params: s.params(members)}
	if slices.EqualFunc(members, m.Order, func(p member, name string) bool { return p.name == name }) {
		d.ParamStructure = "either"
	}
	return d
}

// members are the params: those with a position in its order, then the others.
func (m *Method) members() []member {
	rank := func(p member) int {
		if i := slices.Index(m.Order, p.name); i >= 0 {
			return i
		}
		return len(m.Order)
	}
	members := membersOf(m.Params)
	slices.SortStableFunc(members, func(a, b member) int { return rank(a) - rank(b) })
	return members
}

func (s *schemas) params(members []member) []rpcContent {
	list := []rpcContent{}
	for _, p := range members {
		schema := s.member(p)
		schema.Description = ""
		list = append(list, rpcContent{p.name, p.doc, p.required, schema})
	}
	return list
}

// isNotification tells whether hosts send the method without an id. As in the
// LSP, those of the protocol itself begin with "$/".
func (m *Method) isNotification() bool { return strings.HasPrefix(m.Name, "$/") }

// errorsOf refers to the worker's own errors if the method works on a handle.
// Those of JSON-RPC 2.0 are not referred to: any method may have them.
func (a *API) errorsOf(m *Method) []reference {
	if !slices.Contains(m.Order, "connection") && !slices.Contains(m.Order, "streamId") && m.Handle == "" {
		return nil
	}
	var list []reference
	for _, e := range a.Errors {
		if e.Code < jsonrpc2.CodeParseError || jsonrpc2.CodeInvalidRequest < e.Code {
			list = append(list, reference{"#/components/errors/" + e.Name})
		}
	}
	return list
}

// errors describes the worker's own errors and the statuses of gRPC.
func (a *API) errors(s *schemas) map[string]rpcError {
	all := map[string]rpcError{}
	for _, e := range a.Errors {
		described := rpcError{Code: e.Code, Message: e.Meaning}
		if e.Reasons != nil {
			described.Message += fmt.Sprintf(" (%s)", strings.Join(e.Reasons, ", "))
		}
		if e.Data != nil {
			described.Data = s.of(e.Data)
		}
		all[e.Name] = described
	}
	for code := uint32(1); code <= grpcops.LastCode; code++ {
		name := grpcops.CodeName(code)
		all[name] = rpcError{int64(code), "the gRPC status " + name, s.of(a.StatusData)}
	}
	return all
}
