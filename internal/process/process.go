// Package process sets up the process for what a worker does all day: small
// messages between pipes and sockets. bench/README.md tells what each setting
// gains.
package process

import "os"

// pipeSize is how much a pipe may hold, in bytes, so that a large message is not
// handed over in pieces of the system's default (64 KiB on Linux).
const pipeSize = 1 << 20

// Prepare sets up the process and its standard pipes. It returns the file to read
// from in the place of in, and what undoes a change that other processes with the
// same pipe would see.
func Prepare(in, out *os.File) (input *os.File, restore func()) {
	paceGC()
	growPipe(in)
	growPipe(out)
	if same(in, out) || same(in, os.Stderr) {
		return in, func() {} // what polls the input would change the other, too
	}
	return polled(in)
}

// same tells whether two files are one, such as a socket that is both standard
// input and output.
func same(a, b *os.File) bool {
	x, err := a.Stat()
	if err != nil {
		return false
	}
	y, err := b.Stat()
	return err == nil && os.SameFile(x, y)
}
