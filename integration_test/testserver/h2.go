package testserver

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// H2 is one connection of a server that writes HTTP/2 frame by frame. Its
// methods fail silently when the client has gone, which the client's own
// answer shows.
type H2 struct {
	*http2.Framer
	conn    net.Conn
	headers bytes.Buffer
	encoder *hpack.Encoder
	bodies  map[uint32][]byte // of the requests of HTTP2Requests, by stream
}

// HTTP2 starts a server that greets each client properly and then lets serve
// answer each request by its stream; path is the method called. When serve
// returns an error the connection is closed. It returns the address.
func HTTP2(t testing.TB, serve func(c *H2, stream uint32, path string) error) string {
	t.Helper()
	return Raw(t, http2Conn(nil, func(c *H2, frame http2.Frame) error {
		if headers, ok := frame.(*http2.MetaHeadersFrame); ok {
			return serve(c, headers.StreamID, headers.PseudoValue("path"))
		}
		return nil
	}))
}

// HTTP2Requests is HTTP2 whose serve is called when a request is complete, with its
// messages as they came; the connection's settings are given.
func HTTP2Requests(t testing.TB, settings []http2.Setting, serve func(c *H2, stream uint32, body []byte) error) string {
	t.Helper()
	return Raw(t, HTTP2Handler(settings, serve))
}

// HTTP2Handler is what HTTP2Requests does with a connection.
func HTTP2Handler(settings []http2.Setting, serve func(c *H2, stream uint32, body []byte) error) func(net.Conn) {
	return http2Conn(settings, func(c *H2, frame http2.Frame) error {
		data, ok := frame.(*http2.DataFrame)
		if !ok {
			return nil
		}
		stream := data.StreamID
		c.bodies[stream] = append(c.bodies[stream], data.Data()...)
		if !data.StreamEnded() {
			return nil
		}
		body := c.bodies[stream]
		delete(c.bodies, stream)
		return serve(c, stream, body)
	})
}

// http2Conn greets a client and hands the frames of its requests to serve.
func http2Conn(settings []http2.Setting, serve func(c *H2, frame http2.Frame) error) func(net.Conn) {
	return func(conn net.Conn) {
		preface := make([]byte, len(http2.ClientPreface))
		if _, err := io.ReadFull(conn, preface); err != nil {
			return
		}
		c := &H2{Framer: http2.NewFramer(conn, conn), conn: conn, bodies: map[uint32][]byte{}}
		c.encoder = hpack.NewEncoder(&c.headers)
		c.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
		if c.WriteSettings(settings...) != nil {
			return
		}
		for {
			if err := c.handleFrame(serve); err != nil {
				c.hangUp()
				return
			}
		}
	}
}

// hangUp ends what is sent and waits for the client to do the same, so that
// nothing sent before is lost to a reset of the connection.
func (c *H2) hangUp() {
	if tcp, ok := c.conn.(*net.TCPConn); ok && tcp.CloseWrite() == nil {
		_, _ = io.Copy(io.Discard, c.conn) // the client may reset it instead
	}
}

func (c *H2) handleFrame(serve func(*H2, http2.Frame) error) error {
	frame, err := c.ReadFrame()
	if err != nil {
		return err
	}
	switch frame := frame.(type) {
	case *http2.SettingsFrame:
		if !frame.IsAck() {
			return c.WriteSettingsAck()
		}
	case *http2.PingFrame:
		if !frame.IsAck() {
			return c.WritePing(true, frame.Data)
		}
	case *http2.MetaHeadersFrame, *http2.DataFrame:
		return serve(c, frame)
	}
	return nil
}

// ErrHangUp makes the server close a connection.
var ErrHangUp = errors.New("hang up")

// Headers sends a header block of names and values in turn.
func (c *H2) Headers(stream uint32, end bool, fields ...string) error {
	c.headers.Reset()
	for i := 0; i+1 < len(fields); i += 2 {
		if err := c.encoder.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]}); err != nil {
			return err
		}
	}
	block := c.headers.Bytes()
	first := true
	for first || len(block) > 0 {
		part := block[:min(len(block), 16384)]
		block = block[len(part):]
		var err error
		if first {
			err = c.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: part, EndStream: end, EndHeaders: len(block) == 0})
		} else {
			err = c.WriteContinuation(stream, len(block) == 0, part)
		}
		if err != nil {
			return err
		}
		first = false
	}
	return nil
}

// Answer sends messages and ends a request with OK.
func (c *H2) Answer(stream uint32, messages ...[]byte) error {
	if err := c.OK(stream); err != nil {
		return err
	}
	for _, message := range messages {
		if err := c.Message(stream, 0, message); err != nil {
			return err
		}
	}
	return c.Headers(stream, true, "grpc-status", "0")
}

// OK sends the headers of a good answer.
func (c *H2) OK(stream uint32, more ...string) error {
	return c.Headers(stream, false, append([]string{":status", "200", "content-type", "application/grpc"}, more...)...)
}

// Message sends a message with its prefix.
func (c *H2) Message(stream uint32, flags byte, message []byte) error {
	prefix := binary.BigEndian.AppendUint32([]byte{flags}, uint32(len(message)))
	return c.Data(stream, append(prefix, message...))
}

// Data sends bytes in frames of a length that every client takes.
func (c *H2) Data(stream uint32, data []byte) error {
	for len(data) > 0 {
		part := data[:min(len(data), 16384)]
		data = data[len(part):]
		if err := c.WriteData(stream, false, part); err != nil {
			return err
		}
	}
	return nil
}

// NumberedMessage sends a script.v1.Item with that number.
func (c *H2) NumberedMessage(stream uint32, number int64) error {
	return c.Message(stream, 0, item{number: number}.marshal())
}

// Bytes writes what may be no frame at all.
func (c *H2) Bytes(data []byte) error {
	_, err := c.conn.Write(data)
	return err
}
