package main

// streamWork is a stream of so many small messages, done in one of the ways that
// a worker offers.
type streamWork struct {
	messages int
	static   func(s *static, messages int) error
	worker   func(s *streaming) error
	node     string // the work's name in node/; empty if it is not done there
}

func pushWork(messages int) streamWork {
	return streamWork{messages, (*static).receive, (*streaming).pushed, "push"}
}

func pullWork(messages int) streamWork {
	return streamWork{messages, (*static).receive, (*streaming).pulled, "pull"}
}

func pullAloneWork(messages int) streamWork {
	return streamWork{messages, (*static).receive, (*streaming).pulledAlone, ""}
}

func pullMoreWork(messages int) streamWork {
	return streamWork{messages, (*static).receive, (*streaming).pulledMore, ""}
}

func sendWork(messages int) streamWork {
	return streamWork{messages, (*static).send, (*streaming).collected, "send"}
}

// contenders cost a time for each message.
func (w streamWork) contenders() []contender {
	through := func(h *host, err error) (*runner, error) {
		if err != nil {
			return nil, err
		}
		s := newStreaming(h, w.messages)
		return &runner{timed(w.messages, times(func() error { return w.worker(s) })), h.stop}, nil
	}
	contenders := []contender{
		{relayed, func(b *bed, _ string) (*runner, error) {
			return through(startHost(relayCommand(b, smallBody, w.messages)))
		}},
		{staticGRPC, func(b *bed, _ string) (*runner, error) {
			s, err := dialStatic(b.address)
			if err != nil {
				return nil, err
			}
			return &runner{timed(w.messages, times(func() error { return w.static(s, w.messages) })), s.stop}, nil
		}},
		{ours, func(b *bed, row string) (*runner, error) {
			return through(b.connectedWorker(row))
		}},
	}
	if w.node != "" {
		contenders = append(contenders, w.byNode(grpcJS), w.byNode(oursByNode))
	}
	return contenders
}

func (w streamWork) byNode(who column) contender {
	return nodeContender(who, w.messages, nodeWork{Work: w.node, Messages: w.messages})
}
