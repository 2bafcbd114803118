//go:build !unix

package process

import "os"

// polled does nothing: a pipe is read as it is here.
func polled(f *os.File) (*os.File, func()) { return f, func() {} }
