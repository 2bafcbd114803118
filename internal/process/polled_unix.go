//go:build unix

package process

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// polled makes reads of a pipe or socket wait in the runtime's poller and not in
// a system call, which costs a thread to be woken for each message.
func polled(f *os.File) (*os.File, func()) {
	info, err := f.Stat()
	if err != nil || info.Mode()&(os.ModeNamedPipe|os.ModeSocket) == 0 {
		return f, func() {}
	}
	if f.SetReadDeadline(time.Time{}) == nil { // the poller has it already, and does not take it twice
		return f, func() {}
	}
	fd := int(f.Fd())
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
	if err != nil || flags&unix.O_NONBLOCK != 0 || unix.SetNonblock(fd, true) != nil {
		return f, func() {}
	}
	return os.NewFile(uintptr(fd), f.Name()), func() { _ = unix.SetNonblock(fd, false) }
}
