package buffers

import "testing"

// TestSizes makes buffers that have the room asked for and at most a quarter more, and
// that are found again after they were freed.
func TestSizes(t *testing.T) {
	for _, pool := range []*Pool{nil, {}} {
		for size := 1; size <= 2*most; size += size/3 + 1 {
			for _, n := range []int{size - 1, size, size + 1} {
				b := pool.Make(n)
				if len(b) != 0 || cap(b) < n || cap(b) > n+n/4 {
					t.Fatalf("for %d bytes: %d bytes in %d", n, len(b), cap(b))
				}
				pool.Free(b)
				if again := pool.Make(n); len(again) != 0 || cap(again) < n {
					t.Fatalf("again, for %d bytes: %d bytes in %d", n, len(again), cap(again))
				}
			}
		}
	}
}

// TestGrow keeps what is in a buffer that grows.
func TestGrow(t *testing.T) {
	for _, pool := range []*Pool{nil, {}} {
		var b []byte
		for size := 1; size < most; size *= 3 {
			b = pool.Grow(b, size-len(b))
			for len(b) < size {
				b = append(b, byte(len(b)))
			}
		}
		for i, c := range b {
			if c != byte(i) {
				t.Fatalf("byte %d of %d is %d", i, len(b), c)
			}
		}
	}
}

// TestClasses has each buffer in the class of its size.
func TestClasses(t *testing.T) {
	if sizeOf(0) != Least || sizeOf(classes-1) != most {
		t.Errorf("the classes go from %d to %d", sizeOf(0), sizeOf(classes-1))
	}
	for class := range classes {
		size := sizeOf(class)
		if classOf(size) != class {
			t.Errorf("%d bytes are in class %d, not %d", size, classOf(size), class)
		}
		if class > 0 && classOf(size-1) != class-1 {
			t.Errorf("%d bytes are in class %d, not %d", size-1, classOf(size-1), class-1)
		}
	}
}

// TestForeign keeps what was made elsewhere for what fits into it.
func TestForeign(t *testing.T) {
	var pool Pool
	for _, size := range []int{0, Least - 1, Least + 1, 3 * Least, 100_003, most, most + 1} {
		pool.Free(make([]byte, size))
		if b := pool.Make(size); cap(b) < size {
			t.Errorf("for %d bytes: %d", size, cap(b))
		}
	}
}
