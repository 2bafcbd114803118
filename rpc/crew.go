package rpc

import "sync"

// crew runs tasks on goroutines that are used again: the stack of a call grows
// several times on a fresh one, which is a seventh of its CPU time.
//
// The crew owns its goroutines. dismiss ends those that are idle, and the others
// when their task is done.
type crew struct {
	mu   sync.Mutex
	idle []chan func() // of goroutines that wait for a task, the latest last
	gone bool
}

// mostIdle is how many goroutines wait for tasks at the most.
const mostIdle = 128

// do runs task on a goroutine of the crew.
func (c *crew) do(task func()) {
	c.mu.Lock()
	if n := len(c.idle); n > 0 {
		next := c.idle[n-1]
		c.idle = c.idle[:n-1]
		c.mu.Unlock()
		next <- task
		return
	}
	c.mu.Unlock()
	go c.work(task)
}

// work runs task and those that come after it.
func (c *crew) work(task func()) {
	tasks := make(chan func(), 1)
	for task != nil {
		task()
		c.mu.Lock()
		if c.gone || len(c.idle) == mostIdle {
			c.mu.Unlock()
			return
		}
		c.idle = append(c.idle, tasks)
		c.mu.Unlock()
		task = <-tasks // nil when the crew is dismissed
	}
}

// dismiss ends the goroutines that wait.
func (c *crew) dismiss() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gone = true
	for _, tasks := range c.idle {
		close(tasks)
	}
	c.idle = nil
}
