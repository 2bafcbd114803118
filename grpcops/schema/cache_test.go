package schema

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestEqualSchemasAreCompiledOnce(t *testing.T) {
	c := NewCache(DefaultCacheBytes)
	given := func(text string) Given {
		return Given{Proto: protosOf("a.proto", text, "b.proto", "message B {}")}
	}
	loaded := make([]*Files, 16)
	var group sync.WaitGroup
	for i := range loaded {
		group.Go(func() {
			var err error
			if loaded[i], err = c.Load(t.Context(), given("message A {}")); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	for _, f := range loaded {
		if f != loaded[0] {
			t.Fatal("an equal schema was compiled again")
		}
	}
	other, err := c.Load(t.Context(), given("message A { }"))
	if err != nil || other == loaded[0] {
		t.Errorf("another schema gave the same files, %v", err)
	}
}

func TestTextsOfImportsCount(t *testing.T) {
	c := NewCache(DefaultCacheBytes)
	g := Given{Proto: Lone(NewSource("import \"x.proto\"; message A {}")), ImportPaths: []string{"."}}
	writeFiles(t, "x.proto", "message X {}")
	first, err := c.Load(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	writeFiles(t, "x.proto", "message Y {}")
	second, err := c.Load(t.Context(), g)
	if err != nil || second == first {
		t.Errorf("a changed import was not read again: %v", err)
	}
}

func TestFailuresAreNotKept(t *testing.T) {
	c := NewCache(DefaultCacheBytes)
	for range 2 {
		if _, err := c.Load(t.Context(), Given{Proto: Lone(NewSource("message {"))}); err == nil {
			t.Fatal("no error")
		}
	}
	if len(c.entries) != 0 {
		t.Errorf("%d entries are kept", len(c.entries))
	}
}

// TestCacheIsBounded by the memory that schemas hold; one that somebody holds is
// found all the same.
func TestCacheIsBounded(t *testing.T) {
	given := func(i int) Given { return Given{Proto: Lone(NewSource(fmt.Sprintf("message A%03d {}", i)))} }
	one, err := NewCache(DefaultCacheBytes).Load(t.Context(), given(0))
	if err != nil || one.memory == 0 {
		t.Fatalf("a schema of %d bytes, %v", one.memory, err)
	}
	const kept = 5
	c := NewCache(kept * one.memory)
	load := func(i int) *Files {
		f, err := c.Load(t.Context(), given(i))
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	used := load(0)
	for i := range 10 * kept {
		load(1)
		load(i + 2)
	}
	if c.bytes != kept*one.memory {
		t.Errorf("%d bytes are kept, %d are allowed", c.bytes, kept*one.memory)
	}
	if load(0) != used {
		t.Error("a schema in use was compiled again")
	}
	runtime.GC()
	if load(1); len(c.entries) > kept+1 {
		t.Errorf("%d entries are left", len(c.entries))
	}
	runtime.KeepAlive(used)
}

// TestNothingIsKept has a cache without room.
func TestNothingIsKept(t *testing.T) {
	c := NewCache(0)
	f, err := c.Load(t.Context(), Given{Proto: Lone(NewSource("message A {}"))})
	if err != nil || c.bytes != 0 {
		t.Fatalf("%d bytes are kept, %v", c.bytes, err)
	}
	if again, err := c.Load(t.Context(), Given{Proto: Lone(NewSource("message A {}"))}); again != f || err != nil {
		t.Errorf("what is in use was compiled again, %v", err)
	}
}

// TestWaitingForACompile ends with the context of who waits, and the compile goes
// on for the others.
func TestWaitingForACompile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewCache(DefaultCacheBytes)
		for range cap(c.slots) {
			c.slots <- struct{}{} // no compile begins
		}
		g := Given{Proto: Lone(NewSource("message A {}"))}
		ctx, cancel := context.WithCancel(t.Context())
		results := make(chan error, 2)
		for _, ctx := range []context.Context{ctx, t.Context()} {
			go func() {
				_, err := c.Load(ctx, g)
				results <- err
			}()
		}
		synctest.Wait()
		cancel()
		if err := <-results; !errors.Is(err, context.Canceled) {
			t.Errorf("who leaves gets %v", err)
		}
		<-c.slots
		if err := <-results; err != nil {
			t.Errorf("who stays gets %v", err)
		}
		c.slots <- struct{}{}

		other := Given{Proto: Lone(NewSource("message B {}"))}
		ctx, cancel = context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := c.Load(ctx, other); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		synctest.Wait() // the compile has stopped, or the test would not end
		<-c.slots
		if _, err := c.Load(t.Context(), other); err != nil {
			t.Errorf("after a compile that was called off: %v", err)
		}
	})
}
