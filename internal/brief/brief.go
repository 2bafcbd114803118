// Package brief cuts what others wrote to a length that is read and remembered.
package brief

import (
	"strings"
	"unicode/utf8"
)

// Longest is how much of a name or message of others is repeated, in bytes.
const Longest = 2000

// longestName is how much of a name is repeated within a sentence, in bytes.
const longestName = 200

// Text cuts a text that nobody would read to its end.
func Text(text string) string { return cut(text, Longest) }

// Name cuts a name that nobody would recognise by its end, so that the rest of the
// sentence is still read.
func Name(name string) string { return cut(name, longestName) }

func cut(text string, longest int) string {
	if len(text) <= longest {
		return text
	}
	for !utf8.RuneStart(text[longest]) && longest > 0 {
		longest--
	}
	return strings.Clone(text[:longest]) + "…"
}
