package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"time"
)

// options are the command line, and what only tests make smaller.
type options struct {
	json      bool
	rows      string // names or patterns; all when empty
	rounds    int
	roundTime time.Duration // of each contender
	profile   string        // a folder; no profiles when empty

	messages    int // of a stream
	idleStreams int
}

// errUsage is returned where the command line's help was asked for.
var errUsage = errors.New("help was asked for")

func parseOptions(args []string, help io.Writer) (*options, error) {
	o := &options{messages: 50_000, idleStreams: 10_000}
	set := flag.NewFlagSet("bench", flag.ContinueOnError)
	set.SetOutput(help)
	set.BoolVar(&o.json, "json", false, "print JSON instead of a table; times are in seconds, sizes in bytes")
	set.StringVar(&o.rows, "rows", "", "measure only these rows: `NAMES` or patterns with *, separated by commas")
	set.IntVar(&o.rounds, "rounds", 15, "take the median of `N` rounds")
	set.DurationVar(&o.roundTime, "round-time", 200*time.Millisecond, "how long each contender works in a round, a `DURATION`")
	set.StringVar(&o.profile, "profile", "", "write the worker's profiles to `FOLDER`, for go tool pprof")
	if err := set.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil, errUsage
		}
		return nil, err
	}
	if set.NArg() > 0 {
		return nil, fmt.Errorf("%q is not a flag; flags begin with --", set.Arg(0))
	}
	if o.rounds < 1 || o.roundTime <= 0 {
		return nil, errors.New("--rounds and --round-time must be more than 0")
	}
	if o.profile != "" {
		folder, err := filepath.Abs(o.profile)
		if err != nil {
			return nil, err
		}
		o.profile = folder
	}
	return o, nil
}
