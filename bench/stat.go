package main

import "slices"

// samples are what each round cost, by contender; round i of all of them was
// taken at about the same time.
type samples map[column][]float64

// median is the middle value, or the mean of the two in the middle.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	if n == 0 {
		return 0
	}
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// ratio is the median of the rounds' ratios, so that what hits a whole round does
// not count. For an absolute goal it is the median itself. It is false where one
// of the contenders is missing.
func (s samples) ratio(g goal) (float64, bool) {
	mine := s[g.who]
	rounds := len(mine)
	for _, c := range g.against {
		rounds = min(rounds, len(s[c]))
	}
	if rounds == 0 {
		return 0, false
	}
	if len(g.against) == 0 {
		return median(mine), true
	}
	ratios := make([]float64, rounds)
	for i := range ratios {
		sum := 0.0
		for _, c := range g.against {
			sum += s[c][i]
		}
		ratios[i] = mine[i] / sum
		if g.faster {
			ratios[i] = sum / mine[i]
		}
	}
	return median(ratios), true
}
