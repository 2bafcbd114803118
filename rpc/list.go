package rpc

import (
	"fmt"
	"strings"
)

// MethodList is what "grpcline methods" prints: each method with its params.
func MethodList() string {
	var b strings.Builder
	for _, m := range allMethods() {
		fmt.Fprintf(&b, "%-20s %s", m.name, m.summary)
		if m.alias != "" {
			fmt.Fprintf(&b, " (%s)", m.alias)
		}
		b.WriteByte('\n')
		if params := m.paramText(); params != "" {
			fmt.Fprintf(&b, "%-20s %s\n", "", strings.ReplaceAll(params, "`", ""))
		}
	}
	return b.String()
}
