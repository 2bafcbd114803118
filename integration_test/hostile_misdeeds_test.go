package integration_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/grpcline/grpcline/integration_test/testserver"
	"golang.org/x/net/http2"
)

// A misdeed is what a server does in answer to a call.
type misdeed struct {
	serve func(c *testserver.H2, stream uint32) error
	codes []int // any of them; 0 stands for success
}

func trailersOnly(fields ...string) func(*testserver.H2, uint32) error {
	return func(c *testserver.H2, stream uint32) error {
		return c.Headers(stream, true, append([]string{":status", "200", "content-type", "application/grpc"}, fields...)...)
	}
}

func httpStatus(status, contentType string) func(*testserver.H2, uint32) error {
	return func(c *testserver.H2, stream uint32) error {
		return c.Headers(stream, true, ":status", status, "content-type", contentType)
	}
}

func reset(code http2.ErrCode) func(*testserver.H2, uint32) error {
	return func(c *testserver.H2, stream uint32) error {
		_ = c.OK(stream)
		return c.WriteRSTStream(stream, code)
	}
}

// answer sends a good header, data as it is, and an OK status.
func answer(data []byte, headers ...string) func(*testserver.H2, uint32) error {
	return func(c *testserver.H2, stream uint32) error {
		if err := c.OK(stream, headers...); err != nil {
			return err
		}
		if err := c.Data(stream, data); err != nil {
			return err
		}
		return c.Headers(stream, true, "grpc-status", "0")
	}
}

func prefixed(flags byte, message []byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{flags}, uint32(len(message))), message...)
}

