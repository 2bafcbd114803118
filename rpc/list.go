package rpc

import (
	"fmt"
	"strings"
)

// MethodList is what "grpcline methods" prints: a line for each method.
func MethodList() string {
	var b strings.Builder
	for _, m := range allMethods() {
		fmt.Fprintf(&b, "%-20s %s", m.name, m.summary)
		if m.alias != "" {
			fmt.Fprintf(&b, " (%s)", m.alias)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
