package grpcops

import (
	"encoding/binary"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/net/http2"
)

// wire is a connection as HTTP/2 sees it, inside TLS. It notes when the server was
// last heard, and can find out whether it is still there by a PING of its own (RFC
// 9113, section 6.7), which grpc-go lets nobody send. The answer to it goes on to
// grpc-go, which drops it.
//
// One goroutine reads and one writes; probing has its own, which ends when the
// connection is closed.
type wire struct {
	net.Conn
	link  *link
	heard atomic.Int64 // when the last byte came, as link.clock has it
	dead  atomic.Bool  // a probe was not answered

	reading frames        // of the one who reads
	streams atomic.Uint32 // how many the server allows at a time

	mu       sync.Mutex // of writing
	writing  frames
	wantPing bool

	probing atomic.Bool
	probes  sync.WaitGroup
}

// probeTimeout is how long a server may take to acknowledge a PING.
const probeTimeout = 3 * time.Second

// unlimited is the number of streams of a server that gives none.
const unlimited = 1<<32 - 1

func newWire(l *link, conn net.Conn) *wire {
	w := &wire{Conn: conn, link: l}
	w.heard.Store(l.clock())
	w.streams.Store(unlimited)
	w.writing.left = len(http2.ClientPreface)
	return w
}

var errSilent = errors.New("the server went silent: it does not answer a ping")

// brokenError is a connection that was broken, in words that are the same on every
// system.
type brokenError struct{ err error }

func (*brokenError) Error() string   { return "the connection was reset" }
func (e *brokenError) Unwrap() error { return e.err }

// Read notes what is read.
func (w *wire) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	if n > 0 {
		w.heard.Store(w.link.clock())
		w.reading.scan(p[:n], w.setting)
	}
	switch {
	case err == nil:
	case w.dead.Load():
		err = errSilent
	case is(err, resetNumbers):
		err = &brokenError{err}
	}
	return n, err
}

// setting takes a setting of the server.
func (w *wire) setting(id http2.SettingID, value uint32) {
	if id == http2.SettingMaxConcurrentStreams {
		w.streams.Store(value)
	}
}

// Write notes where frames end, as a PING may stand only there.
func (w *wire) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n, err := w.Conn.Write(p)
	w.writing.scan(p[:n], nil)
	if w.wantPing && err == nil {
		w.ping()
	}
	return n, err
}

// ping writes a PING where a frame may begin, else with the next Write. w.mu must
// be held.
func (w *wire) ping() {
	if w.wantPing = !w.writing.between(); !w.wantPing {
		_, _ = w.Conn.Write(pingFrame) // where it fails, the reader learns why
	}
}

var pingFrame = []byte{0, 0, 8, byte(http2.FramePing), 0, 0, 0, 0, 0, 'g', 'r', 'p', 'c', 'l', 'i', 'n', 'e'}

// probe closes the connection unless the server is heard within probeTimeout.
func (w *wire) probe() {
	if !w.probing.CompareAndSwap(false, true) {
		return
	}
	before := w.heard.Load()
	w.probes.Go(func() { // a Write that is stuck holds mu
		w.mu.Lock()
		defer w.mu.Unlock()
		w.ping()
	})
	time.AfterFunc(probeTimeout, func() {
		w.probing.Store(false)
		if w.heard.Load() == before {
			w.dead.Store(true)
			w.Conn.Close()
		}
	})
}

// Close closes the connection.
func (w *wire) Close() error {
	w.link.forget(w)
	err := w.Conn.Close()
	w.probes.Wait()
	return err
}

// frames follows a stream of HTTP/2 frames (RFC 9113, section 4.1).
type frames struct {
	left     int  // bytes of the payload that are still to come
	block    bool // between the frames of a header block no other may stand
	header   [9]byte
	filled   int     // of header
	setting  [6]byte // of a SETTINGS frame
	settled  int     // of setting
	settings bool    // the payload is one of SETTINGS
}

// between tells whether a frame may begin here.
func (f *frames) between() bool { return f.left == 0 && f.filled == 0 && !f.block }

// scan takes the next bytes. setting is told each setting; it may be nil.
func (f *frames) scan(p []byte, setting func(http2.SettingID, uint32)) {
	for len(p) > 0 {
		if f.left > 0 {
			n := min(f.left, len(p))
			if f.settings && setting != nil {
				f.readSettings(p[:n], setting)
			}
			f.left -= n
			p = p[n:]
			continue
		}
		n := copy(f.header[f.filled:], p)
		f.filled += n
		p = p[n:]
		if f.filled < len(f.header) {
			return
		}
		f.filled, f.settled = 0, 0
		f.left = int(binary.BigEndian.Uint32(f.header[:4]) >> 8)
		kind, flags := http2.FrameType(f.header[3]), http2.Flags(f.header[4])
		f.settings = kind == http2.FrameSettings && !flags.Has(http2.FlagSettingsAck)
		if kind == http2.FrameHeaders || kind == http2.FrameContinuation {
			f.block = !flags.Has(http2.FlagHeadersEndHeaders)
		}
	}
}

func (f *frames) readSettings(p []byte, setting func(http2.SettingID, uint32)) {
	for len(p) > 0 {
		n := copy(f.setting[f.settled:], p)
		f.settled += n
		p = p[n:]
		if f.settled == len(f.setting) {
			f.settled = 0
			setting(http2.SettingID(binary.BigEndian.Uint16(f.setting[:2])), binary.BigEndian.Uint32(f.setting[2:]))
		}
	}
}
