package state

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/grpcline/grpcline/grpcops"
)

// handle is what a registry holds: a connection or a stream.
type handle interface {
	comparable
	isClosing() bool // requests that are read now come after its close
}

// registry gives out handles of one kind and finds what they stand for. It is
// guarded by State.mu.
type registry[T handle] struct {
	letter  string // "c" or "s"
	noun    string // "connection" or "stream"
	limit   int    // of handles at a time
	unknown Reason
	closed  Reason

	last uint64 // the number given out last
	live map[string]T
	gone graves
}

// number gives out the next number of ours.
func (r *registry[T]) number() string {
	r.last++
	return r.letter + strconv.FormatUint(r.last, 10)
}

// ours tells whether id looks like a number of ours.
func (r *registry[T]) ours(id string) (number uint64, ok bool) {
	digits, found := strings.CutPrefix(id, r.letter)
	if !found || digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	number, err := strconv.ParseUint(digits, 10, 64)
	if err != nil {
		number = 1<<64 - 1 // larger than any that was given out
	}
	return number, true
}

// checkChosen says why an id cannot be chosen. One that is being closed can.
func (r *registry[T]) checkChosen(id string) error {
	if _, ok := r.ours(id); ok {
		return fmt.Errorf("%q looks like a number that the worker gives out itself; choose another %s id", id, r.noun)
	}
	if live, ok := r.live[id]; ok && !live.isClosing() {
		return fmt.Errorf("%q is in use by an open %s; close it first or choose another id", id, r.noun)
	}
	return nil
}

// reserve gives out a handle: chosen, which came in param, or the next number. A
// number is used up also where that fails.
func reserve[T handle](r *registry[T], chosen, param string) (string, error) {
	id := chosen
	if chosen == "" {
		id = r.number()
	} else if err := r.checkChosen(chosen); err != nil {
		return "", &grpcops.ParamError{Param: param, Message: err.Error()}
	}
	if r.full() {
		err := errorf(Limit, "there are %d open %ss, which is the limit (--max-%ss); close some first", r.limit, r.noun, r.noun)
		r.bury(id, err)
		return "", err
	}
	return id, nil
}

// full tells whether there are as many handles as there may be. Those that are
// being closed do not count.
func (r *registry[T]) full() bool {
	if len(r.live) < r.limit {
		return false
	}
	open := 0
	for _, live := range r.live {
		if !live.isClosing() {
			open++
		}
	}
	return open >= r.limit
}

// fail uses up the handle of an opening that was refused.
func (r *registry[T]) fail(chosen string, cause error) {
	id := chosen
	if chosen == "" {
		id = r.number()
	} else if r.checkChosen(chosen) != nil {
		return
	}
	r.bury(id, cause)
}

// bury remembers why id was never opened. One that is being closed gives the id
// up.
func (r *registry[T]) bury(id string, cause error) {
	delete(r.live, id)
	r.gone.bury(id, cause)
}

// find returns what id stands for, or an *Error that says why nothing.
func (r *registry[T]) find(id string) (T, error) {
	if live, ok := r.live[id]; ok {
		return live, nil
	}
	var none T
	if cause, ok := r.gone.find(id); ok && cause != nil {
		return none, openFailed(r.noun, id, cause)
	} else if ok {
		return none, r.closedError(id)
	}
	if number, ok := r.ours(id); ok && 0 < number && number <= r.last {
		return none, r.closedError(id)
	}
	return none, errorf(r.unknown, "there is no %s %q", r.noun, id)
}

func (r *registry[T]) closedError(id string) *Error {
	return errorf(r.closed, "%s %q is closed", r.noun, id)
}

func openFailed(noun, id string, cause error) *Error {
	e := errorf(OpenFailed, "%s %q was not opened: %v", noun, id, cause)
	e.Cause = cause
	return e
}

// remove takes a handle out, unless its id was given to another since. cause is
// why it was never opened, nil where it is closed.
func (r *registry[T]) remove(id string, old T, cause error) {
	if r.live[id] == old {
		delete(r.live, id)
		r.gone.bury(id, cause)
	}
}

// mostGraves bounds what is remembered of handles that are gone. Numbers that
// are forgotten count as closed, chosen ids as unknown.
const mostGraves = 10000

// graves remembers the handles that are gone, the latest ones.
type graves struct {
	causes map[string]error // nil where the handle was closed
	order  []string         // a ring of the keys of causes
	oldest int
}

func (g *graves) find(id string) (cause error, ok bool) {
	cause, ok = g.causes[id]
	return cause, ok
}

func (g *graves) bury(id string, cause error) {
	if g.causes == nil {
		g.causes = make(map[string]error)
	}
	if _, again := g.causes[id]; !again {
		if len(g.order) < mostGraves {
			g.order = append(g.order, id)
		} else {
			delete(g.causes, g.order[g.oldest])
			g.order[g.oldest] = id
			g.oldest = (g.oldest + 1) % mostGraves
		}
	}
	g.causes[id] = cause
}
