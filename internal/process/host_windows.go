package process

import (
	"os"

	"golang.org/x/sys/windows"
)

// WatchHost closes gone when the parent process has ended: Windows does not tell
// of a pipe that nobody reads before it is written to.
func WatchHost(gone chan<- struct{}) {
	parent, err := windows.OpenProcess(windows.SYNCHRONIZE, false, uint32(os.Getppid()))
	if err != nil {
		return // the parent is not ours to watch; writing tells
	}
	defer windows.CloseHandle(parent)
	if event, err := windows.WaitForSingleObject(parent, windows.INFINITE); err == nil && event == windows.WAIT_OBJECT_0 {
		close(gone)
	}
}
