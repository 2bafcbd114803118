package state

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/internal/brief"
)

// handle is what a registry holds: a connection, a stream or a server.
type handle interface {
	comparable
	isVacant() bool // its id may be given to another
	counted() *bool // whether it counts against the limit
}

// registry gives out handles of one kind and finds what they stand for. It is
// guarded by State.mu.
type registry[T handle] struct {
	letter  string // "c", "s" or "v"
	noun    string // "connection", "stream" or "server"
	counted string // "connections" or "streams": what the handles count as
	limit   int    // of those at a time
	unknown Reason
	closed  Reason

	last uint64 // the number given out last
	made uint64 // how many handles were ever live
	open *int   // what counts against the limit: handles that are not being closed
	live map[string]T
	gone graves
}

// longestID is how many bytes an id may have that the host chooses.
const longestID = 256

// number gives out the next number of ours.
func (r *registry[T]) number() string {
	r.last++
	return r.letter + strconv.FormatUint(r.last, 10)
}

// letters are those of all registries. A number of one kind is not chosen for another,
// so that it can only ever be one thing.
const letters = "csv"

// ours tells whether id looks like a number of ours, of whatever kind.
func ours(id string) bool {
	digits := strings.TrimLeft(id, letters)
	return len(id)-len(digits) == 1 && digits != "" && strings.Trim(digits, "0123456789") == ""
}

// givenOut tells whether id is a number that was given out.
func (r *registry[T]) givenOut(id string) bool {
	number, err := strconv.ParseUint(strings.TrimPrefix(id, r.letter), 10, 64)
	return err == nil && 0 < number && number <= r.last && id == r.letter+strconv.FormatUint(number, 10)
}

// checkChosen says why an id cannot be chosen.
func (r *registry[T]) checkChosen(id string) error {
	if len(id) > longestID {
		return fmt.Errorf("a %s id has at most %d bytes; this one has %d", r.noun, longestID, len(id))
	}
	if ours(id) {
		return fmt.Errorf("%q looks like a number that the worker gives out itself; choose another %s id", id, r.noun)
	}
	if live, ok := r.live[id]; ok && !live.isVacant() {
		return fmt.Errorf("%q is in use by an open %s; close it first or choose another id", id, r.noun)
	}
	return nil
}

// reserve gives out a handle: chosen, which came in param, or the next number. A
// number is used up also if that fails.
func reserve[T handle](r *registry[T], chosen, param string) (string, error) {
	id := chosen
	if chosen == "" {
		id = r.number()
	} else if err := r.checkChosen(chosen); err != nil {
		return "", &grpcops.ParamError{Param: param, Message: err.Error()}
	}
	if *r.open >= r.limit {
		err := errorf(Limit, "there are %d open %s, which is the limit (--max-%s); close some first", r.limit, r.counted, r.counted)
		r.bury(id, err)
		return "", err
	}
	return id, nil
}

// add makes a handle live and returns its place among all that ever were.
func (r *registry[T]) add(id string, h T) uint64 {
	r.live[id] = h
	r.count(h, true)
	r.made++
	return r.made
}

// count makes a handle count against the limit, or not.
func (r *registry[T]) count(h T, counts bool) {
	switch was := h.counted(); {
	case counts && !*was:
		*r.open++
		*was = true
	case !counts && *was:
		*r.open--
		*was = false
	}
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
	if r.givenOut(id) {
		return none, r.closedError(id)
	}
	return none, errorf(r.unknown, "there is no %s %q", r.noun, brief.Name(id))
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
// why it was never opened, nil if it is closed.
func (r *registry[T]) remove(id string, old T, cause error) {
	r.count(old, false)
	if r.live[id] == old {
		delete(r.live, id)
		r.gone.bury(id, cause)
	}
}
