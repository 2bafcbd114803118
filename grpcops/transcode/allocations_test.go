//go:build !race

package transcode

import "testing"

// TestAllocations checks that nothing is allocated once buffers have grown. It is
// not for the race detector, under which pools forget.
func TestAllocations(t *testing.T) {
	s, list := workload(t)
	for _, w := range list {
		m := s.codec.Message(w.md)
		wire, text := make([]byte, 0, 2*len(w.text)), make([]byte, 0, 2*len(w.text))
		ends := make([]int, 0, 1)
		array := append(append([]byte("["), w.text...), ']')
		n := testing.AllocsPerRun(100, func() {
			if _, err := m.AppendWire(wire, w.text, Options{}); err != nil {
				t.Error(err)
			}
			if _, _, err := m.AppendWires(wire, ends, array, Options{}); err != nil {
				t.Error(err)
			}
			if _, err := m.AppendJSON(text, w.wire, Options{}); err != nil {
				t.Error(err)
			}
		})
		if n >= 1 { // a collection may empty the pools meanwhile
			t.Errorf("%s: %v allocations", w.name, n)
		}
	}
}
