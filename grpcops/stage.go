package grpcops

import "sync/atomic"

// stage is how far the last attempt to connect has come.
type stage struct{ at atomic.Int32 }

const (
	stageDialing   = iota // no connection to the address yet
	stageProxy            // the same, by way of a proxy
	stageHandshake        // TCP stands, TLS is being agreed on
	stagePreface          // waiting for the server's first HTTP/2 frame
)
