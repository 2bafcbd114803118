package rpc

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/grpcline/grpcline/grpcops"
)

// openRPC is the document of rpc.discover (OpenRPC 1.3.2).
type openRPC struct {
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
	Name        string      `json:"name"`
	Description string      `json:"description,omitempty"`
	Required    bool        `json:"required,omitempty"`
	Schema      *jsonSchema `json:"schema"`
}

type reference struct {
	Ref string `json:"$ref"`
}

type rpcParts struct {
	Schemas map[string]*jsonSchema `json:"schemas"`
	Errors  map[string]rpcError    `json:"errors"`
}

// rpcError is an Error Object; its data is the schema of the data.
type rpcError struct {
	Code    int64       `json:"code"`
	Message string      `json:"message"`
	Data    *jsonSchema `json:"data,omitempty"`
}

// openRPC describes all methods of the table.
func (t *table) openRPC(version string) openRPC {
	s := newSchemas()
	d := openRPC{OpenRPC: "1.3.2", Info: rpcInfo{"grpcline", version,
		"gRPC for any program with pipes. A request may also be written by position (x-positional) and under its other name (x-alias). " +
			"An error whose code is positive is the gRPC status of that number."}}
	for _, m := range t.methods {
		d.Methods = append(d.Methods, s.method(m))
	}
	s.results = true
	for i, m := range t.methods {
		if !m.isNotification() {
			d.Methods[i].Result = &rpcContent{Name: "result", Schema: s.of(m.result)}
			d.Methods[i].Errors = errorsOf(m)
		}
	}
	for _, n := range notifications() {
		d.Notifications = append(d.Notifications, rpcMethod{
			Name: n.name, Summary: n.summary, ParamStructure: "by-name", Params: s.params(membersOf(n.params)),
		})
	}
	d.Components = rpcParts{Schemas: s.components, Errors: s.errors()}
	return d
}

// method describes all but the result of a method. OpenRPC wants required params
// first, so that where the order by position is another one, or not all params
// have a position, an array does not fit what it can say.
func (s *schemas) method(m *method) rpcMethod {
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
	d := rpcMethod{Name: m.name, Summary: m.summary, Alias: m.alias, Positional: m.order, ParamStructure: "by-name", Params: s.params(members)}
	if slices.EqualFunc(members, m.order, func(p member, name string) bool { return p.name == name }) {
		d.ParamStructure = "either"
	}
	return d
}

// members are the params: those with a position in its order, then the others.
func (m *method) members() []member {
	rank := func(p member) int {
		if i := slices.Index(m.order, p.name); i >= 0 {
			return i
		}
		return len(m.order)
	}
	members := membersOf(m.params)
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
func (m *method) isNotification() bool { return strings.HasPrefix(m.name, "$/") }

// errorsOf refers to the worker's own errors where the method works on a handle.
// Those of JSON-RPC 2.0 are not referred to: any method may have them.
func errorsOf(m *method) []reference {
	if !slices.Contains(m.order, "connection") && !slices.Contains(m.order, "streamId") && m.handle == "" {
		return nil
	}
	var list []reference
	for _, e := range errorDocs() {
		if e.code < jsonrpc2.CodeParseError || jsonrpc2.CodeInvalidRequest < e.code {
			list = append(list, reference{"#/components/errors/" + e.name})
		}
	}
	return list
}

// errors describes the worker's own errors and the statuses of gRPC.
func (s *schemas) errors() map[string]rpcError {
	all := map[string]rpcError{}
	for _, e := range errorDocs() {
		described := rpcError{Code: e.code, Message: e.meaning}
		if e.reasons != nil {
			described.Message += fmt.Sprintf(" (%s)", strings.Join(e.reasons, ", "))
		}
		if e.data != nil {
			described.Data = s.of(e.data)
		}
		all[e.name] = described
	}
	for code := uint32(1); code <= grpcops.LastCode; code++ {
		name := grpcops.CodeName(code)
		all[name] = rpcError{int64(code), "the gRPC status " + name, s.of(reflect.TypeFor[statusData]())}
	}
	return all
}
