package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// TestMain lets the test's program be the server and the bare pipe as well.
func TestMain(m *testing.M) {
	if isRole, err := play(os.Args[1:]); isRole {
		exit(err)
	}
	os.Exit(m.Run())
}

// smokeOptions make every row short.
func smokeOptions() *options {
	return &options{rounds: 2, roundTime: time.Millisecond, messages: 2 * batchSize, idleStreams: 100}
}

// TestEveryRow runs all of it: each contender does its work, or says why it is
// not there, and each goal is compared.
func TestEveryRow(t *testing.T) {
	o := smokeOptions()
	o.json = true
	var out, progress bytes.Buffer
	if err := run(o, &out, &progress); err != nil {
		t.Fatalf("%v\n%s", err, &progress)
	}
	var got report
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	rows := allRows(o)
	if len(got.Rows) != len(rows) {
		t.Fatalf("%d rows are reported instead of %d", len(got.Rows), len(rows))
	}
	for i, r := range got.Rows {
		t.Run(r.Name, func(t *testing.T) { checkRow(t, &rows[i], r) })
	}
}

func checkRow(t *testing.T, r *row, got rowReport) {
	missing := strings.Join(got.Missing, "\n")
	for _, c := range r.contenders {
		_, measured := got.Medians[c.column]
		if absent := strings.Contains(missing, string(c.column)+": "); measured == absent {
			t.Errorf("%s: measured %v, absent %v (%s)", c.column, measured, absent, missing)
		}
	}
	if _, ok := got.Medians[ours]; !ok && len(got.Missing) == 0 {
		t.Error("grpcline was not measured")
	}
	for i, g := range r.goals {
		_, here := got.Medians[g.who]
		for _, c := range g.against {
			_, also := got.Medians[c]
			here = here && also
		}
		if compared := got.Goals[i].Met != nil; compared != here {
			t.Errorf("%s: compared %v, all there %v", got.Goals[i].Goal, compared, here)
		}
	}
}

func TestProfile(t *testing.T) {
	o := smokeOptions()
	o.rows, o.profile = "unary", t.TempDir()
	var out, progress bytes.Buffer
	if err := run(o, &out, &progress); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"cpu", "allocs"} {
		info, err := os.Stat(fmt.Sprintf("%s/unary.%s.prof", o.profile, kind))
		if err != nil || info.Size() == 0 {
			t.Errorf("the %s profile: %v", kind, err)
		}
	}
}

// TestFailedRow checks that a contender's failure is told and the table still
// printed.
func TestFailedRow(t *testing.T) {
	r := row{name: "bad", title: "bad work", unit: seconds, contenders: []contender{{ours, func(*bed, string) (*runner, error) {
		return &runner{func(int) (float64, error) { return 0, fmt.Errorf("broken") }, func() error { return nil }}, nil
	}}}}
	o := smokeOptions()
	p := newReport(o)
	err := p.measure(&bed{options: o}, []row{r}, &bytes.Buffer{})
	if err == nil || err.Error() != "bad: grpcline: broken" {
		t.Errorf("the error is %v", err)
	}
	if text := p.table(); !strings.Contains(text, "FAILED bad: grpcline: broken") {
		t.Errorf("the table does not tell of it:\n%s", text)
	}
}
