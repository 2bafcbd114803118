package memory

import (
	"context"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"
)

// TestRoomComesBack to the reader in every way in which it can.
func TestRoomComesBack(t *testing.T) {
	for _, test := range []struct {
		name string
		give func(a *Account)
	}{
		{"a request without an answer", func(a *Account) { a.Answered(60, 0) }},
		{"an answer smaller than its request", func(a *Account) { a.Answered(60, 40) }},
		{"an answer that is written", func(a *Account) { a.Answered(60, 60); a.Written(60) }},
		{"a batch that is answered", func(a *Account) { a.Hold(30); a.Answered(60, 30); a.Hold(-30) }},
		{"a reply that did not come", func(a *Account) {
			var r Reply
			r.Arrive(context.Background(), a)
			a.Answered(60, 0)
			r.Release()
		}},
		{"messages that were gathered", func(a *Account) {
			g := a.Gather()
			g.Wait(context.Background())
			g.Add(30)
			a.Answered(60, 0)
			g.End()
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := New(100)
				a.Admit(60)
				admitted := make(chan struct{})
				go func() {
					a.Admit(60)
					close(admitted)
				}()
				synctest.Wait()
				select {
				case <-admitted:
					t.Fatal("120 of 100 bytes are held")
				default:
				}
				test.give(a)
				<-admitted
			})
		})
	}
}

// TestLargeRequest is let in when there is nothing else.
func TestLargeRequest(t *testing.T) {
	a := New(100)
	a.Admit(1000)
	a.Answered(1000, 0)
	a.Admit(1000)
}

// arrive lets a reply arrive on a goroutine of its own.
func arrive(ctx context.Context, a *Account) (r *Reply, done chan struct{}) {
	r, done = &Reply{}, make(chan struct{})
	go func() {
		r.Arrive(ctx, a)
		close(done)
	}()
	synctest.Wait()
	return r, done
}

func isDone(done chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}

// TestRepliesWaitForTheHost while what is queued is more than half the bound, however
// long that takes, and go on in their order when it is written.
func TestRepliesWaitForTheHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := New(8 * unknownReply)
		a.Admit(1)
		a.Answered(1, 4*unknownReply)
		first, firstDone := arrive(t.Context(), a)
		_, secondDone := arrive(t.Context(), a)
		ctx, cancel := context.WithCancel(t.Context())
		_, thirdDone := arrive(ctx, a)
		time.Sleep(time.Hour)
		if isDone(firstDone) || isDone(secondDone) {
			t.Fatal("a reply arrives while the host does not read")
		}
		cancel()
		<-thirdDone // it is given up
		a.Written(2 * unknownReply)
		<-firstDone
		synctest.Wait()
		if isDone(secondDone) {
			t.Fatal("the second arrives although there is room for one")
		}
		first.Release()
		<-secondDone
	})
}

// TestRepliesDoNotWaitForServers for long: those that arrive slowly, while nothing is
// queued, hold others up for a moment.
func TestRepliesDoNotWaitForServers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := New(2 * unknownReply)
		_, slow := arrive(t.Context(), a)
		<-slow
		begin := time.Now()
		for range 10 {
			_, done := arrive(t.Context(), a)
			<-done
		}
		if took := time.Since(begin); took > 11*patience {
			t.Errorf("ten replies waited %v", took)
		}
	})
}

// TestReplyIsAlwaysLetIn when nothing else is held, however small the account is.
func TestReplyIsAlwaysLetIn(t *testing.T) {
	a := New(1)
	for range 3 {
		var r Reply
		r.Arrive(t.Context(), a)
		r.Release()
		r.Release()
	}
	if _, replies := a.Held(); replies != 0 {
		t.Errorf("%d bytes are left", replies)
	}
}

// TestExpectation follows the size of the replies.
func TestExpectation(t *testing.T) {
	a := New(64 * unknownReply)
	for _, size := range []int{3 * unknownReply, 100, 100} {
		var r Reply
		r.Arrive(t.Context(), a)
		r.Size = size
		r.Release()
	}
	if want := 3 * unknownReply * 7 / 8 * 7 / 8; a.typical != want {
		t.Errorf("%d bytes are expected, want %d", a.typical, want)
	}
}

