package crew

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

// TestDo runs every task once, also while others wait.
func TestDo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c Crew
		var done atomic.Int64
		release := make(chan struct{})
		const tasks = 3 * mostIdle
		for range tasks {
			c.Do(func() { <-release; done.Add(1) })
		}
		close(release)
		synctest.Wait()
		if done.Load() != tasks {
			t.Errorf("%d tasks were done, want %d", done.Load(), tasks)
		}
		if len(c.idle) != mostIdle {
			t.Errorf("%d goroutines wait, want %d", len(c.idle), mostIdle)
		}
		c.Dismiss() // or synctest finds them waiting for ever
	})
}

// TestAgain uses a goroutine again, and ends one whose crew was dismissed.
func TestAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c Crew
		var wg sync.WaitGroup
		for range 10 {
			wg.Add(1)
			c.Do(wg.Done)
			synctest.Wait()
			if len(c.idle) != 1 {
				t.Fatalf("%d goroutines wait, want 1", len(c.idle))
			}
		}
		wg.Wait()
		busy := make(chan struct{})
		c.Do(func() { <-busy })
		c.Dismiss()
		close(busy)
	})
}
