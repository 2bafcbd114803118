package docs_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// block is a fenced block of a Markdown file.
type block struct {
	line     int // of its first line, from 1
	language string
	args     []string // the words after the language
	lines    []string
}

// blocks are the fenced blocks of a file of the repository.
func blocks(t *testing.T, file string) []block {
	t.Helper()
	var all []block
	var open *block
	for i, line := range strings.Split(read(t, file), "\n") {
		info, fence := strings.CutPrefix(line, "```")
		switch {
		case open == nil && fence:
			language, args, _ := strings.Cut(info, " ")
			open = &block{line: i + 2, language: language, args: strings.Fields(args)}
		case fence:
			all = append(all, *open)
			open = nil
		case open != nil:
			open.lines = append(open.lines, line)
		}
	}
	if open != nil {
		t.Fatalf("%s:%d: the block is not closed", file, open.line)
	}
	return all
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, file))
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "\r\n", "\n")
}
