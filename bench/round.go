package main

import (
	"errors"
	"fmt"
	"time"
)

// ready is a contender with the number of times it works in a round.
type ready struct {
	column column
	*runner
	times int
}

// measure does a row's work in rounds: in each all contenders have their turn,
// and another one is the first. A contender that is not there is left out, and
// its reason returned.
func (r *row) measure(b *bed) (result samples, missing []string, err error) {
	var all []ready
	defer func() {
		for _, c := range all {
			if stopped := c.stop(); stopped != nil && err == nil {
				err = fmt.Errorf("%s: %s: at its end: %w", r.name, c.column, stopped)
			}
		}
	}()
	for _, c := range r.contenders {
		started, err := c.start(b, r.name)
		var none *absent
		if errors.As(err, &none) {
			missing = append(missing, fmt.Sprintf("%s: %s", c.column, none.why))
			continue
		}
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %s: %w", r.name, c.column, err)
		}
		all = append(all, ready{c.column, started, 1})
	}
	if !r.once {
		for i := range all {
			if err := all[i].calibrate(b.options.roundTime); err != nil {
				return nil, nil, fmt.Errorf("%s: %s: %w", r.name, all[i].column, err)
			}
		}
	}
	result = samples{}
	for round := range r.rounds(b.options) {
		for i := range all {
			c := &all[(round+i)%len(all)]
			cost, err := c.run(c.times)
			if err != nil {
				return nil, nil, fmt.Errorf("%s: %s: %w", r.name, c.column, err)
			}
			result[c.column] = append(result[c.column], cost/float64(c.times))
		}
	}
	return result, missing, nil
}

// calibrate finds how often the work is done in a round's time. It warms up, too.
func (c *ready) calibrate(round time.Duration) error {
	for {
		begin := time.Now()
		if _, err := c.run(c.times); err != nil {
			return err
		}
		took := time.Since(begin)
		if took >= round/2 {
			c.times = max(1, int(float64(c.times)*float64(round)/float64(took)))
			return nil
		}
		c.times *= 2
	}
}

// timed makes a run of work that is timed from outside; units is how much one
// time counts for, as the messages of a stream.
func timed(units int, work func(n int) error) func(n int) (float64, error) {
	return func(n int) (float64, error) {
		begin := time.Now()
		err := work(n)
		return time.Since(begin).Seconds() / float64(units), err
	}
}

// times does something n times.
func times(once func() error) func(n int) error {
	return func(n int) error {
		for range n {
			if err := once(); err != nil {
				return err
			}
		}
		return nil
	}
}

// onceRounds is how often work is done that cannot be made short.
const onceRounds = 3

func (r *row) rounds(o *options) int {
	if r.once {
		return min(o.rounds, onceRounds)
	}
	return o.rounds
}
