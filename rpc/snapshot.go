package rpc

import "time"

// snapshot is the result of getState.
func (w *Worker) snapshot() stateResult {
	w.mu.Lock()
	calls := w.calls
	w.mu.Unlock()
	return stateResult{
		Snapshot:         w.state.Snapshot(time.Now()),
		RequestsInFlight: calls - 1,
		Limits: limits{
			MaxConnections:   w.options.MaxConnections,
			MaxStreams:       w.options.MaxStreams,
			MaxMessageBytes:  w.options.MaxMessageBytes,
			MaxInflightBytes: w.options.MaxInflightBytes,
			DrainTimeoutMs:   int(w.options.DrainTimeout.Milliseconds()),
		},
	}
}
