//go:build !windows

package grpcops

import "syscall"

// Numbers of the operating system for what can go wrong with a connection.
var (
	refusedNumbers     = []syscall.Errno{syscall.ECONNREFUSED}
	resetNumbers       = []syscall.Errno{syscall.ECONNRESET, syscall.EPIPE, syscall.ECONNABORTED}
	unreachableNumbers = []syscall.Errno{syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.EADDRNOTAVAIL}
	inUseNumbers       = []syscall.Errno{syscall.EADDRINUSE}
	notHereNumbers     = []syscall.Errno{syscall.EADDRNOTAVAIL}
)
