package rpc

import (
	"bufio"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// padded is a request of exactly n bytes.
func padded(n int) string {
	const head, tail = `{"id":1,"method":"ping","x":"`, `"}`
	return head + strings.Repeat("x", n-len(head)-len(tail)) + tail
}

// TestLineLimit gives lines around the limit to readers with buffers of several
// sizes: the limit is the message's, not the buffer's.
func TestLineLimit(t *testing.T) {
	const max = 100
	for _, buffer := range []int{16, 64, 99, 100, 101, 128, 4096} {
		for _, end := range []string{"\n", "\r\n", ""} {
			wrong := 0
			for n := 80; n < 400; n++ {
				line := padded(n)
				r := newLineReader(bufio.NewReaderSize(strings.NewReader(line+end), buffer), max, nil)
				want := []string{line}
				if n > max {
					want = []string{"invalid -32600"}
				}
				if got := readAll(t, r); !slices.Equal(got, want) {
					if wrong++; wrong == 1 {
						t.Errorf("a line of %d bytes that ends in %q, with a buffer of %d: got %q", n, end, buffer, got)
					}
				}
			}
		}
	}
}

// TestLimitIsTheMessages and not that of what stands around it: a byte-order mark and
// the line feed behind its last line do not count.
func TestLimitIsTheMessages(t *testing.T) {
	const max = 100
	one := padded(max)
	several := strings.Replace(padded(max-1), ",", ",\n", 1)
	for _, message := range []string{one, several} {
		for _, in := range []string{message, message + "\n", "\uFEFF" + message + "\n", "\uFEFF" + message + "\r\n"} {
			for _, buffer := range []int{16, 100, 103, 4096} {
				r := newLineReader(bufio.NewReaderSize(strings.NewReader(in), buffer), max, nil)
				if got := readAll(t, r); len(got) != 1 || strings.TrimSuffix(got[0], "\n") != message {
					t.Errorf("%q, with a buffer of %d: got %q", in, buffer, got)
				}
				longer := strings.Replace(in, "xx", "xxx", 1)
				r = newLineReader(bufio.NewReaderSize(strings.NewReader(longer), buffer), max, nil)
				if got := readAll(t, r); len(got) == 0 || got[0] != "invalid -32600" {
					t.Errorf("%q, with a buffer of %d: got %q", longer, buffer, got)
				}
			}
		}
	}
}

// TestOverLongThenGood skips a message that is too long to its line's end.
func TestOverLongThenGood(t *testing.T) {
	const max = 100
	long := padded(500)
	for _, test := range []struct {
		name, in string
		want     []string
	}{
		{"on one line", long + "\n" + ping1 + "\n", []string{"invalid -32600", ping1}},
		{"a tail that is a request", strings.Repeat("x", 512) + ping2 + "\n" + ping1, []string{"invalid -32600", ping1}},
		{"over lines", "{\"a\":[\n" + strings.Repeat("1,\n", 60) + "1]}\n" + ping1, []string{"invalid -32600", "2 notJson", ping1}},
		{"a long line in a value", "{\n" + long + "\n" + ping1, []string{"invalid -32600", ping1}},
		{"a long line in a value, then one in a line of it", "{\"a\":[\n[\n" + long + "\n?\n?\n{]\n" + ping1,
			[]string{"invalid -32600", "2 truncated", "4 notJson", "6 notJson", ping1}},
		{"junk", strings.Repeat("x", 500) + "\n" + ping1, []string{"invalid -32600", ping1}},
		{"a request after a cut value that fills the limit", "{\"a\":\"" + strings.Repeat("x", 80) + "\",\n" + ping1 + "\n" + ping2,
			[]string{"1 truncated", ping1, ping2}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, buffer := range []int{16, 32, 64, 128, 256, 4096} {
				r := newLineReader(bufio.NewReaderSize(strings.NewReader(test.in), buffer), max, nil)
				if got := readAll(t, r); !slices.Equal(got, test.want) {
					t.Errorf("with a buffer of %d:\ngot  %q\nwant %q", buffer, got, test.want)
				}
			}
		})
	}
}

// TestOverLongIsNotHeld reads a line far over the limit in little memory.
func TestOverLongIsNotHeld(t *testing.T) {
	const max = 1 << 10
	const length = 64 << 20
	r := newLineReader(bufio.NewReaderSize(io.LimitReader(zeros{}, length), 4<<10), max, nil)
	if allocated := allocatedBy(func() { readAll(t, r) }); allocated > 1<<20 {
		t.Errorf("a line of %d bytes took %d bytes", length, allocated)
	}
}

// zeros is a line without an end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}

// allocatedBy is how many bytes do allocates.
func allocatedBy(do func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestBrokenValueIsLinear breaks a pretty-printed value at its end, so that all
// its lines are read again: the memory taken must grow with the input only.
func TestBrokenValueIsLinear(t *testing.T) {
	read := func(items int) uint64 {
		in := "{\n \"items\": [\n" + strings.Repeat("  {\n   \"a\": 1\n  },\n", items) + "?\n"
		r := newLineReader(bufio.NewReader(strings.NewReader(in)), 64<<20, nil)
		return allocatedBy(func() {
			for {
				if _, err := r.next(); err != nil {
					return
				}
			}
		})
	}
	read(10)
	small, large := read(500), read(4000)
	if large > 16*small {
		t.Errorf("8 times the lines take %.0f times the memory (%d and %d bytes)", float64(large)/float64(small), small, large)
	}
}

// TestOverLongLosesNoRequest serves what stands between a stray opening of a batch
// and a message over the limit.
func TestOverLongLosesNoRequest(t *testing.T) {
	long := strings.Repeat("x", 200)
	ping := `{"id":1,"method":"ping"}`
	for name, in := range map[string]string{
		"a line":  "[\n" + ping + "\n" + long + "\n" + ping + "\n",
		"a value": "[\n" + ping + "\n" + strings.Repeat("[1],\n", 40) + ping + "\n",
	} {
		r := newLineReader(bufio.NewReaderSize(strings.NewReader(in), 64), 100, nil)
		served := 0
		for {
			m, err := r.next()
			if err != nil {
				break
			}
			if string(m.text) == ping {
				served++
			}
		}
		if served != 2 {
			t.Errorf("%s: %d of 2 requests were served", name, served)
		}
	}
}

// TestOpeningsAreForgotten keeps no more of values that never end than may be read
// again.
func TestOpeningsAreForgotten(t *testing.T) {
	r := newLineReader(bufio.NewReader(strings.NewReader(strings.Repeat("[\n", 3000))), 1<<20, nil)
	for range 1500 {
		if m, err := r.next(); err != nil || m.fault == nil {
			t.Fatalf("got %+v, %v", m, err)
		}
	}
	if len(r.kept) > 4096 {
		t.Errorf("%d bytes are kept", len(r.kept))
	}
}
