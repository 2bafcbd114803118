package protosource

import "strings"

// closeUp takes out the blank lines that protoprint puts between statements, as
// long as they are of one kind, take one line each and have no comment of their
// own.
func closeUp(text string) string {
	lines := strings.Split(text, "\n")
	kept := lines[:0]
	for i, line := range lines {
		if line == "" && i > 0 && i+1 < len(lines) {
			if kind := statement(lines[i-1]); kind != "" && kind == statement(lines[i+1]) {
				continue
			}
		}
		kept = append(kept, line)
	}
	return strings.Join(kept, "\n")
}

// statement tells which kind of statement a line is, the indentation included; it
// is empty if the line is none.
func statement(line string) string {
	words := strings.TrimLeft(line, " ")
	if strings.HasPrefix(words, "/") || !strings.HasSuffix(words, ";") && !strings.Contains(words, "; //") {
		return ""
	}
	indent := line[:len(line)-len(words)]
	first, _, _ := strings.Cut(words, " ")
	switch first {
	case "syntax", "edition", "package", "import", "option", "rpc", "reserved", "extensions":
		return indent + first
	}
	return indent + "field"
}
