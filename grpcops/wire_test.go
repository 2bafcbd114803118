package grpcops

import (
	"bytes"
	"errors"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/http2"
)

// wired is a wire and the server's end of it.
func wired(t *testing.T) (*wire, net.Conn) {
	t.Helper()
	l := newLink(&dialer{stage: &stage{}}, false)
	here, there := net.Pipe()
	w := l.watch(here)
	t.Cleanup(func() {
		w.Close()
		there.Close()
	})
	return w, there
}

// TestProbe asks a server that answers by two PINGs and then by SETTINGS, until it has
// given an answer of its own.
func TestProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, there := wired(t)
		defer there.Close()
		go func() { _, _ = io.Copy(io.Discard, w) }()
		server := http2.NewFramer(there, there)
		go func() { _, _ = io.WriteString(w, http2.ClientPreface) }()
		if _, err := io.ReadFull(there, make([]byte, len(http2.ClientPreface))); err != nil {
			t.Fatal(err)
		}
		probed := func() http2.FrameType {
			t.Helper()
			w.probe()
			frame, err := server.ReadFrame()
			if err != nil {
				t.Fatal(err)
			}
			if ping, ok := frame.(*http2.PingFrame); ok {
				err = server.WritePing(true, ping.Data)
			} else {
				err = server.WriteSettingsAck()
			}
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(probeTimeout)
			synctest.Wait()
			return frame.Header().Type
		}
		for i, want := range []http2.FrameType{http2.FramePing, http2.FramePing, http2.FrameSettings, http2.FrameSettings} {
			if got := probed(); got != want {
				t.Errorf("probe %d is %v, want %v", i, got, want)
			}
		}
		if err := server.WriteData(1, false, []byte("an answer")); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if got := probed(); got != http2.FramePing {
			t.Errorf("after an answer it is %v", got)
		}
		if w.dead.Load() {
			t.Error("a server that answers was given up")
		}
	})
}

// TestProbeUnanswered closes the connection and says why.
func TestProbeUnanswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, there := wired(t)
		defer there.Close()
		go func() { _, _ = io.Copy(io.Discard, there) }()
		w.probe()
		w.probe() // one at a time
		begin := time.Now()
		if _, err := w.Read(make([]byte, 1)); !errors.Is(err, errSilent) {
			t.Errorf("got %v", err)
		}
		if took := time.Since(begin); took != probeTimeout {
			t.Errorf("it took %v", took)
		}
	})
}

// TestProbeOfAStuckConnection, where not even the probe can be written.
func TestProbeOfAStuckConnection(t *testing.T) {
	t.Parallel() // it takes probeTimeout, as the clock of synctest stands while a lock is waited for
	w, _ := wired(t)
	go func() { _, _ = w.Write([]byte(http2.ClientPreface)) }()
	w.probe()
	if _, err := w.Read(make([]byte, 1)); !errors.Is(err, errSilent) {
		t.Errorf("got %v", err)
	}
}

// TestPingStandsBetweenFrames waits for the end of what is being written.
func TestPingStandsBetweenFrames(t *testing.T) {
	var out, want bytes.Buffer
	out.WriteString(http2.ClientPreface)
	framer := http2.NewFramer(&out, nil)
	if err := errors.Join(framer.WriteSettings(), framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: []byte("abc")}),
		framer.WriteContinuation(1, true, []byte("def")), framer.WriteData(1, true, make([]byte, 100))); err != nil {
		t.Fatal(err)
	}
	all := out.Bytes()
	for cut := range len(all) {
		want.Reset()
		w := newWire(newLink(&dialer{stage: &stage{}}, false), sink{&want})
		if _, err := w.Write(all[:cut]); err != nil {
			t.Fatal(err)
		}
		w.mu.Lock()
		w.ping()
		w.mu.Unlock()
		if _, err := w.Write(all[cut:]); err != nil {
			t.Fatal(err)
		}
		got, ok := bytes.CutPrefix(want.Bytes(), []byte(http2.ClientPreface))
		if !ok {
			t.Fatalf("cut at %d: the preface is broken", cut)
		}
		reader := http2.NewFramer(nil, bytes.NewReader(got))
		pings := 0
		for {
			frame, err := reader.ReadFrame()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("cut at %d: %v", cut, err)
			}
			if frame.Header().Type == http2.FramePing {
				pings++
			}
		}
		if pings != 1 {
			t.Errorf("cut at %d: %d pings", cut, pings)
		}
	}
}

// sink is a connection that is only written to.
type sink struct{ *bytes.Buffer }

func (sink) Close() error                     { return nil }
func (sink) LocalAddr() net.Addr              { return nil }
func (sink) RemoteAddr() net.Addr             { return nil }
func (sink) SetDeadline(time.Time) error      { return nil }
func (sink) SetReadDeadline(time.Time) error  { return nil }
func (sink) SetWriteDeadline(time.Time) error { return nil }

// FuzzFrames follows frames in the same way however the bytes are cut, and finds the
// same setting as the framer of x/net.
func FuzzFrames(f *testing.F) {
	var seed bytes.Buffer
	framer := http2.NewFramer(&seed, nil)
	if err := errors.Join(framer.WriteSettings(http2.Setting{ID: http2.SettingMaxConcurrentStreams, Val: 7}), framer.WriteData(1, true, []byte("x")),
		framer.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 1}, http2.Setting{ID: http2.SettingMaxConcurrentStreams, Val: 9})); err != nil {
		f.Fatal(err)
	}
	f.Add(seed.Bytes(), 3)
	f.Add([]byte{0, 0, 1, 4, 0, 0, 0, 0, 0, 1}, 1)
	f.Fuzz(func(t *testing.T, in []byte, size int) {
		whole := newWire(newLink(&dialer{stage: &stage{}}, false), sink{&bytes.Buffer{}})
		whole.reading.scan(in, whole)
		parts := newWire(whole.link, whole.Conn)
		for rest := in; len(rest) > 0; {
			n := min(len(rest), max(1, size&0xff))
			parts.reading.scan(rest[:n], parts)
			rest = rest[n:]
		}
		if whole.reading != parts.reading || whole.streams.Load() != parts.streams.Load() {
			t.Fatalf("whole %+v, in parts %+v", whole.reading, parts.reading)
		}
		reader := http2.NewFramer(nil, bytes.NewReader(in))
		want := uint32(unlimited)
		for {
			frame, err := reader.ReadFrame()
			if err != nil {
				if errors.Is(err, io.EOF) && whole.streams.Load() != want {
					t.Fatalf("%d streams, want %d", whole.streams.Load(), want)
				}
				return
			}
			if settings, ok := frame.(*http2.SettingsFrame); ok && !settings.IsAck() {
				_ = settings.ForeachSetting(func(s http2.Setting) error {
					if s.ID == http2.SettingMaxConcurrentStreams {
						want = s.Val
					}
					return nil
				})
			}
		}
	})
}
