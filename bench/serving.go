package main

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
)

// servingHost serves the Bench service through a worker, and calls it with the static
// client. The host answers on a goroutine of its own, which ends with the worker.
type servingHost struct {
	*host
	client *static
	lines  []byte     // not written yet
	failed chan error // how the host has ended
}

// inFlightCalls is how many acceptCall requests the host keeps in flight.
const inFlightCalls = 64

// serveThrough starts a worker that serves, and a host that answers each call by
// answer.
func serveThrough(b *bed, row string, answer func(h *servingHost, call acceptedCall) error) (*servingHost, error) {
	started, err := b.startWorker(row)
	if err != nil {
		return nil, err
	}
	h := &servingHost{host: started, failed: make(chan error, 1)}
	proto := filepath.Join(b.source, "benchpb", "bench.proto")
	line, err := h.call(newRequest("startServer", fmt.Sprintf(`{"address":"127.0.0.1:0","proto":{"file":%q}}`, proto)))
	if err != nil {
		return nil, errors.Join(err, h.host.stop())
	}
	server, err := resultOf[struct{ Address string }](line)
	if err != nil {
		return nil, errors.Join(err, h.host.stop())
	}
	if h.client, err = dialStatic(server.Address); err != nil {
		return nil, errors.Join(err, h.host.stop())
	}
	accept := newRequest("acceptCall", `["v1"]`)
	for range inFlightCalls {
		if _, err := h.send(accept); err != nil {
			return nil, errors.Join(err, h.stop())
		}
	}
	go func() { h.failed <- h.serve(accept, answer) }()
	return h, nil
}

// acceptedCall is what the host takes out of the answer of acceptCall.
type acceptedCall struct {
	id      []byte // of its stream
	message []byte // the request, absent in calls that have a stream of them
}

// serve answers calls until the worker ends. What can go out together goes in one
// write.
func (h *servingHost) serve(accept *request, answer func(h *servingHost, call acceptedCall) error) error {
	for {
		line, err := h.line()
		if err != nil {
			return err
		}
		call, ok := accepted(line)
		if !ok {
			if _, err := answerID(line); err != nil {
				return err
			}
		} else if err := answer(h, call); err != nil {
			return err
		} else {
			h.lines = append(h.lines, accept.numbered(h.next)...)
			h.next++
		}
		if !holdsLine(h.out) {
			if err := h.flush(); err != nil {
				return err
			}
		}
	}
}

// flush writes what waits to be written.
func (h *servingHost) flush() error {
	if len(h.lines) == 0 {
		return nil
	}
	_, err := h.in.Write(h.lines)
	h.lines = h.lines[:0]
	return err
}

// accepted reads the answer of acceptCall; ok is false if it is another's.
func accepted(line []byte) (call acceptedCall, ok bool) {
	if !contains(line, `"service":`) {
		return acceptedCall{}, false
	}
	_, rest, _ := bytes.Cut(line, []byte(`"streamId":"`))
	id, rest, _ := bytes.Cut(rest, []byte(`"`))
	call.id = bytes.Clone(id) // the line's memory is the next line's, too
	if at := bytes.Index(rest, []byte(`,"message":`)); at >= 0 {
		call.message = bytes.TrimSuffix(rest[at+len(`,"message":`):], []byte("}}\n"))
	}
	return call, true
}

// add adds a request about a call to what is written next; its params go on with rest.
func (h *servingHost) add(method string, call acceptedCall, rest ...[]byte) {
	h.lines = fmt.Appendf(h.lines, `{"jsonrpc":"2.0","id":%d,"method":%q,"params":{"streamId":"%s"`, h.next, method, call.id)
	h.next++
	for _, part := range rest {
		h.lines = append(h.lines, part...)
	}
	h.lines = append(h.lines, "}}\n"...)
}

// write adds a request, and writes it.
func (h *servingHost) write(method string, call acceptedCall, rest ...[]byte) error {
	h.add(method, call, rest...)
	return h.flush()
}

