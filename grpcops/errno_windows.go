package grpcops

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// Numbers of the operating system for what can go wrong with a connection.
var (
	refusedNumbers     = []syscall.Errno{windows.WSAECONNREFUSED}
	resetNumbers       = []syscall.Errno{windows.WSAECONNRESET, windows.WSAECONNABORTED, windows.ERROR_BROKEN_PIPE}
	unreachableNumbers = []syscall.Errno{windows.WSAEHOSTUNREACH, windows.WSAENETUNREACH, windows.WSAEADDRNOTAVAIL}
	inUseNumbers       = []syscall.Errno{windows.WSAEADDRINUSE, windows.WSAEACCES} // the latter for a port another program has for itself
	notHereNumbers     = []syscall.Errno{windows.WSAEADDRNOTAVAIL}
)
