package process

import (
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// hostCheckEvery is the time between two looks at the pipe: Windows tells of a pipe
// that nobody reads only when it is asked, or written to.
const hostCheckEvery = 100 * time.Millisecond

// filePipeLocalInformation is FILE_PIPE_LOCAL_INFORMATION, which
// NtQueryInformationFile gives for this class.
type filePipeLocalInformation struct {
	Type, Configuration, MaximumInstances, CurrentInstances          uint32
	InboundQuota, ReadDataAvailable, OutboundQuota, WriteQuotaUnused uint32
	State, End                                                       uint32
}

const (
	classFilePipeLocalInformation = 24
	pipeConnected                 = 3 // FILE_PIPE_CONNECTED_STATE
)

// WatchHost closes gone when nobody can read the standard output any more: when it is
// a pipe whose other end is closed. The parent process does not matter: it may have
// started the worker for somebody else, and ended.
func WatchHost(gone chan<- struct{}) {
	handle := windows.Handle(os.Stdout.Fd())
	if kind, err := windows.GetFileType(handle); err != nil || kind != windows.FILE_TYPE_PIPE {
		return // a file or a console, which is not read by a host
	}
	for tick := time.NewTicker(hostCheckEvery); ; <-tick.C {
		connected, err := isConnected(handle)
		if err != nil {
			return // a socket, which cannot be asked; writing tells
		}
		if !connected {
			close(gone)
			return
		}
	}
}

// isConnected tells whether both ends of a pipe are open. While a write to a full pipe
// waits, so does the question: then it is the write that fails when the reader goes.
func isConnected(pipe windows.Handle) (bool, error) {
	var status windows.IO_STATUS_BLOCK
	var about filePipeLocalInformation
	err := windows.NtQueryInformationFile(pipe, &status, (*byte)(unsafe.Pointer(&about)), uint32(unsafe.Sizeof(about)),
		classFilePipeLocalInformation)
	return about.State == pipeConnected, err
}
