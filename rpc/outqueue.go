package rpc

import (
	"strconv"

	"github.com/grpcline/grpcline/internal/buffers"
)

// outqueue holds framed messages in the order in which they are to be written.
// Small ones share a chunk from when they come: each is copied once, and all of a
// chunk go out in one write. Its memory is used again.
type outqueue struct {
	headers bool // Content-Length framing
	chunks  []chunk
	bytes   int           // of chunks, and of those that were taken and are not written
	spares  [][]byte      // of chunks that were written
	pool    *buffers.Pool // of the others
}

// chunk is what goes out in one write.
type chunk struct {
	text   []byte
	shared bool // others may be added
	refund int  // what its being written gives back to the account
}

// Sizes in bytes.
const (
	smallMessage = 16 << 10 // up to which a message is copied into a chunk
	largestChunk = 64 << 10
)

// mostSpares is how many chunks' memory is kept.
const mostSpares = backlog / largestChunk

// add queues the message whose text the parts make up, and returns its size with
// the framing. It takes ownership of a part that stands alone.
func (q *outqueue) add(parts ...[]byte) (size int) {
	length := 0
	for _, part := range parts {
		length += len(part)
	}
	size = length + 1
	if q.headers {
		size = length + len(contentLength) + len("\r\n\r\n") + len(strconv.Itoa(length))
	}
	if len(parts) == 1 && !q.headers && size > smallMessage {
		q.chunks = append(q.chunks, chunk{text: append(parts[0], '\n')})
	} else {
		c := q.chunkFor(size)
		c.text = q.frame(c.text, length, parts)
		if len(parts) == 1 {
			q.pool.Free(parts[0])
		}
	}
	q.bytes += size
	return size
}

const contentLength = "Content-Length: "

// frame appends a message of that length.
func (q *outqueue) frame(dst []byte, length int, parts [][]byte) []byte {
	if q.headers {
		dst = append(strconv.AppendInt(append(dst, contentLength...), int64(length), 10), "\r\n\r\n"...)
	}
	for _, part := range parts {
		dst = append(dst, part...)
	}
	if !q.headers {
		dst = append(dst, '\n')
	}
	return dst
}

// chunkFor is the chunk for size more bytes.
func (q *outqueue) chunkFor(size int) *chunk {
	c := chunk{shared: size <= smallMessage}
	if n := len(q.chunks); n > 0 && c.shared && q.chunks[n-1].shared {
		last := &q.chunks[n-1]
		if len(last.text)+size <= largestChunk {
			return last
		}
		size = largestChunk // much comes: the next one will be full, too
	}
	if n := len(q.spares); n > 0 && c.shared {
		c.text, q.spares = q.spares[n-1], q.spares[:n-1]
	} else {
		c.text = q.pool.Make(size)
	}
	q.chunks = append(q.chunks, c)
	return q.last()
}

// last is the chunk of the message that was added last.
func (q *outqueue) last() *chunk { return &q.chunks[len(q.chunks)-1] }

// take removes the first chunk; wrote must follow.
func (q *outqueue) take() chunk {
	c := q.chunks[0]
	q.chunks[0] = chunk{} // lets its text go once it is written
	if q.chunks = q.chunks[1:]; len(q.chunks) == 0 {
		q.chunks = nil
	}
	return c
}

// wrote lets go of a chunk that was taken.
func (q *outqueue) wrote(c chunk) {
	q.bytes -= len(c.text)
	switch {
	case !c.shared:
		q.pool.Free(c.text)
	case len(q.spares) < mostSpares:
		q.spares = append(q.spares, c.text[:0])
	}
}
