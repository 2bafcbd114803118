package process

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// EndKey is typed with Control to end the input of a console, in a line of its own.
const EndKey = 'Z'

// EnableColour asks a console to obey escape sequences, and tells whether it does. Text
// needs no such step: os.File writes to a console in UTF-16, whatever its code page.
func EnableColour(f *os.File) bool {
	console := windows.Handle(f.Fd())
	var mode uint32
	if windows.GetConsoleMode(console, &mode) != nil {
		return false
	}
	return windows.SetConsoleMode(console, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}

// ReaderIsGone tells whether a write failed because the pipe's other end is closed.
func ReaderIsGone(err error) bool {
	return errors.Is(err, windows.ERROR_BROKEN_PIPE) || errors.Is(err, windows.ERROR_NO_DATA)
}
