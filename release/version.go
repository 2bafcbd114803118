package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

// number is a version without a leading v.
var number = regexp.MustCompile(`^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$`)

// mention is a file that says the version, in the first group of pattern.
type mention struct {
	file    string
	pattern *regexp.Regexp
}

// mentions are all files that say the version. The first is where it is set.
var mentions = []mention{
	{"internal/version/version.go", regexp.MustCompile(`(?m)^const Number = "(.*)"$`)},
	{"clients/node/package.json", packageVersion},
	{"clients/node/package-lock.json", lockVersion},
	{"clients/vscode/package.json", packageVersion},
	{"clients/vscode/package-lock.json", lockVersion},
	{"clients/vscode/README.md", regexp.MustCompile(`grpcline-([0-9][^ ]*)\.vsix`)},
	{"clients/onescript/packagedef", regexp.MustCompile(`\.Версия\("(.*)"\)`)},
	{"clients/onescript/README.md", regexp.MustCompile(`opi-grpcline-([0-9][^ ]*)\.ospx`)},
}

var (
	packageVersion = regexp.MustCompile(`(?m)^  "version": "(.*)"`)
	// A lock file says the version of its own package twice: at its top, and under "".
	lockVersion = regexp.MustCompile(`(?m)^(?:  |    "": \{\n      "name": "[^"]*",\n      )"version": "(.*)"`)
)

// said are the versions that a text says.
func (m *mention) said(text []byte) []string {
	var all []string
	for _, match := range m.pattern.FindAllSubmatch(text, -1) {
		all = append(all, string(match[1]))
	}
	return all
}

// stamp makes every file of the tree say version.
func stamp(tree, version string) error {
	if !number.MatchString(version) {
		return fmt.Errorf("%q is no version; one looks like 1.2.3 or 1.2.3-rc.1", version)
	}
	for _, m := range mentions {
		path := filepath.Join(tree, m.file)
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if len(m.said(text)) == 0 {
			return fmt.Errorf("%s does not say its version any more; see mentions in release/version.go", m.file)
		}
		stamped := m.stamped(text, version)
		if bytes.Equal(text, stamped) {
			continue
		}
		if err := os.WriteFile(path, stamped, 0o644); err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "%s now says %s; commit it before you tag\n", m.file, version)
	}
	return nil
}

// stamped is text with version wherever it said one.
func (m *mention) stamped(text []byte, version string) []byte {
	var out []byte
	from := 0
	for _, at := range m.pattern.FindAllSubmatchIndex(text, -1) {
		out = append(append(out, text[from:at[2]]...), version...)
		from = at[3]
	}
	return append(out, text[from:]...)
}
