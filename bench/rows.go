package main

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/grpcline/grpcline/internal/nearest"
)

// floodWidth is how many calls are in flight where there are many.
const floodWidth = 64

// allRows are all that is measured.
func allRows(o *options) []row {
	return slices.Concat(callRows(), streamRows(o.messages), servingRows(o.messages), jsonRows(), workerRows(o.messages))
}

// callRows are unary calls.
func callRows() []row {
	lone := func(name, title string, size int, limit float64) row {
		u := unaryWork{size, 1}
		return row{
			name: name, title: title, unit: seconds,
			contenders: append(u.contenders(), u.pipe()),
			goals:      append([]goal{atMost(limit, staticGRPC, barePipe)}, aheadOfNode(oursByNode, byPackage)...),
		}
	}
	one, many := unaryWork{smallBody, 1}, unaryWork{smallBody, floodWidth}
	return []row{
		lone("unary", "unary, 32 bytes, one at a time", smallBody, 1.25),
		{
			name: "unary-inflight", title: "unary, 32 bytes, 64 in flight, a call", unit: seconds,
			contenders: many.contenders(), goals: append([]goal{atLeast(1, staticGRPC)}, aheadOfNode(oursByNode, byPackage)...),
		},
		lone("unary-64k", "unary, 64 KiB each way", 64<<10, 1.1),
		lone("unary-1m", "unary, 1 MiB each way", 1<<20, 1.5),
		{
			name: "rich", title: "unary, a rich message of 10 KB each way", unit: seconds,
			contenders: richContenders(), goals: []goal{atMost(1.5, staticGRPC, barePipe)},
		},
		{
			name: "grpcurl", title: "unary, one process a call", unit: seconds,
			contenders: []contender{one.grpcurl(), one.static(), one.worker()}, goals: []goal{atLeast(100, grpcurlTool)},
		},
		{
			name: "grpcurl-inflight", title: "unary, one process a call; grpcline with 64 in flight", unit: seconds,
			contenders: []contender{one.grpcurl(), many.static(), many.worker()}, goals: []goal{atLeast(500, grpcurlTool)},
		},
	}
}

// streamRows are streams, measured by message.
func streamRows(messages int) []row {
	stream := func(name, title string, w streamWork, limit float64) row {
		r := row{name: name, title: title + ", a message", unit: seconds, contenders: w.contenders(), goals: []goal{atLeast(limit, staticGRPC)}}
		if w.node != "" {
			r.goals = append(r.goals, aheadOfNode(oursByNode)...)
		}
		return r
	}
	return []row{
		stream("push", "server stream, pushed", pushWork(messages), 1),
		stream("get-messages", "server stream, getMessages (100)", pullWork(messages), 1),
		stream("get-messages-alone", "server stream, getMessages (100), one in flight", pullAloneWork(messages), 1),
		stream("get-messages-more", "server stream, getMessages (1,000), one in flight", pullMoreWork(messages), 1),
		stream("send-messages", "client stream, sendMessages (100)", sendWork(messages), 0.9),
	}
}

// jsonRows are the transcoder's.
func jsonRows() []row {
	var rows []row
	faster := []goal{atLeast(20, protoJSON)}
	add := func(name, title string, toJSON, toWire []contender) {
		rows = append(rows,
			row{name: "to-json-" + name, title: "wire to JSON, " + title, unit: seconds, contenders: toJSON, goals: faster},
			row{name: "to-wire-" + name, title: "JSON to wire, " + title, unit: seconds, contenders: toWire, goals: faster})
	}
	add("small", "small message", toJSONContenders(small()), toWireContenders(small()))
	add("items", "100 nested items", toJSONContenders(items(100)), toWireContenders(items(100)))
	add("rich", "a rich message of 10 KB", toJSONContenders(order()), toWireContenders(order()))
	add("64k", "64 KiB of bytes", toJSONContenders(payload(64<<10)), toWireContenders(payload(64<<10)))
	return rows
}

// workerRows are about the worker itself.
func workerRows(messages int) []row {
	allocs := func(name, title string, contenders []contender) row {
		return row{name: "allocs-" + name, title: "allocations, " + title, unit: counted, contenders: contenders}
	}
	memory := func(name, title string, contenders []contender, goals ...goal) row {
		return row{name: name, title: title, unit: bytesOf, once: true, contenders: contenders, goals: goals}
	}
	idle := goal{who: ours, limit: 12 << 10}
	return []row{
		{
			name: "start", title: "start to first answer", unit: seconds,
			contenders: startContenders(), goals: []goal{{who: ours, limit: 10e-3}},
		},
		memory("idle", "memory when idle", memoryOf(idleMemory)),
		memory("idle-server", "memory of an idle server stream",
			memoryOf(streamMemory("initServerStream", "Produce", `,"request":{"hold":true}`)), idle),
		memory("idle-bidi", "memory of an idle bidi stream",
			memoryOf(streamMemory("initBidiStream", "Talk", "")), idle),
		allocs("unary", "a unary call", unaryAllocs(counted)),
		{name: "alloc-bytes-unary", title: "allocated bytes, a unary call", unit: bytesOf, contenders: unaryAllocs(bytesOf)},
		allocs("push", "a pushed message", streamAllocs(pushWork(messages))),
		allocs("get-messages", "a message of getMessages (100)", streamAllocs(pullWork(messages))),
		allocs("send-messages", "a message of sendMessages (100)", streamAllocs(sendWork(messages))),
	}
}

// selectRows are those that a list of names or patterns asks for, such as
// "unary,idle-*"; all of them when it is empty.
func selectRows(all []row, list string) ([]row, error) {
	if list == "" {
		return all, nil
	}
	var names []string
	for _, r := range all {
		names = append(names, r.name)
	}
	wanted := map[string]bool{}
	for _, pattern := range strings.Split(list, ",") {
		found := false
		for _, name := range names {
			matches, err := path.Match(pattern, name)
			if err != nil {
				return nil, fmt.Errorf("--rows: %q is not a pattern", pattern)
			}
			if matches {
				found, wanted[name] = true, true
			}
		}
		if !found {
			return nil, fmt.Errorf("--rows: there is no row %q%s (the rows are %s)", pattern, nearest.Hint(pattern, names), strings.Join(names, ", "))
		}
	}
	var rows []row
	for _, r := range all {
		if wanted[r.name] {
			rows = append(rows, r)
		}
	}
	return rows, nil
}
