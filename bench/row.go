package main

import "fmt"

// column is who did the work; it heads a column of the table.
type column string

const (
	staticGRPC  column = "static"           // grpc-go with generated code
	barePipe    column = "pipe"             // a child that echoes each line
	relayed     column = "relay"            // a child that makes the calls for lines it does not parse
	protoJSON   column = "protojson"        // with dynamicpb
	grpcurlTool column = "grpcurl"          // one process a call
	grpcJS      column = "grpc-js"          // inside Node
	ours        column = "grpcline"         // driven by a Go host, or its transcoder
	oursByNode  column = "grpcline by Node" // driven by Node
	byPackage   column = "grpcline-client"  // driven by Node with the package that applications use
)

// columns in the order of the table.
var columns = [...]column{staticGRPC, barePipe, relayed, protoJSON, grpcurlTool, grpcJS, ours, oursByNode, byPackage}

// unit is what is measured.
type unit string

const (
	seconds unit = "s"
	bytesOf unit = "B"
	counted unit = "count"
)

// row is one piece of work, done by several contenders.
type row struct {
	name       string // selects it
	title      string
	unit       unit
	once       bool // a round is the work done once, however long that takes
	contenders []contender
	goals      []goal
}

// contender does a row's work in one way.
type contender struct {
	column column
	// start makes ready what the work needs, and checks that the work is done
	// rightly; row names the profile. An error of type *absent says that it cannot
	// be had here.
	start func(b *bed, row string) (*runner, error)
}

// runner is a contender that is ready.
type runner struct {
	// run does the work n times and returns what all of it cost, in the row's unit.
	run func(n int) (float64, error)
	// stop ends what start began.
	stop func() error
}

// absent says why a contender is not there.
type absent struct{ why string }

func (a *absent) Error() string { return a.why }

// goal compares what was measured.
type goal struct {
	who     column
	against []column // their sum; the limit is absolute where there are none
	faster  bool     // who is at least limit times as fast, not at most limit times as slow
	limit   float64
}

// atMost says that ours costs no more than limit times the others together.
func atMost(limit float64, others ...column) goal {
	return goal{who: ours, against: others, limit: limit}
}

// atLeast says that ours is limit times as fast as another.
func atLeast(limit float64, other column) goal {
	return goal{who: ours, against: []column{other}, faster: true, limit: limit}
}

// by is the goal for another contender.
func (g goal) by(who column) goal {
	g.who = who
	return g
}

// aheadOfNode are the goals of a row that grpc-js does too, for a Go host and for
// the hosts inside Node.
func aheadOfNode(hosts ...column) []goal {
	goals := []goal{atLeast(1, grpcJS)}
	for _, host := range hosts {
		goals = append(goals, atLeast(1, grpcJS).by(host))
	}
	return goals
}

// text is the goal in words.
func (g goal) text(u unit) string {
	if len(g.against) == 0 {
		return "≤ " + amount(g.limit, u)
	}
	sum := string(g.against[0])
	for _, c := range g.against[1:] {
		sum += " + " + string(c)
	}
	if len(g.against) > 1 {
		sum = "(" + sum + ")"
	}
	if g.faster {
		sum = fmt.Sprintf("≥ %g × as fast as %s", g.limit, sum)
	} else {
		sum = fmt.Sprintf("≤ %g × %s", g.limit, sum)
	}
	if g.who != ours {
		sum = string(g.who) + ": " + sum
	}
	return sum
}

// met tells whether a ratio reaches the goal.
func (g goal) met(ratio float64) bool {
	if g.faster {
		return ratio >= g.limit
	}
	return ratio <= g.limit
}
