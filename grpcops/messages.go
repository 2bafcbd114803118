package grpcops

import (
	"encoding/json"
	"fmt"

	"github.com/grpcline/grpcline/grpcops/transcode"
)

// messages turns the messages of one RPC into JSON and back. One goroutine may send
// while another receives.
type messages struct {
	method  *method
	options transcode.Options
	in      incoming // the message being received
}

func newMessages(m *method, o transcode.Options) messages {
	return messages{method: m, options: o, in: incoming{plan: m.out, options: m.reading(o)}}
}

// Encode turns a message into what Send takes. prefix leads to it in the params.
func (m *messages) Encode(prefix string, message json.RawMessage) ([]byte, error) {
	if m.method.isAbsent(message) {
		return nil, paramErrorf(prefix, "%q is required, and null is no message", prefix)
	}
	return m.method.encode(wireRoom(message), prefix, message, m.options)
}

// EncodeAll does the same with an array of messages.
func (m *messages) EncodeAll(prefix string, messages json.RawMessage) ([][]byte, error) {
	all, ends, err := m.method.in.AppendWires(wireRoom(messages), make([]int, 0, 128), messages, m.options)
	if err != nil {
		return nil, messageError(prefix, err)
	}
	split := make([][]byte, len(ends))
	start := 0
	for i, end := range ends {
		if end-start > m.method.maxSend {
			return nil, m.method.tooLarge(fmt.Sprintf("%s[%d]", prefix, i), end-start)
		}
		split[i] = all[start:end:end]
		start = end
	}
	return split, nil
}
