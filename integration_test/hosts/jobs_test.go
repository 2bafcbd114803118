package hosts

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
)

// jobs are the background jobs of one script, which share the worker's process: each
// writes whole lines, and one reader hands each answer to the job that waits for its
// id.
type jobs struct {
	*oneScript
	write   sync.Mutex // held to write a line
	mu      sync.Mutex // guards the rest
	last    int
	waiting map[int]chan answer
}

// ask makes one request and waits for its answer.
func (j *jobs) ask(method string, params object) answer {
	j.mu.Lock()
	j.last++
	id := j.last
	answered := make(chan answer, 1)
	j.waiting[id] = answered
	j.mu.Unlock()
	text, err := json.Marshal(request{JSONRPC: "2.0", ID: id, Method: method, Params: params})
	if err != nil {
		panic(err) // the params are the test's own
	}
	j.write.Lock()
	_, err = io.WriteString(j.stdin, string(text)+"\n")
	j.write.Unlock()
	if err != nil {
		close(answered)
	}
	return <-answered
}

// read hands out answers until the worker's output ends.
func (j *jobs) read() {
	for {
		line, err := j.line()
		j.mu.Lock()
		if err != nil {
			for _, answered := range j.waiting {
				close(answered)
			}
			j.waiting = nil
			j.mu.Unlock()
			return
		}
		a := parse(j.t, line)
		answered := j.waiting[*a.ID]
		delete(j.waiting, *a.ID)
		j.mu.Unlock()
		answered <- a
	}
}

// work is one job: calls on a connection of its own and on the shared one, and a
// stream in between.
func (j *jobs) work(name string, calls int) error {
	own := "own-" + name
	if a := j.ask("openConnection", object{"address": "demo:///", "connectionId": own}); a.Error != nil || a.ID == nil {
		return fmt.Errorf("opening: %+v", a.Error)
	}
	stream := "stream-" + name
	j.ask("initBidiStream", object{"connection": "shared", "service": demo, "method": "Chat", "streamId": stream})
	for i := range calls {
		text := fmt.Sprintf("%s-%d", name, i)
		connection := own
		if i%2 == 0 {
			connection = "shared"
		}
		j.ask("sendMessage", object{"streamId": stream, "message": object{"text": text}})
		for method, params := range map[string]object{
			"callMethod": {"connection": connection, "service": demo, "method": "SayHello", "request": object{"name": text}},
			"getMessage": {"streamId": stream},
		} {
			if a := j.ask(method, params); !strings.Contains(string(a.Result), text) {
				return fmt.Errorf("%s of %s: %s, error %+v", method, text, a.Result, a.Error)
			}
		}
	}
	if a := j.ask("closeConnection", object{"connection": own}); a.Error != nil {
		return errors.New(a.Error.Message)
	}
	return nil
}

// No answer is lost and none comes to another job.
func TestJobsOnThePipe(t *testing.T) {
	t.Parallel()
	for _, count := range []int{1, 2, 4, 16} {
		t.Run(fmt.Sprint(count), func(t *testing.T) {
			t.Parallel()
			j := &jobs{oneScript: startOneScript(t, "--demo"), waiting: map[int]chan answer{}}
			var reader, all sync.WaitGroup
			reader.Go(j.read)
			j.ask("openConnection", object{"address": "demo:///", "connectionId": "shared"})
			for n := range count {
				all.Go(func() {
					if err := j.work(fmt.Sprint("job", n), 200/count); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			if err := j.stdin.Close(); err != nil {
				t.Fatal(err)
			}
			reader.Wait()
			if err := j.process.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
}
