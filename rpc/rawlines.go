package rpc

import (
	"bufio"
	"errors"

	"github.com/grpcline/grpcline/internal/buffers"
)

// rawLines reads lines, also those that are longer than its buffer.
type rawLines struct {
	in   *bufio.Reader
	pool *buffers.Pool // of lines that are longer than the buffer
	max  int           // bytes after which a line is skipped, at the buffer's next end
	own  bool          // the line read last has memory of its own
	long int           // the size of the last line that was longer than the buffer, in bytes
}

// likelyLong is the most that is set aside for a line longer than the buffer, in
// bytes, before it is known how long it is.
const likelyLong = 4 << 20

// read returns what comes up to the next line feed, which it includes; it is only
// valid until the next read, unless own. over tells that it was too long, and is
// skipped.
func (r *rawLines) read() (line []byte, over bool, err error) {
	line, err = r.in.ReadSlice('\n')
	var long []byte // the line so far, if it is longer than the buffer
	for errors.Is(err, bufio.ErrBufferFull) {
		switch over = over || len(long)+len(line) > r.max; {
		case over:
			long = nil
		case long == nil:
			long = r.pool.Make(max(2*len(line), min(r.long, likelyLong)))
			fallthrough
		default:
			long = append(r.pool.Grow(long, len(line)), line...)
		}
		line, err = r.in.ReadSlice('\n')
	}
	if long != nil {
		line = append(r.pool.Grow(long, len(line)), line...)
		r.long = len(line)
	}
	r.own = long != nil && cap(line)-len(line) <= len(line)/4 // else too much would be held
	return line, over, err
}
