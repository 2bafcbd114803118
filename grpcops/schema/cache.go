package schema

import (
	"context"
	"crypto/sha256"
	"errors"
	"sync"

	"google.golang.org/protobuf/reflect/protoregistry"
)

// Given is what the caller gave. With both, proto may import the set's files and
// wins where both define a name.
type Given struct {
	Proto         *Protos
	ImportPaths   []string
	DescriptorSet *DescriptorSet
}

// maxCached is how many schemas a Cache keeps, the least recently used going
// first.
const maxCached = 256

// Cache compiles equal schemas once.
type Cache struct {
	mu      sync.Mutex
	entries map[[sha256.Size]byte]*entry
	clock   int // counts the uses
}

// entry is a schema that is compiled or being compiled. files and err are set
// when done is closed.
type entry struct {
	done     chan struct{}
	files    *Files
	err      error
	lastUsed int
}

// errInterrupted is the error of an entry whose compile did not come to its end.
var errInterrupted = errors.New("the compile was interrupted")

// NewCache makes an empty cache.
func NewCache() *Cache { return &Cache{entries: map[[sha256.Size]byte]*entry{}} }

// Load reads what is given and compiles it, unless an equal schema is compiled
// or being compiled already. The error is a *SourceError, a *CompileError, or
// ctx's where it ends first. Failures are not kept.
func (c *Cache) Load(ctx context.Context, g Given) (*Files, error) {
	t, err := gather(ctx, g)
	if err != nil {
		return nil, err
	}
	key := t.key()
	for {
		e, mine := c.entry(key)
		if mine {
			c.fill(ctx, key, e, t)
			return e.files, e.err
		}
		select {
		case <-e.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		// A compile that its own caller called off says nothing about this one.
		if !errors.Is(e.err, errInterrupted) && !errors.Is(e.err, context.Canceled) && !errors.Is(e.err, context.DeadlineExceeded) {
			return e.files, e.err
		}
	}
}

// entry finds the schema, or makes an entry that the caller is to fill.
func (c *Cache) entry(key [sha256.Size]byte) (e *entry, mine bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clock++
	e = c.entries[key]
	if e == nil {
		e, mine = &entry{done: make(chan struct{})}, true
		c.entries[key] = e
	}
	e.lastUsed = c.clock
	if len(c.entries) > maxCached {
		c.evict()
	}
	return e, mine
}

func (c *Cache) evict() {
	var oldest [sha256.Size]byte
	found := c.clock + 1
	for key, e := range c.entries {
		if e.lastUsed < found {
			oldest, found = key, e.lastUsed
		}
	}
	delete(c.entries, oldest)
}

// fill compiles the schema of an entry. Those who wait for it are let go even if
// the compiler panics.
func (c *Cache) fill(ctx context.Context, key [sha256.Size]byte, e *entry, t *texts) {
	e.err = errInterrupted
	defer close(e.done)
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if e.err != nil && c.entries[key] == e {
			delete(c.entries, key)
		}
	}()
	e.files, e.err = build(ctx, t)
}

// build makes a Files of what was read: the descriptor set is linked first, then
// the sources, which may import it.
func build(ctx context.Context, t *texts) (*Files, error) {
	set := newFiles(&protoregistry.Files{}, nil)
	if len(t.set) > 0 {
		var err error
		if set, err = linkSet(t.set); err != nil || len(t.files) == 0 {
			return set, err
		}
	}
	files, err := compile(ctx, t, set.registry)
	if err != nil || len(t.set) == 0 {
		return files, err
	}
	return Merge(files, set), nil
}
