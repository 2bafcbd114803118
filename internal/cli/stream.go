package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/grpcline/grpcline/internal/process"
)

// streamRef names the stream in requests.
type streamRef struct {
	StreamID string `json:"streamId"`
}

// stream makes an RPC with a stream in it. Messages are sent by a goroutine of their
// own, as they are typed; when that fails, it cancels what receives. It may be left
// behind in a read from standard input.
func (c *caller) stream(ctx context.Context, open string, request json.RawMessage) error {
	params := c.params(request)
	params.TimeoutMs, params.DeadlineMs = new(int), c.left() // no wait has a bound
	var stream streamRef
	if err := c.request(ctx, open, params, &stream); err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if open != "initServerStream" {
		if len(c.in.args) == 0 {
			c.in.args = []string{stdinArgument}
		}
		sent := make(chan struct{})
		if slices.Contains(c.in.args, stdinArgument) && isTerminal(os.Stdin) {
			c.waiting.stop()
			c.waiting = startWaitingAfter(sent, "waiting for "+c.address) // until then it is the person who is waited for
			if isTerminal(os.Stderr) {
				fmt.Fprintf(os.Stderr, "Type each %s as JSON; ^%c ends sending, ^C cancels.\n", c.method.RequestType, process.EndKey)
			}
		}
		go func() {
			defer close(sent)
			if err := c.send(ctx, stream); err != nil {
				cancel(err)
			}
		}()
	}
	if c.flags.verbose {
		var headers ending
		if err := c.request(ctx, "getHeaders", stream, &headers); err == nil { // else getMessages tells
			c.waiting.stop()
			c.showMetadata("headers", headers.Headers)
		}
	}
	end, err := c.receive(ctx, stream)
	c.waiting.stop()
	if ctx.Err() != nil { // the server is told before the process ends
		_ = c.request(context.WithoutCancel(ctx), "cancelStream", stream, nil)
		return err
	}
	return c.ended(end, err)
}

// receive prints messages until the end, which is nil if --max-messages cut it.
func (c *caller) receive(ctx context.Context, stream streamRef) (*ending, error) {
	const most = 100 // messages of one request
	type getMessages struct {
		streamRef
		Max int `json:"max"`
	}
	for left := c.flags.maxMessages; ; {
		get := getMessages{stream, most}
		if left > 0 {
			get.Max = min(most, left)
		}
		var got struct {
			Messages []json.RawMessage `json:"messages"`
			Done     bool              `json:"done"`
			ending
		}
		if err := c.request(ctx, "getMessages", get, &got); err != nil {
			return nil, err
		}
		c.waiting.stop()
		if err := c.printer.print(got.Messages...); err != nil {
			return nil, err
		}
		if got.Done {
			return &got.ending, nil
		}
		if left > 0 {
			if left -= len(got.Messages); left == 0 {
				return nil, nil
			}
		}
	}
}

// send sends the messages that are given, then says that they were all. A person who
// mistypes one may type it again; otherwise it is an error.
func (c *caller) send(ctx context.Context, stream streamRef) error {
	for {
		message, err := c.in.next()
		if errors.Is(err, io.EOF) {
			return c.request(ctx, "completeSend", stream, nil)
		}
		if err == nil {
			err = c.request(ctx, "sendMessage", struct {
				streamRef
				Message json.RawMessage `json:"message"`
			}{stream, message}, nil)
			if hasEnded(err) {
				return nil // what receives tells how
			}
		}
		if err == nil {
			continue
		}
		if ctx.Err() != nil || !isMistake(err) || !c.in.text.typed {
			return err
		}
		why := err.Error()
		if refused := new(jsonrpc2.Error); errors.As(err, &refused) {
			why = refused.Message
		}
		fmt.Fprintln(os.Stderr, "grpcline: not sent:", why)
		c.in.text.skip()
	}
}

// isMistake tells whether a message is no JSON, or none of its type.
func isMistake(err error) bool {
	refused := new(jsonrpc2.Error)
	return errors.As(err, new(*mistake)) || errors.As(err, &refused) && refused.Code == jsonrpc2.CodeInvalidParams
}

// hasEnded tells whether a send failed because the stream has ended.
func hasEnded(err error) bool {
	failure := new(jsonrpc2.Error)
	if !errors.As(err, &failure) || failure.Data == nil {
		return false
	}
	var data struct {
		Reason string `json:"reason"`
	}
	return json.Unmarshal(*failure.Data, &data) == nil && (data.Reason == "streamEnded" || failure.Code > 0)
}
