//go:build unix

package process

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// EndKey is typed with Control to end the input of a terminal.
const EndKey = 'D'

// EnableColour tells whether a terminal obeys escape sequences.
func EnableColour(*os.File) bool { return true }

// ReaderIsGone tells whether a write failed because the pipe's other end is closed.
func ReaderIsGone(err error) bool {
	return errors.Is(err, unix.EPIPE) || errors.Is(err, unix.ECONNRESET)
}
