package main

import (
	"bytes"
	"fmt"

	"github.com/grpcline/grpcline/bench/benchpb"
)

const (
	ahead      = 16   // requests on a stream that the host keeps in flight
	batchSize  = 100  // messages of a sendMessages and a getMessages
	largeBatch = 1000 // of a getMessages of a host that has one in flight
)

// streaming runs streams of that many messages through a worker, one stream after
// the other.
type streaming struct {
	*host
	messages                                                         int // a multiple of batchSize
	push, pull, collect, getSome, getMore, getOne, send, full, close *request
}

func newStreaming(h *host, messages int) *streaming {
	open := func(kind, method, rest string) *request {
		return newRequest(kind, fmt.Sprintf(`%s"service":"grpcline.bench.Bench","method":%q,"streamId":%q%s}`, on, method, streamName, rest))
	}
	of := func(method, rest string) *request {
		return newRequest(method, fmt.Sprintf(`{"streamId":%q%s}`, streamName, rest))
	}
	m := jsonOf(small())
	produce := fmt.Sprintf(`,"request":{"count":%d,"message":%s}`, messages, m)
	return &streaming{
		host: h, messages: messages,
		push:    open("initServerStream", "Produce", `,"push":true`+produce),
		pull:    open("initServerStream", "Produce", produce),
		collect: open("initClientStream", "Collect", ""),
		getSome: of("getMessages", fmt.Sprintf(`,"max":%d`, batchSize)),
		getMore: of("getMessages", fmt.Sprintf(`,"max":%d`, largeBatch)),
		getOne:  of("getMessage", ""),
		send:    of("sendMessages", `,"messages":`+repeated(m, batchSize)),
		full:    of("completeSend", ""),
		close:   of("closeStream", ""),
	}
}

// contains looks for a mark where a line tells what it is.
func contains(line []byte, mark string) bool {
	return bytes.Contains(line[:min(len(line), 96)], []byte(mark))
}

// pushed receives a server stream that pushes.
func (s *streaming) pushed() error {
	if _, err := s.call(s.push); err != nil {
		return err
	}
	for count := 0; ; count++ {
		line, err := s.line()
		if err != nil {
			return err
		}
		if contains(line, `"streamEnd"`) {
			return s.ended(sameCount(count, s.messages))
		}
	}
}

// pulled receives a server stream by getMessages, a few of which are in flight.
func (s *streaming) pulled() error { return s.pulling(s.getSome, ahead) }

// pulledAlone does so with one in flight, as every simple host does.
func (s *streaming) pulledAlone() error { return s.pulling(s.getSome, 1) }

// pulledMore does so with one in flight that takes more messages.
func (s *streaming) pulledMore() error { return s.pulling(s.getMore, 1) }

// pulling receives a server stream by requests of which so many are in flight.
func (s *streaming) pulling(get *request, ahead int) error {
	if _, err := s.call(s.pull); err != nil {
		return err
	}
	count, done, inFlight := 0, false, 0
	for !done || inFlight > 0 {
		for ; !done && inFlight < ahead; inFlight++ {
			if _, err := s.host.send(get); err != nil {
				return err
			}
		}
		line, err := s.answer()
		if err != nil {
			return err
		}
		inFlight--
		count += bytes.Count(line, smallMark)
		done = done || contains(line, `"done":true`)
	}
	return s.ended(sameCount(count, s.messages))
}

// collected sends a client stream by sendMessages, a few of which are in flight.
func (s *streaming) collected() error {
	if _, err := s.call(s.collect); err != nil {
		return err
	}
	inFlight := 0
	for range s.messages / batchSize {
		if inFlight == ahead {
			if _, err := s.answer(); err != nil {
				return err
			}
			inFlight--
		}
		if _, err := s.host.send(s.send); err != nil {
			return err
		}
		inFlight++
	}
	if _, err := s.host.send(s.full); err != nil {
		return err
	}
	for range inFlight + 1 {
		if _, err := s.answer(); err != nil {
			return err
		}
	}
	line, err := s.call(s.getOne)
	if err != nil {
		return err
	}
	return s.ended(s.checkSum(line))
}

// checkSum checks what the server says that it received.
func (s *streaming) checkSum(line []byte) error {
	result, err := resultOf[struct {
		Message struct {
			Count int32
			Bytes int64 `json:",string"`
		}
	}](line)
	if err != nil {
		return err
	}
	return sameSum(&benchpb.Collected{Count: result.Message.Count, Bytes: result.Message.Bytes}, s.messages)
}

// ended closes the stream that was read to its end, unless that was a bad one.
func (s *streaming) ended(err error) error {
	if err == nil {
		_, err = s.call(s.close)
	}
	return err
}
