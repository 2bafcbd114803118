//go:build !windows

package cli

// isInUse tells whether a rename failed because another program has one of the files
// open, which hinders none but Windows.
func isInUse(error) bool { return false }
