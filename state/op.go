package state

import "context"

// Op is an operation that has its place among the others. Do is run once, and
// then Leave is called once, whatever became of it: others wait for that.
type Op[R any] struct {
	// Do does the operation, on any goroutine. When ctx ends, it is given up with
	// the cause of ctx as its error, and nothing is lost.
	Do func(ctx context.Context) (R, error)

	// Leave gives up the place. It is called when the answer is queued to be
	// written, so that the answers of those that wait for the place come behind it.
	// It never blocks; nil means that nobody waits.
	Leave func()

	// Told is called after Leave, when all that is written from now on comes behind
	// the answer; nil means that nothing waits for that.
	Told func()
}

// left is an Op without a place.
func left[R any](do func(ctx context.Context) (R, error)) Op[R] { return Op[R]{Do: do} }
