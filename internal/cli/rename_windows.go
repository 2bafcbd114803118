package cli

import (
	"errors"

	"golang.org/x/sys/windows"
)

// isInUse tells whether a rename failed because another program has one of the files
// open: Windows says so in several ways.
func isInUse(err error) bool {
	return errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_LOCK_VIOLATION) ||
		errors.Is(err, windows.ERROR_ACCESS_DENIED) || errors.Is(err, windows.ERROR_USER_MAPPED_FILE)
}
