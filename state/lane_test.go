package state

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
)

var errTest = errors.New("test")

// cancelled is a context that has ended with a cause.
func cancelled(cause error) context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(cause)
	return ctx
}

// TestLaneOrder runs places in the order in which they joined, on goroutines
// that start in another.
func TestLaneOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l lane
		var places []*place
		for range 100 {
			places = append(places, l.join())
		}
		done := make(chan int, len(places))
		for i := range places {
			i := len(places) - 1 - i
			go func() {
				defer places[i].leave()
				if err := places[i].wait(t.Context()); err != nil {
					t.Error(err)
				}
				done <- i
			}()
			synctest.Wait()
		}
		var order []int
		for range places {
			order = append(order, <-done)
		}
		if !slices.IsSorted(order) {
			t.Errorf("the order is %v", order)
		}
		synctest.Wait()
		if n := l.places.Len(); n != 0 {
			t.Errorf("%d places are left", n)
		}
	})
}

// TestLaneSkipsWhoLeaves early, wherever it stands.
func TestLaneSkipsWhoLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l lane
		first, second, third, fourth := l.join(), l.join(), l.join(), l.join()
		second.leave()
		turn := make(chan error)
		go func() { turn <- third.wait(t.Context()) }()
		synctest.Wait()
		select {
		case <-turn:
			t.Fatal("the third has its turn before the first has left")
		default:
		}
		first.leave()
		if err := <-turn; err != nil {
			t.Error(err)
		}
		go func() { turn <- fourth.wait(t.Context()) }()
		third.leave()
		if err := <-turn; err != nil {
			t.Error(err)
		}
		fourth.leave()
		if err := l.join().wait(t.Context()); err != nil {
			t.Errorf("an empty lane: %v", err)
		}
	})
}

// TestLaneWaitEnds with the cause of the context, and when: answers keep their
// order, unless the request was cancelled.
func TestLaneWaitEnds(t *testing.T) {
	for _, test := range []struct {
		name   string
		cause  error
		atOnce bool
	}{
		{"its time is up", errWaitTimeout, false},
		{"the worker ends", ErrShuttingDown, false},
		{"it is cancelled", ErrCancelled, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var l lane
				first, second, third := l.join(), l.join(), l.join()
				if err := first.wait(cancelled(test.cause)); !errors.Is(err, test.cause) {
					t.Errorf("the first: %v", err)
				}
				left := make(chan *place, 2)
				for _, p := range []*place{third, second} {
					go func() {
						if err := p.wait(cancelled(test.cause)); !errors.Is(err, test.cause) {
							t.Error(err)
						}
						left <- p
						p.leave()
					}()
					synctest.Wait()
				}
				if atOnce := len(left) == 2; atOnce != test.atOnce {
					t.Errorf("%d of 2 have ended before the first has left", len(left))
				}
				first.leave()
				if p := <-left; !test.atOnce && p != second {
					t.Error("the third has ended before the second")
				}
				<-left
			})
		})
	}
}

func TestTally(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var uses tally
		if err := uses.wait(t.Context()); err != nil {
			t.Errorf("none: %v", err)
		}
		uses.add()
		uses.add()
		if err := uses.wait(cancelled(errTest)); !errors.Is(err, errTest) {
			t.Errorf("two: %v", err)
		}
		idle := make(chan error)
		for range 2 {
			go func() { idle <- uses.wait(t.Context()) }()
		}
		synctest.Wait()
		uses.done()
		synctest.Wait()
		select {
		case <-idle:
			t.Fatal("one is left")
		default:
		}
		uses.done()
		for range 2 {
			if err := <-idle; err != nil {
				t.Error(err)
			}
		}
		uses.add()
		if err := uses.wait(cancelled(errTest)); !errors.Is(err, errTest) {
			t.Errorf("one again: %v", err)
		}
	})
}
