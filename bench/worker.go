package main

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/grpcline/grpcline/bench/benchpb"
)

// Ids of what the host opens. It chooses them, so that lines can be made once.
const (
	connectionName = "bench"
	streamName     = "stream"
)

// on begins the params of a request on the connection.
const on = `{"connection":"` + connectionName + `",`

// open opens the connection, whose schema comes from the server's reflection.
func (h *host) open(address string) error {
	_, err := h.call(newRequest("openConnection", fmt.Sprintf(`{"address":%q,"connectionId":%q}`, address, connectionName)))
	return err
}

// echoRequest is a unary call that returns a payload.
func echoRequest(p *benchpb.Payload) *request {
	return newRequest("callMethod", on+`"service":"grpcline.bench.Bench","method":"Echo","request":`+payloadJSON(p)+"}")
}

// verify checks that a payload comes back as it went.
func (h *host) verify(r *request, p *benchpb.Payload) error {
	line, err := h.call(r)
	if err != nil {
		return err
	}
	result, err := resultOf[struct {
		Message struct{ Body []byte }
		Status  struct{ Name string }
	}](line)
	if err == nil && (!bytes.Equal(result.Message.Body, p.GetBody()) || result.Status.Name != "OK") {
		err = errors.New("the payload did not come back as it went")
	}
	return err
}

// unary makes n calls one at a time.
func (h *host) unary(r *request, n int) error {
	for range n {
		if _, err := h.call(r); err != nil {
			return err
		}
	}
	return nil
}
