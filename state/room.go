package state

// room is free memory for the messages that a stream receives and keeps. Small
// ones share it, so that many of them cost few allocations; it grows with their
// number, as many streams have few.
type room struct {
	free []byte // of length 0
	size int    // of the last memory taken, in bytes
}

const (
	smallMessage = 2 << 10
	largestRoom  = 32 << 10
)

// keep takes message, which was made in free, out of it.
func (r *room) keep(message []byte) (kept []byte) {
	if len(message) > smallMessage {
		r.free = nil
		return message
	}
	if r.free = message[len(message):]; cap(r.free) < smallMessage/4 {
		r.size = min(max(2*r.size, smallMessage/4), largestRoom)
		r.free = make([]byte, 0, r.size)
	}
	return message[:len(message):len(message)]
}
