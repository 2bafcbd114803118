package describe

import (
	"fmt"
	"strings"
)

// List is what "grpcline methods" prints: each method with its params.
func (a *API) List() string {
	var b strings.Builder
	for _, m := range a.Methods {
		fmt.Fprintf(&b, "%-20s %s", m.Name, m.Summary)
		if m.Alias != "" {
			fmt.Fprintf(&b, " (%s)", m.Alias)
		}
		b.WriteByte('\n')
		if params := a.paramText(m); params != "" {
			fmt.Fprintf(&b, "%-20s %s\n", "", strings.ReplaceAll(params, "`", ""))
		}
	}
	return b.String()
}
