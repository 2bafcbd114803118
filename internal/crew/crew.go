// Package crew runs tasks on goroutines that are used again.
package crew

import "sync"

// Crew runs tasks on goroutines that are used again: the stack of an RPC grows
// several times on a fresh one, which is a seventh of a small call's CPU time. The
// zero Crew is ready for use.
//
// The crew owns its goroutines. Dismiss ends those that are idle, and the others
// when their task is done.
type Crew struct {
	mu   sync.Mutex
	idle []chan func() // of goroutines that wait for a task, the latest last
	gone bool
}

// mostIdle is how many goroutines wait for tasks at the most.
const mostIdle = 128

// Do runs task on a goroutine of the crew.
func (c *Crew) Do(task func()) {
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
func (c *Crew) work(task func()) {
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

// Dismiss ends the goroutines that wait.
func (c *Crew) Dismiss() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gone = true
	for _, tasks := range c.idle {
		close(tasks)
	}
	c.idle = nil
}
