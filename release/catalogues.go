package main

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"
)

//go:embed grpcline.rb.tmpl grpcline.json.tmpl
var catalogueTemplates embed.FS

// catalogues writes the checksums of all files, and what Homebrew and Scoop install
// from: a formula and a manifest, which name archives by their checksums.
func (r *release) catalogues() error {
	sums, err := r.checksums()
	if err != nil {
		return err
	}
	var lines strings.Builder
	entries, err := os.ReadDir(r.out) // sorted by name
	if err != nil {
		return err
	}
	for _, e := range entries {
		fmt.Fprintf(&lines, "%s  %s\n", sums[e.Name()], e.Name())
	}
	if err := os.WriteFile(filepath.Join(r.out, r.file(nil, "checksums.txt")), []byte(lines.String()), 0o644); err != nil {
		return err
	}
	for name, from := range map[string]string{"grpcline.rb": "grpcline.rb.tmpl", "grpcline.json": "grpcline.json.tmpl"} {
		if err := r.catalogue(name, from, sums); err != nil {
			return err
		}
	}
	return nil
}

// catalogue fills in a template.
func (r *release) catalogue(name, from string, sums map[string]string) error {
	var missing error
	archive := func(system, arch string) string { return r.archive(&target{system, arch}) }
	t, err := template.New(from).Funcs(template.FuncMap{
		"version": func() string { return r.version },
		"url": func(system, arch string) string {
			return fmt.Sprintf("https://%s/releases/download/v%s/%s", module, r.version, archive(system, arch))
		},
		"sum": func(system, arch string) string {
			sum, there := sums[archive(system, arch)]
			if !there {
				missing = fmt.Errorf("%s names %s/%s, which is not built", from, system, arch)
			}
			return sum
		},
	}).ParseFS(catalogueTemplates, from)
	if err != nil {
		return err
	}
	var text strings.Builder
	if err := t.Execute(&text, nil); err != nil {
		return err
	}
	if missing != nil {
		return missing
	}
	return os.WriteFile(filepath.Join(r.out, name), []byte(text.String()), 0o644)
}

// checksums are the SHA-256 sums of the files made so far, by name.
func (r *release) checksums() (map[string]string, error) {
	entries, err := os.ReadDir(r.out)
	if err != nil {
		return nil, err
	}
	sums := map[string]string{}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(r.out, e.Name()))
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(data)
		sums[e.Name()] = hex.EncodeToString(sum[:])
	}
	return sums, nil
}
