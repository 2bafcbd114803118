// Package buffers keeps the memory of long texts, so that the next one need not be
// given fresh memory, which the system first has to clear: a fifth of what a call with
// a megabyte costs.
package buffers

import (
	"math/bits"
	"sync"
)

// Sizes in bytes. What is smaller costs next to nothing to make. What is larger is rare,
// and much to keep.
const (
	Least = 16 << 10
	most  = 16 << 20
)

// Each doubling of the size has as many classes, so that a buffer is at most a quarter
// larger than what was asked for.
const (
	classesPerDoubling = 4
	classes            = 10*classesPerDoubling + 1 // from Least to most
)

// Pool keeps buffers until the garbage collector has run twice. Several goroutines may
// use it. The zero Pool is empty and ready; a nil one keeps nothing.
type Pool struct {
	class [classes]sync.Pool // of *[]byte that have at least sizeOf the class
}

// Make returns an empty buffer with room for size bytes. What is in its memory is not
// cleared.
func (p *Pool) Make(size int) []byte {
	if p == nil || size < Least || size > most {
		return make([]byte, 0, size)
	}
	class := classOf(size)
	if sizeOf(class) < size {
		class++
	}
	if kept, ok := p.class[class].Get().(*[]byte); ok {
		return (*kept)[:0]
	}
	return make([]byte, 0, sizeOf(class))
}

// Free keeps the memory of a buffer, wherever that was made. Nobody may use it any
// more, nor anything that is part of it: with the race detector it is overwritten.
func (p *Pool) Free(buffer []byte) {
	if size := cap(buffer); p != nil && size >= Least && size <= most {
		spoil(buffer[:size])
		p.class[classOf(size)].Put(&buffer)
	}
}

// Grow returns a buffer with room for n more bytes, and frees the one that had too
// little.
func (p *Pool) Grow(buffer []byte, n int) []byte {
	if cap(buffer)-len(buffer) >= n {
		return buffer
	}
	larger := append(p.Make(max(2*cap(buffer), len(buffer)+n)), buffer...)
	p.Free(buffer)
	return larger
}

// classOf is the largest class whose size is not above size.
func classOf(size int) int {
	doublings := bits.Len(uint(size/Least)) - 1
	quarters := size/(Least<<doublings/classesPerDoubling) - classesPerDoubling
	return doublings*classesPerDoubling + quarters
}

// sizeOf is the size of the buffers of a class.
func sizeOf(class int) int {
	doublings, quarters := class/classesPerDoubling, class%classesPerDoubling
	return Least << doublings / classesPerDoubling * (classesPerDoubling + quarters)
}
