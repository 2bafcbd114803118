package state

import (
	"testing"

	"github.com/grpcline/grpcline/grpcops"
)

// TestIsOver frees the handle of a call that could not be ended because it had ended,
// also if its context does not know yet.
func TestIsOver(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"ended":            {&Progress{Err: grpcops.Canceled("gone"), Reason: StreamEnded}, true},
		"ended, with more": {(&stream{id: "s1"}).progress(&Progress{Err: grpcops.Canceled("gone"), Reason: StreamEnded}, nil), true},
		"held back":        {errWaitTimeout, false},
		"refused":          {errNotAccepted("s1"), false},
	} {
		if got := isOver(&stream{}, c.err); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
