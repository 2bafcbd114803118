package rpc

import (
	"testing"
	"testing/synctest"
)

func TestBudgetWaitsForRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(100)
		b.take(60)
		taken := make(chan struct{})
		go func() {
			b.take(50)
			close(taken)
		}()
		synctest.Wait()
		select {
		case <-taken:
			t.Fatal("110 of 100 bytes were taken")
		default:
		}
		b.give(5)
		synctest.Wait()
		select {
		case <-taken:
			t.Fatal("105 of 100 bytes were taken")
		default:
		}
		b.give(5)
		<-taken
		b.give(100)
	})
}

// TestBudgetLetsALargeOneIn takes more than there is, where there is nothing else.
func TestBudgetLetsALargeOneIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(100)
		b.take(1000)
		done := make(chan struct{})
		go func() {
			b.take(1)
			close(done)
		}()
		synctest.Wait()
		select {
		case <-done:
			t.Fatal("1001 of 100 bytes were taken")
		default:
		}
		b.give(1000)
		<-done
	})
}

// TestBudgetAddNeverWaits counts over the bound without waiting.
func TestBudgetAddNeverWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(100)
		b.add(1000)
		b.add(-950)
		b.take(50)
		b.give(100)
		b.take(1000)
	})
}
