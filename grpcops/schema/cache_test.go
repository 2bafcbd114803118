package schema

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
)

func TestEqualSchemasAreCompiledOnce(t *testing.T) {
	c := NewCache()
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
	c := NewCache()
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
	c := NewCache()
	for range 2 {
		if _, err := c.Load(t.Context(), Given{Proto: Lone(NewSource("message {"))}); err == nil {
			t.Fatal("no error")
		}
	}
	if len(c.entries) != 0 {
		t.Errorf("%d entries are kept", len(c.entries))
	}
}

func TestCacheIsBounded(t *testing.T) {
	c := NewCache()
	load := func(i int) *Files {
		f, err := c.Load(t.Context(), Given{Proto: Lone(NewSource(fmt.Sprintf("message A%d {}", i)))})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	used, unused := load(0), load(1)
	for i := 2; i <= maxCached; i++ {
		load(i)
		load(0)
	}
	if len(c.entries) != maxCached {
		t.Errorf("%d entries are kept", len(c.entries))
	}
	if load(0) != used {
		t.Error("a schema in use was dropped")
	}
	if load(1) == unused {
		t.Error("the schema not used for longest was kept")
	}
}

// Who waits for another's compile ends with its own context, and compiles itself
// where the other was called off.
func TestWaitingForACompile(t *testing.T) {
	g := Given{Proto: Lone(NewSource("message A {}"))}
	pending := func(c *Cache) *entry {
		read, err := gather(t.Context(), g)
		if err != nil {
			t.Fatal(err)
		}
		e, mine := c.entry(read.key())
		if !mine {
			t.Fatal("the cache is not empty")
		}
		return e
	}
	t.Run("own context", func(t *testing.T) {
		c := NewCache()
		pending(c)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := c.Load(ctx, g); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
	for _, err := range []error{context.Canceled, context.DeadlineExceeded, errInterrupted} {
		t.Run(err.Error(), func(t *testing.T) {
			c := NewCache()
			e := pending(c)
			loaded := make(chan error)
			go func() {
				_, err := c.Load(t.Context(), g)
				loaded <- err
			}()
			c.mu.Lock()
			clear(c.entries)
			c.mu.Unlock()
			e.err = err
			close(e.done)
			if err := <-loaded; err != nil {
				t.Error(err)
			}
		})
	}
}
