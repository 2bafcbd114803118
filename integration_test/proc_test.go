package integration_test

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// processMemory returns a field of /proc/PID/status in bytes: VmRSS is what the
// process has, VmHWM the most that it has had.
func processMemory(t testing.TB, pid int, field string) int64 {
	t.Helper()
	file, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Skip("no /proc here:", err)
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if value, ok := strings.CutPrefix(lines.Text(), field+":"); ok {
			kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return kib << 10
		}
	}
	t.Fatalf("no %s in /proc", field)
	return 0
}

func peakMemory(t testing.TB, pid int) int64 {
	t.Helper()
	return processMemory(t, pid, "VmHWM")
}

// descriptors returns how many files the process has open.
func descriptors(t testing.TB, pid int) int {
	t.Helper()
	entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		t.Skip("no /proc here:", err)
	}
	return len(entries)
}

// goroutines ends the worker with the dump that Go makes on SIGQUIT and
// returns how many goroutines it had.
func (h *Host) goroutines() int {
	h.t.Helper()
	h.leaving = true // it does not end by itself
	h.Signal(syscall.SIGQUIT)
	h.Wait()
	return strings.Count(h.Stderr(), "\ngoroutine ")
}
