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
// last heard, and can find out whether it is still there by a frame of its own that
// must be acknowledged, which grpc-go lets nobody send. The answer goes on to grpc-go,
// which drops it.
//
// The frame is a PING (RFC 9113, section 6.7). gRPC's servers end a connection on which
// more than two PINGs come between their own answers, so when two were sent it is an
// empty SETTINGS (section 6.5), which changes nothing.
//
// One goroutine reads and one writes; probing has its own, which ends when the
// connection is closed.
type wire struct {
	net.Conn
	link  *link
	heard atomic.Int64 // when the last byte came, as link.clock has it
	reads atomic.Int64 // how often something came
	dead  atomic.Bool  // a probe was not answered

	reading frames        // of the one who reads
	pings   atomic.Int32  // sent since the server's last answer
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
		w.reads.Add(1)
		w.reading.scan(p[:n], w)
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

// answered is told of a frame that belongs to an answer.
func (w *wire) answered() {
	if w.pings.Load() > 0 {
		w.pings.Store(0)
	}
}

// ping writes a frame that must be acknowledged where one may begin, else with the
// next Write. w.mu must be held.
func (w *wire) ping() {
	if w.wantPing = !w.writing.between(); w.wantPing {
		return
	}
	frame := settingsFrame
	if w.pings.Load() < mostPings {
		w.pings.Add(1)
		frame = pingFrame
	}
	_, _ = w.Conn.Write(frame) // where it fails, the reader learns why
}

// mostPings is how many PINGs every server takes between two answers of its own.
const mostPings = 2

// The frames that are sent: a PING, and SETTINGS without a setting.
var (
	settingsFrame = []byte{0, 0, 0, byte(http2.FrameSettings), 0, 0, 0, 0, 0}
	pingFrame     = []byte{0, 0, 8, byte(http2.FramePing), 0, 0, 0, 0, 0, 'g', 'r', 'p', 'c', 'l', 'i', 'n', 'e'}
)

// probe closes the connection unless the server is heard within probeTimeout.
func (w *wire) probe() {
	if !w.probing.CompareAndSwap(false, true) {
		return
	}
	before := w.reads.Load()
	w.probes.Go(func() { // a Write that is stuck holds mu
		w.mu.Lock()
		defer w.mu.Unlock()
		w.ping()
	})
	time.AfterFunc(probeTimeout, func() {
		w.probing.Store(false)
		if w.reads.Load() == before {
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

// scan takes the next bytes. of is told of answers and settings; it may be nil.
func (f *frames) scan(p []byte, of *wire) {
	for len(p) > 0 {
		if f.left > 0 {
			n := min(f.left, len(p))
			if f.settings && of != nil {
				f.readSettings(p[:n], of)
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
		if of != nil && (kind == http2.FrameHeaders || kind == http2.FrameData) {
			of.answered()
		}
	}
}

func (f *frames) readSettings(p []byte, of *wire) {
	for len(p) > 0 {
		n := copy(f.setting[f.settled:], p)
		f.settled += n
		p = p[n:]
		if f.settled == len(f.setting) {
			f.settled = 0
			of.setting(http2.SettingID(binary.BigEndian.Uint16(f.setting[:2])), binary.BigEndian.Uint32(f.setting[2:]))
		}
	}
}
