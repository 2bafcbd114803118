package rpc

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/grpcline/grpcline/internal/brief"
	"github.com/grpcline/grpcline/internal/nearest"
	"github.com/grpcline/grpcline/internal/strictjson"
	"github.com/grpcline/grpcline/rpc/describe"
	"github.com/grpcline/grpcline/state"
)

// method is all there is to know of one method. Dispatch, rpc.discover,
// "grpcline methods" and the tables of protocol.md come from it.
type method struct {
	describe.Method

	// admit reads params and takes the request's place in the order. It runs on
	// the reader.
	admit func(w *Worker, given params) (operation, error)
	// instant operations are run on the reader, as they never wait.
	instant bool
	anytime bool // also while the worker is shutting down
	forgets bool // nothing of the params is used after the answer, so that their memory may be
	// refused uses up the handle of an opening that was refused; nil in others.
	refused func(s *state.State, chosen string, cause error)
}

// operation is a state.Op whose result can be of any type. The zero operation is
// that of a request which is refused.
type operation = state.Op[any]

// declare makes a method. order names the params by position, between spaces.
func declare[P, R any](name, alias, order, summary string, admit func(w *Worker, p *P) (state.Op[R], error)) *method {
	m := &method{Method: describe.Method{
		Name: name, Alias: alias, Summary: summary, Order: strings.Fields(order),
		Params: reflect.TypeFor[P](), Result: reflect.TypeFor[R](),
	}}
	m.admit = func(w *Worker, given params) (operation, error) {
		p := new(P)
		if err := given.decode(m.Order, p); err != nil {
			m.refuse(w.state, given, asError(err))
			return operation{}, err
		}
		op, err := admit(w, p)
		return then(op, err, func(result R) any { return result })
	}
	return m
}

// withoutPlace is an Op for which no other waits.
func withoutPlace[R any](do func(ctx context.Context) (R, error)) state.Op[R] {
	return state.Op[R]{Do: do}
}

// declareInstant makes a method that never waits.
func declareInstant[P, R any](name, alias, order, summary string, do func(w *Worker, p *P) (R, error)) *method {
	m := declare(name, alias, order, summary, func(w *Worker, p *P) (state.Op[R], error) {
		return withoutPlace(func(context.Context) (R, error) { return do(w, p) }), nil
	})
	m.instant = true
	return m
}

// opening makes m one that opens a handle, which the host may choose with the
// param named handle.
func (m *method) opening(handle string, refused func(s *state.State, chosen string, cause error)) *method {
	m.Handle, m.refused = handle, refused
	return m
}

// forgetting makes m one that keeps nothing of its params: no text that is part of the
// request's.
func (m *method) forgetting() *method {
	m.forgets = true
	return m
}

// atAnyTime makes m one that is admitted while the worker is shutting down, too.
func (m *method) atAnyTime() *method {
	m.anytime = true
	return m
}

// decode sets what p points to; order names the params by position.
func (g params) decode(order []string, p any) error {
	switch {
	case g.text == nil:
		return strictjson.Decode([]byte("{}"), p)
	case g.text[0] == '[':
		return strictjson.DecodePositional(g.text, order, p)
	case g.text[0] == '{':
		return strictjson.DecodeMembers(g.text, g.members, p)
	}
	return &strictjson.Error{Message: "must be an object or an array"}
}

// refuse uses up the handle that a refused opening would have had.
func (m *method) refuse(s *state.State, given params, cause error) {
	if m.refused != nil {
		m.refused(s, m.chosen(given), cause)
	}
}

// chosen finds the id that the host chose in params that may be wrong otherwise.
func (m *method) chosen(given params) string {
	switch {
	case given.text == nil:
		return ""
	case given.text[0] == '{':
		return strictjson.TextOf(given.text, given.members, m.Handle)
	case given.text[0] == '[':
		return strictjson.TextAt(given.text, slices.Index(m.Order, m.Handle))
	}
	return ""
}

// table finds methods by both their names.
type table struct {
	methods []*method // in the order in which they are documented
	byName  map[string]*method
	names   []string
}

func newTable(methods []*method) *table {
	t := &table{methods: methods, byName: map[string]*method{}}
	for _, m := range methods {
		t.byName[m.Name] = m
		t.names = append(t.names, m.Name)
		if m.Alias != "" {
			t.byName[m.Alias] = m
			t.names = append(t.names, m.Alias)
		}
	}
	return t
}

// find looks a method up.
func (t *table) find(given []byte) (*method, *Error) {
	if m, ok := t.byName[string(given)]; ok {
		return m, nil
	}
	name := string(given)
	return nil, &Error{
		Code:    jsonrpc2.CodeMethodNotFound,
		Message: fmt.Sprintf("there is no method %q%s", brief.Name(name), nearest.Hint(name, t.names)),
		Data:    methodData{"method", nearest.Names(name, t.names)},
	}
}
