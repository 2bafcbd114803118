//go:build race

package buffers

// spoil overwrites memory that nobody may use any more, so that a test shows who does.
func spoil(buffer []byte) {
	for i := range buffer {
		buffer[i] = 0xDD
	}
}
