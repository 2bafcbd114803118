// Package reqctx has the contexts of requests.
package reqctx

import (
	"context"
	"time"
)

// Context is the context of one request. Its owner calls Cancel when the request
// is done, at the latest.
//
// A deadline is set on the context itself and not on one made of it, which would
// cost a small call as much again: each level has a channel and a list of those
// below. So Err is context.Canceled also if the deadline ended it;
// context.Cause tells.
type Context struct {
	context.Context
	cancel   context.CancelCauseFunc
	deadline time.Time
	timer    *time.Timer // nil without a deadline
}

// New makes a Context that ends with parent at the latest.
func New(parent context.Context) *Context {
	ctx, cancel := context.WithCancelCause(parent)
	return &Context{Context: ctx, cancel: cancel}
}

// Cancel ends the context with a cause, unless it has ended.
func (c *Context) Cancel(cause error) { c.cancel(cause) }

// Within limits what is done with ctx to d, after which it ends with cause. Where
// ctx is a *Context without a deadline, it gets this one, for good; it must not be
// in use by others yet. cancel frees what Within has taken.
func Within(ctx context.Context, d time.Duration, cause error) (limited context.Context, cancel context.CancelFunc) {
	c, ok := ctx.(*Context)
	if _, set := ctx.Deadline(); !ok || set {
		return context.WithTimeoutCause(ctx, d, cause)
	}
	c.deadline = time.Now().Add(d)
	c.timer = time.AfterFunc(d, func() { c.cancel(cause) })
	return c, c.stop
}

func (c *Context) stop() { c.timer.Stop() }

// Deadline is the one that was set, or that of the parent.
func (c *Context) Deadline() (time.Time, bool) {
	if c.timer != nil {
		return c.deadline, true
	}
	return c.Context.Deadline()
}
