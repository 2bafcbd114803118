package grpcops

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
)

// silent tells the link of a request that ran to its end without a byte of an answer.
func (c *Conn) silent(ctx context.Context) {
	var late lateError
	if errors.As(context.Cause(ctx), &late) {
		c.link.silentFor(late.after)
	}
}

// SilentFor tells of a request that ran to its end in d without an answer: where the
// server was not heard at all for so long, it is asked whether it is still there.
func (c *Conn) SilentFor(d time.Duration) { c.link.silentFor(d) }

// explain makes sentences of grpc-go's messages. unsent tells that the RPC has got no
// place on a connection.
func (c *Conn) explain(ctx context.Context, s *Status, unsent bool) string {
	switch code := codes.Code(s.Code); code {
	case codes.DeadlineExceeded:
		cause := context.Cause(ctx)
		if cause == nil {
			return s.Message
		}
		text := "the call did not end in time: " + cause.Error()
		if why := c.usedUp(); unsent && why != "" {
			return text + "; " + why
		} else if unsent && !c.link.ready.Load() {
			return text + "; no connection to " + c.Params.Address + ": " + c.lateBecause(s.Message)
		}
		return text
	case codes.ResourceExhausted:
		switch {
		case strings.Contains(s.Message, "received message") && strings.Contains(s.Message, "larger than max"):
			return s.Message + "; see maxReceiveBytes" + c.orServiceConfig("maxResponseMessageBytes")
		case strings.Contains(s.Message, "larger than max"):
			return s.Message + "; see maxSendBytes" + c.orServiceConfig("maxRequestMessageBytes")
		}
	case codes.Unavailable:
		if cause, ok := strings.CutPrefix(s.Message, noConnection); ok {
			return "no connection to " + c.Params.Address + ": " + cause
		}
	}
	if text, ok := c.broken(s.Message); ok {
		return text
	}
	return s.Message
}

// orServiceConfig names a setting of the service config, where there is one.
func (c *Conn) orServiceConfig(setting string) string {
	if c.Params.ServiceConfig == nil {
		return ""
	}
	return " and " + setting + " of serviceConfig"
}

// Messages of grpc-go about a connection or a stream that was cut.
var (
	priorGoAway  = regexp.MustCompile(`received prior goaway: code: ([A-Z_0-9]+)(?:, debug data: ("(?:[^"\\]|\\.)*"))?`)
	sendTooLarge = regexp.MustCompile(`^header list size to send violates the maximum size \((\d+) bytes\)`)
	httpAnswer   = regexp.MustCompile(`^unexpected HTTP status code received from server: (\d+)(?: \(([^)]*)\))?`)
	streamReset  = regexp.MustCompile(`^stream terminated by RST_STREAM with error code: ([A-Z_0-9]+)$`)
	refusedCalls = regexp.MustCompile(`(?s)^(the server refused the call .* until its time was over): (.*)$`)
)

