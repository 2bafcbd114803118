package main

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// table is the report as a Markdown table, with one line for each goal.
func (p *report) table() string {
	shown := p.shownColumns()
	heads := []string{"work"}
	for _, c := range shown {
		heads = append(heads, string(c))
	}
	lines := [][]string{append(heads, "ratio", "goal", "")}
	for i := range p.Rows {
		lines = append(lines, p.Rows[i].lines(shown)...)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s, %d CPUs, medians of %d rounds of %g ms\n\n", p.Go, p.Platform, p.CPUs, p.Rounds, p.RoundTimeMs)
	b.WriteString(markdown(lines))
	b.WriteString(p.notes())
	return b.String()
}

// shownColumns are those in which anything was measured.
func (p *report) shownColumns() []column {
	var shown []column
	for _, c := range columns {
		if slices.ContainsFunc(p.Rows, func(r rowReport) bool { _, ok := r.Medians[c]; return ok }) {
			shown = append(shown, c)
		}
	}
	return shown
}

// lines are those of a row: the first with the amounts, each with a goal.
func (r *rowReport) lines(shown []column) [][]string {
	first := []string{r.Title}
	for _, c := range shown {
		cell := ""
		if m, ok := r.Medians[c]; ok {
			cell = amount(m, r.Unit)
		}
		first = append(first, cell)
	}
	if len(r.Goals) == 0 {
		return [][]string{append(first, "", "", "")}
	}
	var lines [][]string
	for i := range r.Goals {
		line := first
		if i > 0 {
			line = make([]string, len(first))
		}
		lines = append(lines, append(slices.Clone(line), r.Goals[i].cells()...))
	}
	return lines
}

// cells are a goal's: the ratio, the goal and how it fared.
func (g *goalReport) cells() []string {
	if g.Met == nil {
		return []string{"", g.Goal, "not measured"}
	}
	mark := "not met"
	if *g.Met {
		mark = "met"
	}
	if g.absolute {
		return []string{"", g.Goal, mark}
	}
	return []string{rounded(*g.Ratio), g.Goal, mark}
}

// notes say what failed and what was not there, each once.
func (p *report) notes() string {
	var notes []string
	for _, r := range p.Rows {
		if r.Error != "" {
			notes = append(notes, "FAILED "+r.Error)
		}
		for _, m := range r.Missing {
			notes = append(notes, "left out "+m)
		}
	}
	var unique strings.Builder
	for i, n := range notes {
		if !slices.Contains(notes[:i], n) {
			fmt.Fprintf(&unique, "\n%s\n", n)
		}
	}
	return unique.String()
}

// markdown sets cells as a table. The first line is the head.
func markdown(lines [][]string) string {
	widths := make([]int, len(lines[0]))
	for _, line := range lines {
		for i, cell := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell), 3)
		}
	}
	var b strings.Builder
	for n, line := range lines {
		for i, cell := range line {
			b.WriteString("| " + cell + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+1))
		}
		b.WriteString("|\n")
		if n == 0 {
			for _, width := range widths {
				b.WriteString("| " + strings.Repeat("-", width) + " ")
			}
			b.WriteString("|\n")
		}
	}
	return b.String()
}

// scale is a unit that people read, and how many of the base unit it is.
type scale struct {
	name string
	size float64
}

// amount is a number with a unit, with three digits.
func amount(v float64, u unit) string {
	scales := []scale{{"s", 1}, {"ms", 1e-3}, {"µs", 1e-6}, {"ns", 1e-9}}
	switch u {
	case bytesOf:
		scales = []scale{{"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}
	case counted:
		return rounded(v)
	}
	for _, s := range scales[:len(scales)-1] {
		if v >= s.size {
			return rounded(v/s.size) + " " + s.name
		}
	}
	last := scales[len(scales)-1]
	return rounded(v/last.size) + " " + last.name
}

// rounded writes three digits, or more where all are before the point.
func rounded(v float64) string {
	switch {
	case v >= 99.95 || v <= -99.95:
		return fmt.Sprintf("%.0f", v)
	case v >= 9.995 || v <= -9.995:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}
