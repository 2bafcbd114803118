package process

import (
	"os"

	"golang.org/x/sys/unix"
)

// growPipe makes a pipe larger, where it is one and the system allows it.
func growPipe(f *os.File) {
	size, err := unix.FcntlInt(f.Fd(), unix.F_GETPIPE_SZ, 0)
	if err == nil && size < pipeSize {
		_, _ = unix.FcntlInt(f.Fd(), unix.F_SETPIPE_SZ, pipeSize)
	}
}