// broken makes a sentence of such a message; ok is false for others.
func (c *Conn) broken(message string) (text string, ok bool) {
	if m := refusedCalls.FindStringSubmatch(message); m != nil {
		return m[1] + ": " + c.refusal(m[2]), true
	}
	if m := priorGoAway.FindStringSubmatch(message); m != nil {
		debug, _ := strconv.Unquote(m[2])
		return c.goAway(m[1], debug), true
	}
	if m := sendTooLarge.FindStringSubmatch(message); m != nil {
		return fmt.Sprintf("the metadata of the call is larger than the %s bytes that the server accepts: send less of it", m[1]), true
	}
	if m := httpAnswer.FindStringSubmatch(message); m != nil {
		return strings.TrimSpace(fmt.Sprintf("the server answered with the HTTP status %s %s and not in gRPC", m[1], oneLine(m[2]))) + c.bodyOf(message) +
			"; the address may be that of a web server or of a proxy that does not lead to a gRPC server", true
	}
	if m := streamReset.FindStringSubmatch(message); m != nil {
		return reset(m[1]), true
	}
	if message == "peer header list size exceeded limit" {
		return fmt.Sprintf("the server's headers or trailers are larger than %d MiB", maxHeaderBytes>>20), true
	}
	cause := trimWrapping(message)
	why, reading := strings.CutPrefix(strings.TrimPrefix(cause, "closing transport due to: "), "error reading from server: ")
	switch {
	case strings.Contains(cause, errSilent.Error()):
		return "the connection to " + c.Params.Address + " was given up: " + errSilent.Error(), true
	case strings.Contains(cause, "keepalive ping failed"):
		return "the connection to " + c.Params.Address + " was given up: the server did not answer a ping within keepalive.timeoutMs", true
	case reading && (why == "EOF" || why == "unexpected EOF"):
		return "the server closed the connection before the call had ended", true
	case reading && strings.Contains(why, "COMPRESSION_ERROR"):
		return fmt.Sprintf("the server's headers cannot be read: they are broken, or one of them is larger than %d MiB", maxHeaderBytes>>20), true
	case reading:
		return "the connection to " + c.Params.Address + " broke before the call had ended: " + why, true
	case isDraining(cause):
		return c.refusal(cause), true
	}
	return "", false
}

// isDraining tells whether grpc-go says that a connection is being given up.
func isDraining(cause string) bool {
	for _, words := range []string{"the connection is draining", "the stream is rejected because server is draining", "transport is closing", "finished processing active streams", "no active streams"} {
		if strings.Contains(cause, words) {
			return true
		}
	}
	return false
}

// refusal says why the server did not take a call.
func (c *Conn) refusal(cause string) string {
	_, connection, none := strings.Cut(cause, noConnection)
	switch {
	case none:
		return "no connection to " + c.Params.Address + ": " + connection
	case strings.Contains(cause, "REFUSED_STREAM"):
		return "it is too busy for more calls (REFUSED_STREAM)"
	case isDraining(cause):
		return "the server is closing the connection (GOAWAY)"
	}
	return oneLine(cause)
}

// goAway says why the server has ended a connection, by the code and the text of its
// GOAWAY. The texts are those of gRPC's own servers.
func (c *Conn) goAway(code, debug string) string {
	switch {
	case debug == "too_many_pings":
		return "the server closed the connection because it got too many pings: set keepalive.timeMs higher, or leave keepalive out"
	case strings.Contains(debug, "max_age"):
		return "the server closed the connection because it was open for as long as the server allows (its maximum age), before the call had ended; the next call makes a new one"
	case strings.Contains(debug, "max_idle"):
		return "the server closed the connection because it was idle for as long as the server allows; the next call makes a new one"
	}
	said := ""
	if debug != "" {
		said = ": " + oneLine(debug)
	}
	if code == "NO_ERROR" {
		return "the server shut the connection down before the call had ended (GOAWAY" + said + ")"
	}
	return "the server ended the connection with an error before the call had ended (GOAWAY " + code + said + ")"
}

// reset says what a server means that resets a stream (RFC 9113, section 7).
func reset(code string) string {
	text := "the server gave the call up (RST_STREAM " + code + ")"
	switch code {
	case "REFUSED_STREAM":
		return text + ": it is too busy for more calls"
	case "ENHANCE_YOUR_CALM":
		return text + ": too much was asked of it"
	case "FRAME_SIZE_ERROR":
		return text + ": the metadata of the call may be larger than it accepts"
	}
	return text
}

// bodyOf is the beginning of what came with an HTTP status, where it is one line of
// text.
func (c *Conn) bodyOf(message string) string {
	_, quoted, ok := strings.Cut(message, "\ndata: ")
	if !ok {
		return ""
	}
	body, err := strconv.Unquote(quoted)
	if body = strings.TrimSpace(body); err != nil || body == "" || strings.ContainsAny(body, "<\n") {
		return ""
	}
	return ": " + oneLine(body)
}
