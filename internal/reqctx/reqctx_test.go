package reqctx

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

var errLate, errTest = errors.New("late"), errors.New("test")

// TestWithin ends a context and those made of it at the deadline.
func TestWithin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(t.Context())
		defer c.Cancel(nil)
		if at, ok := c.Deadline(); ok {
			t.Errorf("a deadline at %v", at)
		}
		limited, cancel := Within(c, time.Second, errLate)
		defer cancel()
		if limited != context.Context(c) {
			t.Error("another context was made")
		}
		below, end := context.WithCancel(limited)
		defer end()
		if at, ok := below.Deadline(); !ok || time.Until(at) != time.Second {
			t.Errorf("the deadline is at %v, %v", at, ok)
		}
		time.Sleep(time.Second - time.Nanosecond)
		synctest.Wait()
		if below.Err() != nil {
			t.Errorf("before the deadline: %v", below.Err())
		}
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		if !errors.Is(context.Cause(below), errLate) {
			t.Errorf("at the deadline: %v", context.Cause(below))
		}
	})
}

// TestWithinAgain makes a context of its own where there is a deadline, or
// another kind of context.
func TestWithinAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(t.Context())
		Within(c, time.Hour, errTest)
		for _, from := range []context.Context{c, t.Context()} {
			limited, cancel := Within(from, time.Second, errLate)
			defer cancel()
			if limited == from {
				t.Error("the context was changed")
			}
			time.Sleep(time.Second)
			synctest.Wait()
			if !errors.Is(context.Cause(limited), errLate) || from.Err() != nil {
				t.Errorf("%v, and that it was made of: %v", context.Cause(limited), from.Err())
			}
		}
		c.Cancel(errTest)
	})
}

// TestCancel gives the first cause, and stops the clock.
func TestCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(t.Context())
		_, cancel := Within(c, time.Second, errLate)
		cancel()
		time.Sleep(time.Hour)
		synctest.Wait()
		if c.Err() != nil {
			t.Errorf("after the limit was taken off: %v", context.Cause(c))
		}
		c.Cancel(errTest)
		c.Cancel(errLate)
		if !errors.Is(context.Cause(c), errTest) {
			t.Errorf("the cause is %v", context.Cause(c))
		}
		parent, end := context.WithCancelCause(t.Context())
		of := New(parent)
		end(errTest)
		if !errors.Is(context.Cause(of), errTest) {
			t.Errorf("the parent's end: %v", context.Cause(of))
		}
	})
}
