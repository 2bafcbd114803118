package cli

import (
	"os"
	"time"
)

const (
	// renameFor bounds how long a rename is tried: a virus scanner or an indexer has
	// a new file open for less.
	renameFor = 2 * time.Second
	renameGap = 20 * time.Millisecond
)

// rename gives a file another's name. While another program has one of the two open,
// Windows refuses it, so it is tried again for a while.
func rename(from, to string) error {
	return retry(func() error { return os.Rename(from, to) }, isInUse)
}

// retry does something until it succeeds, fails for another reason than a passing one,
// or renameFor is over.
func retry(do func() error, passing func(error) bool) error {
	for until := time.Now().Add(renameFor); ; time.Sleep(renameGap) {
		err := do()
		if err == nil || !passing(err) || !time.Now().Before(until) {
			return err
		}
	}
}
