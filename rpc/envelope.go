package rpc

import (
	"github.com/grpcline/grpcline/internal/jsonscan"
)

// envelope holds the members of a request object as they stand in its text
// (JSON-RPC 2.0, section 4); nil is absent. Other members are ignored.
type envelope struct {
	version, id, method, params []byte
	inner                       []jsonscan.Member // of params, if it is an object
	twice                       string            // a member that is given more than once
}

// envelopeOf is that of an object with these members, whose objects have the members
// inner, which are made smaller. All of them have their places in text.
func envelopeOf(text []byte, members, inner []jsonscan.Member) envelope {
	var e envelope
	var params jsonscan.Member
	for _, m := range members {
		name, _ := jsonscan.Text(text[m.Name:m.NameEnd])
		var to *[]byte
		switch string(name) {
		case "jsonrpc":
			to = &e.version
		case "id":
			to = &e.id
		case "method":
			to = &e.method
		case "params":
			to = &e.params
			params = m
		default:
			continue
		}
		if *to != nil {
			e.twice = string(name)
		}
		*to = text[m.Value:m.ValueEnd]
	}
	if e.params != nil && e.twice == "" {
		e.inner = within(inner, params)
	}
	return e
}

// within are those of all that stand within the value of m, with places in that
// value's text. The list is used for them.
func within(all []jsonscan.Member, m jsonscan.Member) []jsonscan.Member {
	n := 0
	for _, inner := range all {
		if m.Value <= inner.Name && inner.Name < m.ValueEnd {
			all[n] = jsonscan.Member{
				Name: inner.Name - m.Value, NameEnd: inner.NameEnd - m.Value,
				Value: inner.Value - m.Value, ValueEnd: inner.ValueEnd - m.Value,
			}
			n++
		}
	}
	return all[:n]
}

// request is a well-formed request or notification.
type request struct {
	id     []byte // as it was written; nil in a notification
	method []byte // its name
	params params
}

// params are those of a request as they were given.
type params struct {
	text    []byte            // any JSON; nil is none
	members []jsonscan.Member // of text if it is an object; valid until the next message is read
}

// check makes a request of the envelope. With an error comes the id to answer,
// nil standing for null.
func (e *envelope) check() (request, *Error) {
	id := e.id
	if id != nil && id[0] != '"' && id[0] != 'n' && id[0] != '-' && (id[0] < '0' || '9' < id[0]) {
		return request{}, invalidRequest("id must be a string, a number or null")
	}
	refuse := func(format string, args ...any) (request, *Error) {
		return request{id: id}, invalidRequest(format, args...)
	}
	switch {
	case e.twice == "id":
		return request{}, invalidRequest("id is given twice")
	case e.twice != "":
		return refuse("%s is given twice", e.twice)
	case e.version != nil && !isText(e.version, "2.0"):
		return refuse(`jsonrpc must be "2.0" if it is given`)
	case e.method == nil:
		return refuse("a request must have a method")
	case e.method[0] != '"':
		return refuse("method must be a string")
	}
	method, ok := jsonscan.Text(e.method)
	if !ok {
		return refuse("method is no text")
	}
	given := params{e.params, e.inner}
	if given.text != nil && given.text[0] == 'n' {
		given.text = nil
	}
	return request{id, method, given}, nil
}

// isText tells whether a value is that string.
func isText(value []byte, want string) bool {
	if value[0] != '"' {
		return false
	}
	text, ok := jsonscan.Text(value)
	return ok && string(text) == want
}

// idKey is equal for ids that mean the same: strings by their text, numbers as
// they are written.
func idKey(id []byte) string {
	if id[0] == '"' {
		if text, ok := jsonscan.Unquote(id); ok {
			return `"` + text
		}
	}
	return string(id)
}

// hasID tells whether an id can be in flight: null cannot.
func hasID(id []byte) bool { return len(id) > 0 && id[0] != 'n' }

// isRequest tells whether a line is by itself a whole object that looks like a
// request.
func isRequest(line []byte) bool {
	var scan jsonscan.Scan
	if scan.Read(line) != jsonscan.Whole || jsonscan.Space(line, scan.End()) < len(line) {
		return false
	}
	e := envelopeOf(line, scan.Members, scan.Inner)
	return e.method != nil && (e.id != nil || e.version != nil)
}
