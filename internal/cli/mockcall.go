package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/sourcegraph/jsonrpc2"
)

// mockCall is a call as acceptCall gives it.
type mockCall struct {
	*mocking `json:"-"`
	StreamID string          `json:"streamId"`
	Service  string          `json:"service"`
	Method   string          `json:"method"`
	Kind     string          `json:"kind"`
	Message  json.RawMessage `json:"message"`
}

// answer takes the requests and answers them: each one of a bidirectional stream,
// else all at once.
func (c *mockCall) answer(ctx context.Context) error {
	steps, err := c.answers.of(c.Service + "/" + c.Method)
	if err != nil {
		fmt.Fprintln(os.Stderr, "grpcline:", err) // and the answers of before are used
	}
	if steps == nil {
		template, err := c.template(ctx, c.Service+"/"+c.Method)
		if err != nil {
			return err
		}
		steps = []step{{Message: template}}
	}
	end := finishing{StreamID: c.StreamID}
	last := c.Message
	for c.Kind == "clientStream" || c.Kind == "bidiStream" {
		request, err := c.next(ctx)
		if err != nil {
			return err
		}
		if request == nil {
			break
		}
		if last = request; c.Kind == "bidiStream" {
			if ended, err := c.play(ctx, steps, last, &end); err != nil || ended {
				return errors.Join(err, c.finish(ctx, end))
			}
		}
	}
	if c.Kind != "bidiStream" {
		if _, err := c.play(ctx, steps, last, &end); err != nil {
			return errors.Join(err, c.finish(ctx, end))
		}
	}
	return c.finish(ctx, end)
}

// next takes a request; it is nil at the half-close.
func (c *mockCall) next(ctx context.Context) (json.RawMessage, error) {
	var got struct {
		Message json.RawMessage `json:"message"`
	}
	err := c.request(ctx, "getMessage", struct {
		StreamID  string `json:"streamId"`
		TimeoutMs int    `json:"timeoutMs"`
	}{c.StreamID, 0}, &got)
	return got.Message, err
}

// finishing are the params of finishCall.
type finishing struct {
	StreamID string          `json:"streamId"`
	Message  json.RawMessage `json:"message,omitempty"`
	Status   json.RawMessage `json:"status,omitempty"`
	Trailers json.RawMessage `json:"trailers,omitempty"`
}

func (c *mockCall) finish(ctx context.Context, end finishing) error {
	err := c.request(ctx, "finishCall", end, nil)
	var wrong *jsonrpc2.Error
	if errors.As(err, &wrong) && wrong.Code == jsonrpc2.CodeInvalidParams { // the file is at fault, and the client is to know
		status, _ := json.Marshal(map[string]string{"code": "INTERNAL", "message": "the mock's answer: " + wrong.Message})
		return errors.Join(told(err), c.request(ctx, "finishCall", finishing{StreamID: c.StreamID, Status: status}, nil))
	}
	return err
}

// play does the steps of an answer to a request. ended tells that one of them ends the
// call; what is left to be said is then in end.
func (c *mockCall) play(ctx context.Context, steps []step, request json.RawMessage, end *finishing) (ended bool, err error) {
	for _, s := range steps {
		filled, err := s.filled(request)
		if err != nil {
			return true, err
		}
		if err := pause(ctx, time.Duration(filled.DelayMs)*time.Millisecond); err != nil {
			return true, err
		}
		if filled.Headers != nil {
			if err := c.request(ctx, "sendHeaders", struct {
				StreamID string          `json:"streamId"`
				Metadata json.RawMessage `json:"metadata"`
			}{c.StreamID, filled.Headers}, nil); err != nil {
				return true, told(err)
			}
		}
		if filled.Trailers != nil {
			end.Trailers = filled.Trailers
		}
		switch {
		case filled.Error != nil:
			end.Message, end.Status = nil, filled.Error
			return true, nil
		case filled.Message == nil:
		case c.Kind == "unary" || c.Kind == "clientStream":
			end.Message = filled.Message
		default:
			if err := c.request(ctx, "sendMessage", struct {
				StreamID string          `json:"streamId"`
				Message  json.RawMessage `json:"message"`
			}{c.StreamID, filled.Message}, nil); err != nil {
				return true, told(err)
			}
		}
	}
	return false, nil
}

// told is an error without the code that goes with an answer of the worker.
func told(err error) error {
	if answer := new(jsonrpc2.Error); errors.As(err, &answer) {
		return errors.New(answer.Message)
	}
	return err
}

// pause waits for d, unless ctx ends first.
func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
