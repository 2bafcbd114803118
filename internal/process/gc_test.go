package process

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
)

func TestGCPercent(t *testing.T) {
	for inUse, want := range map[uint64]int{0: 400, 32 << 20: 400, 33 << 20: 200, 64 << 20: 200, 65 << 20: 100, 1 << 40: 100} {
		if got := gcPercent(inUse); got != want {
			t.Errorf("%d bytes: got %d, want %d", inUse, got, want)
		}
	}
}

// TestPaceGC lets a small heap grow more than a large one.
func TestPaceGC(t *testing.T) {
	before := debug.SetGCPercent(100)
	defer debug.SetGCPercent(before)
	paceGC()
	collectUntil(t, 400)
	held := make([]byte, 100<<20)
	collectUntil(t, 100)
	runtime.KeepAlive(held)
	collectUntil(t, 400)
}

// collectUntil collects until the percentage is so: it is set soon after.
func collectUntil(t *testing.T, want uint64) {
	t.Helper()
	sample := []metrics.Sample{{Name: "/gc/gogc:percent"}}
	for range 1000 {
		runtime.GC()
		if metrics.Read(sample); sample[0].Value.Uint64() == want {
			return
		}
	}
	t.Errorf("the percentage is %d, want %d", sample[0].Value.Uint64(), want)
}
