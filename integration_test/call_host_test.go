package integration_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/textproto"
	"strconv"
	"time"
)

// obj is a JSON object written by hand.
type obj = map[string]any

// Send writes text to the worker's input as it is.
func (h *Host) Send(text string) {
	h.t.Helper()
	h.script.add("->", []byte(text))
	h.writeMu.Lock()
	defer h.writeMu.Unlock()
	// A pipe of Windows has no deadlines; the end of its reader is the end of a write.
	late := time.AfterFunc(guard, func() { _ = h.cmd.Process.Kill() })
	defer late.Stop()
	if _, err := io.WriteString(h.stdin, text); err != nil {
		h.fatalf("the worker does not take its input: %v", err)
	}
}

// Pending is a request that has been sent.
type Pending struct {
	h      *Host
	id     string
	method string
}

// Go sends a request under an id of its own.
func (h *Host) Go(method string, params any) *Pending {
	h.t.Helper()
	h.mu.Lock()
	h.nextID++
	id := strconv.Itoa(h.nextID)
	h.mu.Unlock()
	h.Send(h.frame(request(h, id, method, params)))
	return &Pending{h: h, id: id, method: method}
}

// Notify sends a notification.
func (h *Host) Notify(method string, params any) {
	h.t.Helper()
	h.Send(h.frame(request(h, "", method, params)))
}

// request returns a request as JSON; an empty id makes it a notification.
func request(h *Host, id, method string, params any) string {
	h.t.Helper()
	raw, err := json.Marshal(params)
	if err != nil {
		h.t.Fatal(err)
	}
	text := `{"jsonrpc":"2.0",`
	if id != "" {
		text += `"id":` + id + `,`
	}
	text += `"method":` + strconv.Quote(method)
	if params != nil {
		text += `,"params":` + string(raw)
	}
	return text + `}`
}

// frame makes a message of the pipe's framing.
func (h *Host) frame(body string) string {
	if h.o.Headers {
		return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body)
	}
	return body + "\n"
}

// Wait waits for the answer.
func (p *Pending) Wait() (json.RawMessage, *RPCError) {
	p.h.t.Helper()
	m := p.h.Answer(p.id)
	return m.Result, m.Error
}

// Must waits for a result.
func (p *Pending) Must() json.RawMessage {
	p.h.t.Helper()
	result, err := p.Wait()
	if err != nil {
		p.h.fatalf("%s (id %s): %v", p.method, p.id, err)
	}
	return result
}

// Fail waits for an error with that code.
func (p *Pending) Fail(code int) *RPCError {
	p.h.t.Helper()
	result, err := p.Wait()
	if err == nil {
		p.h.fatalf("%s (id %s) succeeded with %.300s, want error %d", p.method, p.id, result, code)
	}
	if err.Code != code {
		p.h.fatalf("%s (id %s): %v, want error %d", p.method, p.id, err, code)
	}
	return err
}

// Call sends a request and waits for its answer.
func (h *Host) Call(method string, params any) (json.RawMessage, *RPCError) {
	h.t.Helper()
	return h.Go(method, params).Wait()
}

// Must sends a request and waits for its result.
func (h *Host) Must(method string, params any) json.RawMessage {
	h.t.Helper()
	return h.Go(method, params).Must()
}

// Fail sends a request and waits for an error with that code.
func (h *Host) Fail(method string, params any, code int) *RPCError {
	h.t.Helper()
	return h.Go(method, params).Fail(code)
}

// Answer waits for the answer whose id is written exactly so.
func (h *Host) Answer(id string) Message {
	h.t.Helper()
	return takeFrom(h, h.box(id), "answer to id "+id)
}

// Answered says whether the answer has come already.
func (h *Host) Answered(p *Pending) bool { return len(h.box(p.id).rest()) > 0 }

// Batch waits for the answer of a batch.
func (h *Host) Batch() []Message {
	h.t.Helper()
	return takeFrom(h, h.batches, "batch")
}

// Notification waits for the next notification.
func (h *Host) Notification() Message {
	h.t.Helper()
	return takeFrom(h, h.notes, "notification")
}

func takeFrom[T any](h *Host, box *mailbox[T], what string) T {
	h.t.Helper()
	item, ok := box.take(h.ended)
	if !ok {
		select {
		case <-h.ended:
			h.fatalf("no %s: the output has ended: %v", what, h.reading)
		default:
			h.hangs("no " + what)
		}
	}
	return item
}

// readFrame reads a message with Content-Length framing and ends it with LF.
func readFrame(in *bufio.Reader) ([]byte, error) {
	if _, err := in.Peek(1); err != nil {
		return nil, err
	}
	header, err := textproto.NewReader(in).ReadMIMEHeader()
	if err != nil {
		return nil, err
	}
	size, err := strconv.Atoi(header.Get("Content-Length"))
	if err != nil {
		return nil, err
	}
	body := make([]byte, size, size+1)
	if _, err := io.ReadFull(in, body); err != nil {
		return nil, err
	}
	return append(body, '\n'), nil
}
