package process

import (
	"os"

	"golang.org/x/sys/unix"
)

// growPipe makes a pipe larger, where it is one and the system allows it.
func growPipe(f *os.File) {
	raw, err := f.SyscallConn() // Fd would take it from the poller
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		if size, err := unix.FcntlInt(fd, unix.F_GETPIPE_SZ, 0); err == nil && size < pipeSize {
			_, _ = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, pipeSize)
		}
	})
}
