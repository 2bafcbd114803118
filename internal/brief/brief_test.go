package brief

import (
	"strings"
	"testing"
)

func TestCut(t *testing.T) {
	for _, test := range []struct {
		name, text, want string
	}{
		{"short", "x", "x"},
		{"as long as may be", strings.Repeat("x", longestName), strings.Repeat("x", longestName)},
		{"longer", strings.Repeat("x", longestName+1), strings.Repeat("x", longestName) + "…"},
		{"inside a character", "x" + strings.Repeat("ы", longestName), "x" + strings.Repeat("ы", longestName/2-1) + "…"},
		{"no text", strings.Repeat("\x80", 2*longestName), "…"},
	} {
		if got := Name(test.text); got != test.want {
			t.Errorf("%s: got %q", test.name, got)
		}
	}
	if got := Text(strings.Repeat("x", 1<<20)); len(got) != Longest+len("…") {
		t.Errorf("%d bytes", len(got))
	}
}
