//go:build !windows

package process

import (
	"io"
	"os"
)

// StderrText is where text for standard error is written: UTF-8, as everywhere but on
// Windows.
func StderrText() io.Writer { return os.Stderr }