// echo answers a call with its request.
func (h *servingHost) echo(call acceptedCall) error {
	h.add("finishCall", call, []byte(`,"message":`), call.message)
	return nil
}

// produce answers a call with a stream of small messages.
func produce(messages int) func(h *servingHost, call acceptedCall) error {
	batch := []byte(`,"messages":` + repeated(jsonOf(small()), batchSize))
	return func(h *servingHost, call acceptedCall) error {
		inFlight := 0
		for range messages / batchSize {
			if inFlight == ahead {
				if _, err := h.answer(); err != nil {
					return err
				}
				inFlight--
			}
			if err := h.write("sendMessages", call, batch); err != nil {
				return err
			}
			inFlight++
		}
		return h.write("finishCall", call)
	}
}

// collect takes a stream of small messages and answers with how many there were.
func collect(h *servingHost, call acceptedCall) error {
	max := []byte(`,"max":` + strconv.Itoa(batchSize))
	count, done, inFlight := 0, false, 0
	for !done || inFlight > 0 {
		for ; !done && inFlight < ahead; inFlight++ {
			if err := h.write("getMessages", call, max); err != nil {
				return err
			}
		}
		line, err := h.answer()
		if err != nil {
			return err
		}
		inFlight--
		count += bytes.Count(line, smallMark)
		done = done || contains(line, `"done":true`)
	}
	return h.write("finishCall", call, fmt.Appendf(nil, `,"message":{"count":%d,"bytes":%d}`, count, count*smallBody))
}

// stop stops the server, which ends the host's acceptCall requests, and the worker.
func (h *servingHost) stop() error {
	err := h.client.stop()
	_, stopping := h.in.Write([]byte(`{"id":1,"method":"stopServer","params":["v1",0]}` + "\n"))
	var refused *notAnswer
	if failed := <-h.failed; !errors.As(failed, &refused) {
		err = errors.Join(err, failed)
	}
	return errors.Join(err, stopping, h.host.stop())
}

// servingRow compares a service that a host serves through a worker to a static one,
// both called by the static client.
func servingRow(name, title string, limit float64, per int, answer func(h *servingHost, call acceptedCall) error, work func(s *static, n int) error) row {
	return row{
		name: name, title: title, unit: seconds, goals: []goal{atLeast(limit, staticGRPC)},
		contenders: []contender{
			{staticGRPC, func(b *bed, _ string) (*runner, error) {
				s, err := dialStatic(b.address)
				if err != nil {
					return nil, err
				}
				return &runner{timed(per, func(n int) error { return work(s, n) }), s.stop}, nil
			}},
			{ours, func(b *bed, row string) (*runner, error) {
				h, err := serveThrough(b, row, answer)
				if err != nil {
					return nil, err
				}
				return &runner{timed(per, func(n int) error { return work(h.client, n) }), h.stop}, nil
			}},
		},
	}
}

// servingRows are those of a host that serves.
func servingRows(messages int) []row {
	p := payload(smallBody)
	again := func(once func(s *static, messages int) error) func(s *static, n int) error {
		return func(s *static, n int) error { return times(func() error { return once(s, messages) })(n) }
	}
	return []row{
		servingRow("serve-unary", "served unary, 32 bytes, one at a time", 0.5, 1, (*servingHost).echo,
			func(s *static, n int) error { return s.unary(p, n) }),
		servingRow("serve-unary-inflight", "served unary, 32 bytes, 64 in flight, a call", 0.5, 1, (*servingHost).echo,
			func(s *static, n int) error { return s.flood(p, floodWidth, n) }),
		servingRow("serve-stream", "served server stream, sendMessages (100), a message", 0.8, messages, produce(messages),
			again((*static).receive)),
		servingRow("serve-collect", "served client stream, getMessages (100), a message", 0.8, messages, collect,
			again((*static).send)),
	}
}
