package rpc

import (
	"fmt"
	"strings"
	"testing"
)

// conversation makes requests on one stream whose answers must come in the order of
// the requests. Each side has the ids of its requests, in their order.
type conversation struct {
	stream string
	lines  []string
	sides  map[string][]string
}

// add writes a request; an empty side is none.
func (c *conversation) add(side, method, more string) {
	id := fmt.Sprintf("%q", fmt.Sprintf("%s/%d", c.stream, len(c.lines)))
	c.lines = append(c.lines, fmt.Sprintf(`{"id":%s,"method":%q,"params":{"streamId":%q%s}}`, id, method, c.stream, more))
	if side != "" {
		c.sides[side] = append(c.sides[side], id)
	}
}

// conversations are ways to have many requests in flight on both sides of a stream,
// with closeStream behind them.
var conversations = map[string]func(c *conversation){
	"gets and sends": func(c *conversation) {
		for range 12 {
			c.add("send", "sendMessage", `,"message":{"text":"x"}`)
			c.add("get", "getMessage", "")
		}
		c.add("send", "completeSend", "")
		c.add("get", "getHeaders", "")
		c.add("get", "getMessages", "")
	},
	"waits that time out": func(c *conversation) {
		for range 12 {
			c.add("get", "getMessage", `,"timeoutMs":1`)
		}
	},
	"messages that do not fit": func(c *conversation) {
		for range 12 {
			c.add("send", "sendMessage", `,"message":{"text":"x"}`)
			c.add("send", "sendMessage", `,"message":{"txt":"x"}`)
		}
	},
	"after the end": func(c *conversation) {
		c.add("send", "completeSend", "")
		for range 12 {
			c.add("get", "getMessage", "")
			c.add("send", "sendMessage", `,"message":{}`)
		}
	},
	"some are cancelled": func(c *conversation) {
		for i := range 12 {
			side := "get"
			if i%3 == 1 {
				side = "" // it answers at once
			}
			c.add(side, "getMessage", "")
			if side == "" {
				id := strings.SplitN(c.lines[len(c.lines)-1], ",", 2)[0]
				c.lines = append(c.lines, `{"method":"$/cancelRequest","params":`+id+`}}`)
			}
		}
		c.add("", "sendMessages", `,"messages":[{},{},{},{},{},{},{},{},{},{},{},{}]`)
	},
	"an opening that fails": func(c *conversation) {
		c.stream = "failing" + c.stream
		for range 12 {
			c.add("get", "getMessage", "")
			c.add("send", "sendMessage", `,"message":{}`)
		}
	},
}

// TestAnswersKeepTheOrder of the requests on each side of a stream, and closeStream
// is answered behind all of them: as lines, and as the members of a batch.
func TestAnswersKeepTheOrder(t *testing.T) {
	const rounds = 60
	for name, converse := range conversations {
		for _, batched := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, batched %v", name, batched), func(t *testing.T) {
				var in strings.Builder
				in.WriteString(openDemo + "\n")
				var all []*conversation
				for i := range rounds {
					c := &conversation{stream: fmt.Sprintf("x%d", i), sides: map[string][]string{}}
					converse(c)
					method := "Chat"
					if strings.HasPrefix(c.stream, "failing") {
						method = "Chatter"
					}
					c.add("close", "closeStream", "")
					for side := range c.sides {
						c.sides[side] = append(c.sides[side], c.sides["close"][0])
					}
					fmt.Fprintf(&in, `{"id":"init %s","method":"initBidiStream","params":{"connection":"c1","service":"grpcline.demo.Demo","method":%q,"streamId":%q}}`+"\n", c.stream, method, c.stream)
					if batched {
						in.WriteString("[" + strings.Join(c.lines, ",") + "]\n")
					} else {
						in.WriteString(strings.Join(c.lines, "\n") + "\n")
					}
					all = append(all, c)
				}
				place := map[string]int{}
				for i, a := range serveAll(t, in.String(), testOptions()) {
					place[string(a.ID)] = i
				}
				for _, c := range all {
					for side, ids := range c.sides {
						for i := 1; i < len(ids); i++ {
							if place[ids[i-1]] > place[ids[i]] {
								t.Fatalf("%s: %s is answered before %s", side, ids[i], ids[i-1])
							}
						}
					}
				}
			})
		}
	}
}
