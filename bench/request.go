package main

import (
	"bytes"
	"fmt"
)

// firstID is the first id of a request. All ids have as many digits, so that one
// is written over another in place.
const firstID = 100_000_000

// request is a line that is made once and sent often, each time with an id of its
// own.
type request struct {
	line []byte
	id   []byte // the digits within line
}

// newRequest makes the line of a method whose params are JSON.
func newRequest(method, params string) *request {
	before := `{"jsonrpc":"2.0","id":`
	line := fmt.Appendf(nil, "%s%d,\"method\":%q,\"params\":%s}\n", before, firstID, method, params)
	digits := len(fmt.Sprint(firstID))
	return &request{line: line, id: line[len(before) : len(before)+digits]}
}

// numbered is the line with that id; it is good until the next call.
func (r *request) numbered(id int) []byte {
	for i := len(r.id) - 1; i >= 0; i-- {
		r.id[i] = byte('0' + id%10)
		id /= 10
	}
	return r.line
}

// notAnswer is a line that is no answer with a result.
type notAnswer struct{ line []byte }

func (e *notAnswer) Error() string {
	return fmt.Sprintf("not a result: %.300s", e.line)
}

// answerID is the id of a line that answers with a result; what else the line
// says is not looked at. A line that an echo returns is taken as well.
func answerID(line []byte) (int, error) {
	rest, ok := bytes.CutPrefix(line, []byte(`{"jsonrpc":"2.0","id":`))
	id, digits := 0, 0
	for digits < len(rest) && '0' <= rest[digits] && rest[digits] <= '9' {
		id = id*10 + int(rest[digits]-'0')
		digits++
	}
	rest = rest[digits:]
	if !ok || digits == 0 || !bytes.HasPrefix(rest, []byte(`,"result":`)) && !bytes.HasPrefix(rest, []byte(`,"method":`)) {
		return 0, &notAnswer{bytes.Clone(line)}
	}
	return id, nil
}
