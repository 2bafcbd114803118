package schema

import (
	"context"
	"crypto/sha256"
	"errors"
	"runtime"
	"sync"
	"weak"

	"google.golang.org/protobuf/reflect/protoregistry"
)

// Given is what the caller gave. With both, proto may import the set's files and
// wins where both define a name.
type Given struct {
	Proto         *Protos
	ImportPaths   []string
	DescriptorSet *DescriptorSet
}

// DefaultCacheBytes is what a Cache may hold unless it is told otherwise.
const DefaultCacheBytes = 256 << 20

// Cache compiles equal schemas once. It keeps those that were used last, as long
// as they hold no more memory than it may; a schema that is in use anywhere is
// found for as long as it is.
//
// Each compile runs on a goroutine of the Cache's own, so that those who wait for
// it can leave at any time. When the last one has left it is told to stop, which it
// does at the next file or error; nobody waits for that. Not more of them run than
// there are processors.
type Cache struct {
	limit int
	slots chan struct{} // held by the compiles that run

	mu      sync.Mutex
	entries map[[sha256.Size]byte]*entry
	bytes   int // of what is kept
	clock   int // counts the uses
}

// entry is a schema that is being compiled, or was.
type entry struct {
	job      *job                // nil once it is compiled
	kept     *Files              // nil if only its users hold it
	held     weak.Pointer[Files] // whoever holds it
	lastUsed int
}

// job is one compile. What it gives is set when done is closed.
type job struct {
	done     chan struct{}
	stop     context.CancelFunc
	waiting  int // guarded by the Cache
	files    *Files
	err      error
	panicked any
}

// errInterrupted is the error of a compile that nobody waited for any more.
var errInterrupted = errors.New("the compile was interrupted")

// NewCache makes an empty cache that keeps schemas of at most limit bytes together.
func NewCache(limit int) *Cache {
	return &Cache{limit: limit, slots: make(chan struct{}, runtime.GOMAXPROCS(0)), entries: map[[sha256.Size]byte]*entry{}}
}

// Load reads what is given and compiles it, unless an equal schema is compiled
// or being compiled already. The error is a *SourceError, a *CompileError, or
// ctx's where it ends first. Failures are not kept.
func (c *Cache) Load(ctx context.Context, g Given) (*Files, error) {
	t, err := gather(ctx, g)
	if err != nil {
		return nil, err
	}
	files, j := c.find(t)
	if files != nil {
		return files, nil
	}
	defer c.leave(j)
	select {
	case <-j.done:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if j.panicked != nil {
		panic(j.panicked)
	}
	return j.files, j.err
}

// find returns the schema, or the job that compiles it, for which the caller then
// waits until it leaves.
func (c *Cache) find(t *texts) (*Files, *job) {
	key := t.key()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clock++
	e := c.entries[key]
	if e != nil && e.job == nil {
		if files := e.held.Value(); files != nil {
			e.lastUsed = c.clock
			c.keep(e, files)
			return files, nil
		}
		e = nil
	}
	if e == nil {
		ctx, stop := context.WithCancel(context.Background())
		e = &entry{job: &job{done: make(chan struct{}), stop: stop}}
		c.entries[key] = e
		go c.compile(ctx, key, e, e.job, t)
	}
	e.lastUsed = c.clock
	e.job.waiting++
	return nil, e.job
}

// leave ends the wait for a job.
func (c *Cache) leave(j *job) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if j.waiting--; j.waiting == 0 {
		j.stop()
		for key, e := range c.entries {
			if e.job == j { // it will not come to its end
				delete(c.entries, key)
			}
		}
	}
}

// compile does a job.
func (c *Cache) compile(ctx context.Context, key [sha256.Size]byte, e *entry, j *job, t *texts) {
	j.err = errInterrupted
	defer func() {
		j.panicked = recover()
		c.finish(key, e, j)
	}()
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
		j.files, j.err = build(ctx, t)
	case <-ctx.Done():
	}
}

// finish lets those who wait for a job go, and keeps what it gave.
func (c *Cache) finish(key [sha256.Size]byte, e *entry, j *job) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e.job = nil
	if current := c.entries[key] == e; current && j.err == nil && j.panicked == nil {
		e.held = weak.Make(j.files)
		c.keep(e, j.files)
	} else if current {
		delete(c.entries, key)
	}
	close(j.done)
}

// keep makes the schema one of those that are kept, in the place of those that
// were used longest ago, and forgets those that nobody holds any more.
func (c *Cache) keep(e *entry, files *Files) {
	if e.kept == nil {
		e.kept = files
		c.bytes += files.memory
	}
	for c.bytes > c.limit {
		var oldest *entry
		for _, other := range c.entries {
			if other.kept != nil && (oldest == nil || other.lastUsed < oldest.lastUsed) {
				oldest = other
			}
		}
		c.bytes -= oldest.kept.memory
		oldest.kept = nil
	}
	for key, other := range c.entries {
		if other.job == nil && other.held.Value() == nil {
			delete(c.entries, key)
		}
	}
}

// build makes a Files of what was read: the descriptor set is linked first, then
// the sources, which may import it.
func build(ctx context.Context, t *texts) (*Files, error) {
	files, err := linkTexts(ctx, t)
	if err == nil {
		files.memory = files.estimate()
	}
	return files, err
}

func linkTexts(ctx context.Context, t *texts) (*Files, error) {
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
