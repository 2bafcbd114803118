package cli

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"
)

// TestWaiting shows nothing within the first second, then a line, and takes it away.
func TestWaiting(t *testing.T) {
	for _, test := range []struct {
		wait time.Duration
		want string
	}{
		{999 * time.Millisecond, ""},
		{1500 * time.Millisecond, "\rwaiting for x: 1 s\r                  \r"},
		{2500 * time.Millisecond, "\rwaiting for x: 1 s\rwaiting for x: 2 s\r                  \r"},
	} {
		synctest.Test(t, func(t *testing.T) {
			var out bytes.Buffer
			begin := make(chan struct{})
			w := startWaitingOn(&out, begin, "waiting for x")
			time.Sleep(time.Minute) // of which nothing is said
			close(begin)
			time.Sleep(test.wait)
			w.stop()
			w.stop()
			if out.String() != test.want {
				t.Errorf("after %v: %q", test.wait, out.String())
			}
		})
	}
	startWaitingOn(nil, nil, "nothing").stop()
	(*waiting)(nil).stop()
}
