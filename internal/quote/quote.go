// Package quote puts into sentences what a host gave.
package quote

import (
	"strconv"
	"strings"
)

// Path quotes a path, an address or another name in which backslashes mean themselves,
// as in C:\schemas: %q would double each of them. Control characters are escaped.
func Path(path string) string {
	return strings.ReplaceAll(strconv.Quote(path), `\\`, `\`)
}
