package state

// slab is free memory for the messages that a stream receives and keeps. Small
// ones share it, so that many of them cost few allocations; it grows with their
// number, as many streams have few.
type slab struct {
	free []byte // of length 0
	size int    // of the last memory taken, in bytes
}

const (
	smallMessage = 2 << 10
	largestSlab  = 32 << 10
)

// keep takes message, which was made in free, out of it.
func (s *slab) keep(message []byte) (kept []byte) {
	if len(message) > smallMessage {
		s.free = nil
		return message
	}
	if s.free = message[len(message):]; cap(s.free) < smallMessage/4 {
		s.size = min(max(2*s.size, smallMessage/4), largestSlab)
		s.free = make([]byte, 0, s.size)
	}
	return message[:len(message):len(message)]
}
