//go:build unix

package process

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// WatchHost closes gone when nobody can read the standard output any more: its
// pipe is broken or its socket closed in both directions. A socket pair of which
// the host has closed one direction is not gone.
func WatchHost(gone chan<- struct{}) {
	for {
		// No event is asked for: POLLERR and POLLHUP are always told.
		fds := []unix.PollFd{{Fd: int32(os.Stdout.Fd())}}
		_, err := unix.Poll(fds, -1)
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil || fds[0].Revents&unix.POLLNVAL != 0:
			return // not something that can be watched
		case fds[0].Revents&(unix.POLLERR|unix.POLLHUP) != 0:
			close(gone)
			return
		}
	}
}
