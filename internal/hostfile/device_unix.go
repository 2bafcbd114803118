//go:build !windows

package hostfile

import "syscall"

// withoutWaiting keeps the opening of a pipe from waiting for its other end.
const withoutWaiting = syscall.O_NONBLOCK

// isDevice is false: on Unix a device shows only in what stat says of it.
func isDevice(string) bool { return false }
