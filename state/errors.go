package state

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Reason is why a request could not be done by the worker itself.
type Reason string

// The reasons, grouped as they are told to the host.
const (
	UnknownConnection Reason = "unknownConnection" // never opened
	UnknownStream     Reason = "unknownStream"
	UnknownServer     Reason = "unknownServer"
	OpenFailed        Reason = "openFailed"

	ConnectionClosed Reason = "connectionClosed" // gone
	ServerClosed     Reason = "serverClosed"
	StreamClosed     Reason = "streamClosed"
	ShuttingDown     Reason = "shuttingDown"

	WaitTimeout Reason = "waitTimeout"
	Limit       Reason = "limit"

	SendCompleted Reason = "sendCompleted" // not in this state
	StreamEnded   Reason = "streamEnded"
	HeadersSent   Reason = "headersSent"
	NotSending    Reason = "notSending"
	Pushing       Reason = "pushing"

	Cancelled Reason = "cancelled"
)

// Error is a request that the worker could not do.
type Error struct {
	Reason  Reason
	Message string
	Cause   error // of OpenFailed: why
}

// Error gives the sentence.
func (e *Error) Error() string { return e.Message }

func errorf(reason Reason, format string, args ...any) *Error {
	return &Error{Reason: reason, Message: fmt.Sprintf(format, args...)}
}

// Causes with which contexts are ended. The context's error is then told to the
// host as it is.
var (
	// ErrCancelled ends a request that the host cancelled.
	ErrCancelled error = errorf(Cancelled, "the request was cancelled")
	// ErrShuttingDown ends what still waits when the worker stops.
	ErrShuttingDown error = errorf(ShuttingDown, "the worker is shutting down")

	// errDefect is why an opening failed that did not come to its end.
	errDefect = errors.New("a defect in grpcline; the log says more")

	errWaitTimeout error = errorf(WaitTimeout, "nothing came in time")
)

// Progress is an error together with what was done before it.
type Progress struct {
	Err          error
	StreamID     string
	Reason       Reason            // beside a gRPC status: why the status comes now
	Sent         *int              // messages sent on the stream so far
	Messages     []json.RawMessage // received so far by a process… call, nil elsewhere
	MessagesSent *int              // sent so far by a process… call
}

// Error gives the sentence of the error itself.
func (p *Progress) Error() string { return p.Err.Error() }

// Unwrap gives the error itself.
func (p *Progress) Unwrap() error { return p.Err }

// isReason tells whether err is an Error with that reason.
func isReason(err error, reason Reason) bool {
	var e *Error
	return errors.As(err, &e) && e.Reason == reason
}