// bomb is a message of 80 MiB of zeros, compressed.
func bomb(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	zeros := make([]byte, 1<<20)
	for range 80 {
		if _, err := z.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// misdeeds are answers that no good server gives, with the codes that gRPC
// has for them.
func misdeeds(t *testing.T) map[string]misdeed {
	empty := prefixed(0, nil)
	return map[string]misdeed{
		"garbage": {func(c *testserver.H2, _ uint32) error { return c.Bytes(bytes.Repeat([]byte("garbage!"), 1000)) }, []int{13, 14}},
		"an unknown frame": {func(c *testserver.H2, s uint32) error {
			_ = c.WriteRawFrame(0xfa, 0xff, s, []byte("x"))
			return answer(empty)(c, s)
		}, []int{0}},
		"a frame that is too large": {func(c *testserver.H2, s uint32) error {
			return c.WriteRawFrame(http2.FrameData, 0, s, make([]byte, 1<<20))
		}, []int{8, 13, 14}},
		"a broken header block": {func(c *testserver.H2, s uint32) error {
			return c.WriteRawFrame(http2.FrameHeaders, http2.FlagHeadersEndHeaders, s, []byte{0xff, 0xff, 0xff, 0xff, 0xff})
		}, []int{13, 14}},
		"a push promise": {func(c *testserver.H2, s uint32) error {
			return c.WriteRawFrame(http2.FramePushPromise, 4, s, []byte{0, 0, 0, 2})
		}, []int{4, 13, 14}},
		"bad settings": {func(c *testserver.H2, _ uint32) error {
			return c.WriteRawFrame(http2.FrameSettings, 0, 0, []byte{1, 2, 3})
		}, []int{13, 14}},
		"hang-up":               {func(*testserver.H2, uint32) error { return testserver.ErrHangUp }, []int{14}},
		"hang-up after headers": {func(c *testserver.H2, s uint32) error { _ = c.OK(s); return testserver.ErrHangUp }, []int{14}},
		"GOAWAY and hang-up": {func(c *testserver.H2, s uint32) error {
			_ = c.OK(s)
			_ = c.WriteGoAway(s, http2.ErrCodeInternal, []byte("bye"))
			return testserver.ErrHangUp
		}, []int{14}},
		"reset: internal":               {reset(http2.ErrCodeInternal), []int{13}},
		"reset: cancel":                 {reset(http2.ErrCodeCancel), []int{1}},
		"reset: refused":                {reset(http2.ErrCodeRefusedStream), []int{14}},
		"reset: enhance your calm":      {reset(http2.ErrCodeEnhanceYourCalm), []int{8}},
		"reset: no error":               {reset(http2.ErrCodeNo), []int{13}},
		"trailers without headers":      {trailersOnly("grpc-status", "9", "grpc-message", "alone"), []int{9}},
		"status without message":        {trailersOnly("grpc-status", "5"), []int{5}},
		"status that is no number":      {trailersOnly("grpc-status", "many"), []int{2, 13}},
		"status that is negative":       {trailersOnly("grpc-status", "-1"), []int{2, 13, 4294967295}},
		"status that is huge":           {trailersOnly("grpc-status", "99999999999999999999"), []int{2, 13}},
		"no status":                     {trailersOnly(), []int{2, 13}},
		"a message that is not UTF-8":   {trailersOnly("grpc-status", "5", "grpc-message", "%FF%FE\xff"), []int{5, 13}},
		"a message of bad percents":     {trailersOnly("grpc-status", "5", "grpc-message", "100% %zz %"), []int{5}},
		"a message of 1 MiB":            {trailersOnly("grpc-status", "5", "grpc-message", strings.Repeat("x", 1<<20)), []int{5}},
		"details that are no status":    {trailersOnly("grpc-status", "5", "grpc-status-details-bin", "AAAA"), []int{2, 5, 13}},
		"details that are not base64":   {trailersOnly("grpc-status", "5", "grpc-status-details-bin", "!!!"), []int{2, 5, 13}},
		"details of another code":       {trailersOnly("grpc-status", "5", "grpc-status-details-bin", "CAY="), []int{2, 5, 6, 13}},
		"binary metadata not base64":    {trailersOnly("grpc-status", "5", "x-bin", "!!!"), []int{2, 5, 13}},
		"metadata that is not UTF-8":    {trailersOnly("grpc-status", "5", "x", "\xff\xfe"), []int{2, 5, 13}},
		"headers of 1 MiB":              {func(c *testserver.H2, s uint32) error { return answer(empty, "x", strings.Repeat("x", 1<<20))(c, s) }, []int{0, 8, 13}},
		"headers of 20 MiB":             {func(c *testserver.H2, s uint32) error { return answer(empty, "x", strings.Repeat("x", 20<<20))(c, s) }, []int{4, 8, 13, 14}},
		"wrong content type":            {httpStatus("200", "text/html"), []int{2, 13}},
		"no content type":               {func(c *testserver.H2, s uint32) error { return c.Headers(s, true, ":status", "200") }, []int{2, 13}},
		"HTTP 400":                      {httpStatus("400", "text/html"), []int{13}},
		"HTTP 401":                      {httpStatus("401", "text/html"), []int{16}},
		"HTTP 403":                      {httpStatus("403", "text/html"), []int{7}},
		"HTTP 404":                      {httpStatus("404", "text/html"), []int{12}},
		"HTTP 500":                      {httpStatus("500", "text/html"), []int{2}},
		"HTTP 503":                      {httpStatus("503", "text/html"), []int{14}},
		"HTTP status that is no number": {httpStatus("fine", "application/grpc"), []int{2, 13}},
		"a message over the limit":      {answer(append([]byte{0, 0xff, 0xff, 0xff, 0xff}, make([]byte, 100)...)), []int{8}},
		"a message cut short":           {answer([]byte{0, 0, 0, 0, 100, 1, 2, 3}), []int{13}},
		"a prefix cut short":            {answer([]byte{0, 0, 0}), []int{13}},
		"no message":                    {answer(nil), []int{13}},
		"two messages":                  {answer(append(prefixed(0, nil), empty...)), []int{13}},
		"an unknown flag":               {answer(prefixed(0x7e, nil)), []int{13}},
		"compressed without encoding":   {answer(prefixed(1, []byte("xxxx"))), []int{13}},
		"an unknown encoding":           {answer(prefixed(1, []byte("xxxx")), "grpc-encoding", "snappy"), []int{12, 13}},
		"not gzip":                      {answer(prefixed(1, []byte("xxxx")), "grpc-encoding", "gzip"), []int{13}},
		"a compressed bomb":             {answer(prefixed(1, bomb(t)), "grpc-encoding", "gzip"), []int{8}},
		"not a message":                 {answer(prefixed(0, []byte{0xff})), []int{0}},
		"invalid UTF-8 in a string":     {answer(prefixed(0, []byte{0x1a, 2, 0xff, 0xfe})), []int{0}},
		"an end without trailers":       {func(c *testserver.H2, s uint32) error { _ = c.OK(s); return c.WriteData(s, true, empty) }, []int{2, 13}},
		"data before headers":           {func(c *testserver.H2, s uint32) error { return c.Data(s, empty) }, []int{2, 4, 13, 14}},
		"headers twice":                 {func(c *testserver.H2, s uint32) error { _ = c.OK(s); return c.OK(s) }, []int{2, 4, 13, 14}},
		"silence":                       {func(*testserver.H2, uint32) error { return nil }, []int{4}},
		"silence after headers":         {func(c *testserver.H2, s uint32) error { return c.OK(s) }, []int{4}},
	}
}