// TestGathering goes on for the first, and for others as far as half the bound.
func TestGathering(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := New(100)
		first, second := a.Gather(), a.Gather()
		for _, g := range []*Gathering{first, second} {
			g.Wait(t.Context())
			g.Add(30)
		}
		done := make(chan struct{})
		go func() {
			second.Wait(t.Context())
			close(done)
		}()
		synctest.Wait()
		if isDone(done) {
			t.Fatal("the second gathers over the bound")
		}
		first.Wait(t.Context())
		first.Add(10)
		first.End()
		<-done
		second.Add(50)
		third := a.Gather()
		third.Add(1)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		third.Wait(ctx)
		second.End()
		third.End()
		if _, replies := a.Held(); a.gathered != 0 || replies != 0 {
			t.Errorf("%d bytes are gathered, %d held", a.gathered, replies)
		}
	})
}

// TestNothingHangs whatever comes and goes, with a host that reads, and nothing is
// left at the end.
func TestNothingHangs(t *testing.T) {
	for seed := range uint64(50) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 0))
			a := New(8 << 20)
			unwritten := make(chan int, 10000)
			go func() {
				for size := range unwritten {
					time.Sleep(time.Millisecond)
					a.Written(size)
				}
			}()
			done := make(chan struct{}, 10000)
			const requests = 300
			for range requests {
				n, size, wait := 1+random.IntN(1<<20), random.IntN(3<<20), time.Duration(random.IntN(50))*time.Millisecond
				kind := random.IntN(3)
				a.Admit(n)
				go func() {
					var r Reply
					switch kind {
					case 0:
						time.Sleep(wait)
						r.Arrive(t.Context(), a)
						r.Size = size
					case 1:
						g := a.Gather()
						for range 10 {
							time.Sleep(wait)
							g.Wait(t.Context())
							g.Add(1 + size/10)
						}
						defer g.End()
					}
					a.Answered(n, size)
					unwritten <- size
					r.Release()
					done <- struct{}{}
				}()
			}
			for range requests {
				<-done
			}
			close(unwritten)
			time.Sleep(time.Hour)
			if requests, replies := a.Held(); requests != 0 || replies != 0 || a.queued != 0 || a.gathered != 0 {
				t.Errorf("seed %d: %d bytes of requests, %d of replies, %d queued, %d gathered are left", seed, requests, replies, a.queued, a.gathered)
			}
		})
	}
}

// TestLittleReplies are let in before they arrive once those before were small, a bounded
// number at a time, and not while others wait.
func TestLittleReplies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := New(8 * unknownReply)
		var unknown Reply
		if unknown.Expect(a) {
			t.Error("a reply of unknown size was let in early")
		}
		learn := func(size int) {
			for a.typical > size {
				var r Reply
				r.Arrive(t.Context(), a)
				r.Size = size
				r.Release()
			}
		}
		learn(littleReply / 64)
		early := make([]Reply, mostEarly+1)
		for i := range early {
			if let := early[i].Expect(a); let != (i < mostEarly) {
				t.Fatalf("reply %d was let in: %v", i, let)
			}
		}
		if _, replies := a.Held(); replies != mostEarly*a.arriving() {
			t.Errorf("%d bytes are held", replies)
		}
		early[0].Release()
		if !early[mostEarly].Expect(a) {
			t.Error("there is no room after one was released")
		}
		for i := range early {
			early[i].Release()
		}
		if _, replies := a.Held(); replies != 0 || a.early != 0 {
			t.Errorf("%d bytes and %d replies are held in the end", replies, a.early)
		}
		early[0].Size = 2 * littleReply
		early[0].Expect(a)
		early[0].Release()
		if early[1].Expect(a) {
			t.Error("a reply was let in early after a large one")
		}
		learn(littleReply / 64)
		a.Hold(4 * unknownReply)
		if early[1].Expect(a) {
			t.Error("a reply was let in early while the host does not read")
		}
	})
}
