package main

import (
	"errors"
	"os/exec"
)

// unaryWork is a payload there and back, in bytes, with so many calls in flight.
type unaryWork struct{ size, width int }

func (u unaryWork) static() contender {
	return contender{staticGRPC, func(b *bed, _ string) (*runner, error) {
		s, err := dialStatic(b.address)
		if err != nil {
			return nil, err
		}
		p := payload(u.size)
		if err := s.verify(p); err != nil {
			return nil, errors.Join(err, s.stop())
		}
		return &runner{timed(1, func(n int) error {
			if u.width > 1 {
				return s.flood(p, u.width, n)
			}
			return s.unary(p, n)
		}), s.stop}, nil
	}}
}

func (u unaryWork) worker() contender {
	return contender{ours, func(b *bed, row string) (*runner, error) {
		h, err := b.connectedWorker(row)
		if err != nil {
			return nil, err
		}
		p := payload(u.size)
		r := echoRequest(p)
		if err := h.verify(r, p); err != nil {
			return nil, errors.Join(err, h.stop())
		}
		return &runner{timed(1, func(n int) error { return u.calls(h, r, n) }), h.stop}, nil
	}}
}

// pipe sends the worker's lines to a child that returns them.
func (u unaryWork) pipe() contender {
	return u.lines(barePipe, func(b *bed) *exec.Cmd { return exec.Command(b.self, string(echoRole)) })
}

// relay sends the worker's lines to a child that makes the calls.
func (u unaryWork) relay() contender {
	return u.lines(relayed, func(b *bed) *exec.Cmd { return relayCommand(b, u.size, 0) })
}

// lines sends the worker's lines to another child.
func (u unaryWork) lines(who column, child func(b *bed) *exec.Cmd) contender {
	return contender{who, func(b *bed, _ string) (*runner, error) {
		h, err := startHost(child(b))
		if err != nil {
			return nil, err
		}
		r := echoRequest(payload(u.size))
		return &runner{timed(1, func(n int) error { return u.calls(h, r, n) }), h.stop}, nil
	}}
}

func (u unaryWork) calls(h *host, r *request, n int) error {
	if u.width > 1 {
		return h.flood(r, u.width, n)
	}
	return h.unary(r, n)
}

func (u unaryWork) byNode(who column) contender {
	return nodeContender(who, 1, nodeWork{Work: "echo", Size: u.size, Width: u.width})
}

// contenders are all of them but the pipe.
func (u unaryWork) contenders() []contender {
	return []contender{u.static(), u.relay(), u.worker(), u.byNode(grpcJS), u.byNode(oursByNode), u.byNode(byPackage)}
}
