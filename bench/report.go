package main

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"time"
)

// report is what a run measured.
type report struct {
	Taken       time.Time   `json:"taken"`
	Go          string      `json:"go"`
	Platform    string      `json:"platform"`
	CPUs        int         `json:"cpus"`
	Rounds      int         `json:"rounds"`
	RoundTimeMs float64     `json:"roundTimeMs"`
	Rows        []rowReport `json:"rows"`
}

// rowReport is a row of it.
type rowReport struct {
	Name    string             `json:"name"`
	Title   string             `json:"title"`
	Unit    unit               `json:"unit"`
	Medians map[column]float64 `json:"medians"`
	Goals   []goalReport       `json:"goals"`
	Missing []string           `json:"missing,omitempty"` // contenders, with the reason
	Error   string             `json:"error,omitempty"`
}

// goalReport is how a goal fared. Ratio and Met are absent where it could not be
// measured.
type goalReport struct {
	Goal     string   `json:"goal"`
	Ratio    *float64 `json:"ratio,omitempty"` // the amount itself where the goal is an amount
	Met      *bool    `json:"met,omitempty"`
	absolute bool
}

func newReport(o *options) *report {
	return &report{
		Taken: time.Now().UTC().Truncate(time.Second), Go: runtime.Version(),
		Platform: runtime.GOOS + "/" + runtime.GOARCH, CPUs: runtime.NumCPU(),
		Rounds: o.rounds, RoundTimeMs: float64(o.roundTime) / float64(time.Millisecond),
	}
}

// measure adds the rows. One that fails is reported, and the others are measured.
func (p *report) measure(b *bed, rows []row, progress io.Writer) error {
	var failed []error
	for i := range rows {
		r := &rows[i]
		fmt.Fprintf(progress, "%d/%d %s\n", i+1, len(rows), r.name)
		measured, missing, err := r.measure(b)
		p.Rows = append(p.Rows, r.report(measured, missing, err))
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}

// report sums up what was measured.
func (r *row) report(s samples, missing []string, err error) rowReport {
	result := rowReport{Name: r.name, Title: r.title, Unit: r.unit, Medians: map[column]float64{}, Goals: []goalReport{}, Missing: missing}
	if err != nil {
		result.Error = err.Error()
	}
	for c, values := range s {
		result.Medians[c] = median(values)
	}
	for _, g := range r.goals {
		fared := goalReport{Goal: g.text(r.unit), absolute: len(g.against) == 0}
		if ratio, ok := s.ratio(g); ok {
			met := g.met(ratio)
			fared.Ratio, fared.Met = &ratio, &met
		}
		result.Goals = append(result.Goals, fared)
	}
	return result
}
