// Package nearest finds the known names that a wrong one was probably meant to be.
package nearest

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// most is how many names are offered at the most.
const most = 3

// longest is the longest name, in bytes, that is looked for.
const longest = 200

// shortest is the shortest name, in letters, that is looked for inside others.
const shortest = 3

// Names returns up to three of known that are like name, the likest first. A
// name is alike where a few edits turn one into the other, letter case aside, or
// where it is the last part of a dotted name. Where none is, those count that take
// more edits, or that begin or end with the other.
func Names(name string, known []string) []string {
	if name == "" || len(name) > longest {
		return nil
	}
	wanted := strings.ToLower(name)
	letters := utf8.RuneCountInString(wanted)
	few, more := max(2, letters/3), max(2, letters/2)
	var alike, farther []scored
	for _, k := range known {
		if len(k) > 4*longest {
			continue // no few edits lead there, and comparing takes as long as the name
		}
		lower := strings.ToLower(k)
		edits := distance(wanted, lower)
		if tail := lower[strings.LastIndexByte(lower, '.')+1:]; tail != lower {
			edits = min(edits, 1+distance(wanted[strings.LastIndexByte(wanted, '.')+1:], tail))
		}
		switch {
		case edits <= few:
			alike = append(alike, scored{k, edits})
		case edits <= more || within(wanted, lower) || within(lower, wanted):
			farther = append(farther, scored{k, edits})
		}
	}
	if alike == nil {
		alike = farther
	}
	slices.SortStableFunc(alike, func(a, b scored) int { return a.edits - b.edits })
	names := make([]string, 0, most)
	for _, a := range alike[:min(most, len(alike))] {
		names = append(names, a.name)
	}
	return names
}

type scored struct {
	name  string
	edits int
}

// within tells whether whole begins or ends with part.
func within(part, whole string) bool {
	return utf8.RuneCountInString(part) >= shortest && (strings.HasPrefix(whole, part) || strings.HasSuffix(whole, part))
}

// Hint returns Names as the end of a sentence, such as `; did you mean "b"?`, and
// the empty string where there are none.
func Hint(name string, known []string) string {
	names := Names(name, known)
	if len(names) == 0 {
		return ""
	}
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = fmt.Sprintf("%q", n)
	}
	return "; did you mean " + strings.Join(quoted, " or ") + "?"
}

// distance is the number of single-letter insertions, deletions, replacements
// and swaps of neighbours that turn a into b (optimal string alignment).
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, last, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := range x {
		row[0] = i + 1
		for j := range y {
			replace := last[j]
			if x[i] != y[j] {
				replace++
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, replace)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(y)]
}
