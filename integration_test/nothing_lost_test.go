package integration_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// scaled returns n, or a small part of it where the test shall be quick.
func scaled(n int) int {
	if testing.Short() || raceEnabled {
		return n / 20
	}
	return n
}

// quickly returns n, or a fifth of it with the race detector, under which everything
// takes several times as long.
func quickly(n int) int {
	if raceEnabled {
		return n / 5
	}
	return n
}

// pausingHost makes the host stop reading at random.
type pausingHost struct{ *rand.Rand }

func newPausingHost(t testing.TB) pausingHost {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	return pausingHost{rand.New(rand.NewPCG(seed, 0))}
}

func (p pausingHost) maybe() {
	if p.IntN(20_000) == 0 {
		<-time.After(time.Duration(p.IntN(20)) * time.Millisecond)
	}
}

// TestManyRequestsFromFile pipes 100,000 requests through `< file`.
func TestManyRequestsFromFile(t *testing.T) {
	n := scaled(100_000)
	server := testserver.Start(t, testserver.Options{})
	var text bytes.Buffer
	opening, err := json.Marshal(obj{"jsonrpc": "2.0", "id": 0, "method": "openConnection",
		"params": obj{"address": server.Addr, "proto": testserver.Texts(t), "timeoutMs": 0}})
	if err != nil {
		t.Fatal(err)
	}
	text.Write(append(opening, '\n'))
	for i := 1; i <= n; i++ {
		switch i % 3 {
		case 0:
			fmt.Fprintf(&text, `{"jsonrpc":"2.0","id":%d,"method":"ping"}`+"\n", i)
		case 1:
			fmt.Fprintf(&text, `{"jsonrpc":"2.0","id":%d,"method":"callMethod","params":{"connection":"c1","service":"script.v1.Script","method":"Unary","request":{"number":%d}}}`+"\r\n", i, i)
		default:
			fmt.Fprintf(&text, `{"jsonrpc":"2.0","id":%d,"method":"callMethod","params":["c1","script.v1.Script","Nope"]}`+"\n", i)
		}
	}
	in, err := os.Open(testserver.WriteFile(t, "in.jsonl", text.String()))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	seen := make([]int, n+1)
	pause := newPausingHost(t)
	h := StartWith(t, HostOptions{Stdin: in, OnLine: func(line []byte) {
		pause.maybe()
		id, err := checkNumberedAnswer(line)
		if err != nil || id < 0 || id > n {
			t.Errorf("%v in %.300q", err, line)
			return
		}
		seen[id]++
	}})
	if code := h.Wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	for id, times := range seen {
		if times != 1 {
			t.Fatalf("request %d was answered %d times", id, times)
		}
	}
}

// checkNumberedAnswer checks the answer to a request of TestManyRequestsFromFile.
func checkNumberedAnswer(line []byte) (id int, err error) {
	m, err := parseMessage(line)
	if err != nil {
		return 0, err
	}
	if id, err = strconv.Atoi(string(m.ID)); err != nil || id == 0 {
		return id, err
	}
	if (id%3 == 2) != (m.Error != nil) {
		return id, fmt.Errorf("the wrong end")
	}
	if id%3 == 1 {
		var result struct{ Message struct{ Number string } }
		if err := json.Unmarshal(m.Result, &result); err != nil || result.Message.Number != strconv.Itoa(id) {
			return id, fmt.Errorf("another's message: %w", err)
		}
	}
	return id, nil
}

// numberedLine finds the number of the message in an answer or notification.
func numberedLine(line []byte) (n int, found bool) {
	_, rest, found := bytes.Cut(line, []byte(`"number":"`))
	if !found {
		return 0, false
	}
	for i, b := range rest {
		if b < '0' || b > '9' {
			return n, i > 0
		}
		n = n*10 + int(b-'0')
	}
	return 0, false
}

// manyMessages starts a stream of n numbered messages on a worker whose output
// goes to each line by line.
func manyMessages(t *testing.T, n int, more obj, each func(line []byte)) *Host {
	t.Helper()
	server := testserver.Start(t, testserver.Options{})
	h := StartWith(t, HostOptions{OnLine: each})
	h.Send(request(h, `"open"`, "openConnection", obj{"address": server.Addr, "proto": testserver.Texts(t), "timeoutMs": 0}) + "\n")
	h.Send(request(h, `"init"`, "initServerStream", scripted("c1", "ServerStream",
		[]testserver.Step{{Receive: 1}, {Send: n}}, obj{"request": obj{}}, more)) + "\n")
	return h
}

// TestManyMessages gets a stream of 1,000,000 messages in each of three ways,
// with a host that pauses: all arrive, in order.
func TestManyMessages(t *testing.T) {
	n := scaled(1_000_000)
	t.Run("getMessage", func(t *testing.T) {
		pause := newPausingHost(t)
		next := 1
		room := make(chan struct{}, 20_000) // requests that have no answer yet
		h := manyMessages(t, n, nil, func(line []byte) {
			pause.maybe()
			if got, found := numberedLine(line); found {
				next++
				<-room
				if !bytes.HasPrefix(line, fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%d,`, got)) {
					t.Errorf("message %d in %.200q", got, line)
				}
			}
		})
		const chunk = 1000
		for first := 0; first < n; first += chunk {
			var b bytes.Buffer
			for i := range chunk {
				room <- struct{}{}
				fmt.Fprintf(&b, `{"jsonrpc":"2.0","id":%d,"method":"getMessage","params":{"streamId":"s1"}}`+"\n", first+i+1)
			}
			h.Send(b.String())
		}
		if code := h.Exit(); code != 0 || next != n+1 {
			t.Errorf("%d messages, want %d; exit code %d", next-1, n, code)
		}
	})
	t.Run("getMessages", func(t *testing.T) {
		pause := newPausingHost(t)
		next := 1
		more := make(chan bool, 1)
		more <- true
		h := manyMessages(t, n, nil, func(line []byte) {
			pause.maybe()
			var m struct {
				ID     any
				Result struct {
					Done     bool
					Messages []Item
				}
			}
			if err := json.Unmarshal(line, &m); err != nil {
				t.Errorf("%v in %.300q", err, line)
			}
			for _, item := range m.Result.Messages {
				if item != numbered(next) {
					t.Errorf("message %+v, want %d", item, next)
				}
				next++
			}
			if m.ID == "get" {
				more <- !m.Result.Done
			}
		})
		for <-more {
			h.Send(`{"id":"get","method":"getMessages","params":{"streamId":"s1","max":1000}}` + "\n")
		}
		if code := h.Exit(); code != 0 || next != n+1 {
			t.Errorf("%d messages, want %d; exit code %d", next-1, n, code)
		}
	})
	for name, push := range map[string]any{"push": true, "push with a window": obj{"window": 500}} {
		t.Run(name, func(t *testing.T) {
			pause := newPausingHost(t)
			next := 1
			acks := make(chan int, n)
			h := manyMessages(t, n, obj{"push": push}, func(line []byte) {
				pause.maybe()
				if got, found := numberedLine(line); found && got == next {
					if next++; next%250 == 0 {
						acks <- 250
					}
				} else if found {
					t.Errorf("message %d, want %d", got, next)
				}
				if bytes.Contains(line, []byte(`"streamEnd"`)) {
					close(acks)
				}
			})
			for count := range acks {
				if push != true {
					h.Send(`{"method":"ackMessages","params":["s1",` + strconv.Itoa(count) + "]}\n")
				}
			}
			if code := h.Exit(); code != 0 || next != n+1 {
				t.Errorf("%d messages, want %d; exit code %d", next-1, n, code)
			}
		})
	}
}
