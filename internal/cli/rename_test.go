package cli

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestRetry(t *testing.T) {
	inUse, other := errors.New("in use"), errors.New("other")
	passing := func(err error) bool { return errors.Is(err, inUse) }
	for _, test := range []struct {
		name     string
		freeAt   time.Duration // from when on it succeeds
		fails    error         // until then
		want     error
		atMost   time.Duration
		attempts int // at least
	}{
		{"at once", 0, nil, nil, 0, 1},
		{"in use for a while", time.Second, inUse, nil, time.Second + renameGap, 10},
		{"in use for long", time.Hour, inUse, inUse, renameFor + renameGap, 50},
		{"for another reason", time.Hour, other, other, 0, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begun, attempts := time.Now(), 0
				err := retry(func() error {
					attempts++
					if time.Since(begun) >= test.freeAt {
						return nil
					}
					return test.fails
				}, passing)
				if took := time.Since(begun); !errors.Is(err, test.want) || took > test.atMost || attempts < test.attempts {
					t.Errorf("%v after %v and %d attempts", err, took, attempts)
				}
			})
		})
	}
}
