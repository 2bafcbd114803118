package process

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// gcPercents are how much the heap may grow before it is collected, in percent of
// what is in use, by how much that is, in bytes. A worker's heap usually is small
// and full of short-lived messages; where much is held, as while a host does not
// read, memory counts for more than time.
var gcPercents = []struct {
	inUse   uint64
	percent int
}{{32 << 20, 400}, {64 << 20, 200}}

// gcPercent is that of a heap of which so much is in use.
func gcPercent(inUse uint64) int {
	for _, p := range gcPercents {
		if inUse <= p.inUse {
			return p.percent
		}
	}
	return 100
}

// paceGC sets the percentage now and after each collection.
func paceGC() {
	type collected struct{ _ [64]byte } // not so small that it would share memory with what stays
	percent := 0
	var set func(int)
	set = func(int) {
		if p := gcPercent(heapInUse()); p != percent {
			percent = p
			debug.SetGCPercent(p)
		}
		runtime.AddCleanup(new(collected), set, 0)
	}
	set(0)
}

// heapInUse is what the last collection has found to be in use, in bytes.
func heapInUse() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
