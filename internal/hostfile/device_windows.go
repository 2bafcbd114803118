package hostfile

// withoutWaiting is nothing on Windows, where only a name can lead to a pipe.
const withoutWaiting = 0

// isDevice tells the names that Windows keeps for devices and pipes.
func isDevice(path string) bool { return isWindowsDevice(path) }
