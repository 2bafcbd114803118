package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
)

// opmMetadata is opm-metadata.xml, which opm (OneScript's package manager) reads from
// a package: https://github.com/oscript-library/opm.
type opmMetadata struct {
	XMLName     xml.Name        `xml:"http://oscript.io/schemas/opm-metadata/1.0 opm-metadata"`
	Name        string          `xml:"name"`
	Version     string          `xml:"version"`
	Author      string          `xml:"author"`
	Repository  string          `xml:"repo-address"`
	Description string          `xml:"description"`
	Engine      string          `xml:"engine-version"`
	DependsOn   []opmDependency `xml:"depends-on"`
}

type opmDependency struct {
	Name    string `xml:"name,attr"`
	Version string `xml:"version,attr,omitempty"`
}

// packagedefCall is a call in packagedef: a method and its arguments.
var packagedefCall = regexp.MustCompile(`\.(\p{L}+)\("([^"]*)"(?:,\s*"([^"]*)")?\)`)

// readPackagedef reads what opm would learn by running packagedef, which needs its
// engine: the metadata, and the files to include.
func readPackagedef(text []byte) (m opmMetadata, include []string, err error) {
	for _, call := range packagedefCall.FindAllSubmatch(text, -1) {
		value := string(call[2])
		switch method := string(call[1]); method {
		case "Имя":
			m.Name = value
		case "Версия":
			m.Version = value
		case "Автор":
			m.Author = value
		case "АдресРепозитория":
			m.Repository = value
		case "Описание":
			m.Description = value
		case "ВерсияСреды":
			m.Engine = value
		case "ЗависитОт":
			m.DependsOn = append(m.DependsOn, opmDependency{value, string(call[3])})
		case "ВключитьФайл":
			include = append(include, value)
		case "РазработкаЗависитОт": // is for those who change the package
		default:
			return m, nil, fmt.Errorf("packagedef calls %s, which release/onescript.go does not know", method)
		}
	}
	if m.Name == "" || m.Version == "" || len(include) == 0 {
		return m, nil, fmt.Errorf("packagedef names no package, version or files: %+v", m)
	}
	return m, include, nil
}

// onescript packs the OneScript package as opm does, and adds the workers, each in
// bin/<os>-<arch>, in Go's words.
func (r *release) onescript() error {
	root := filepath.Join(r.tree, "clients", "onescript")
	text, err := os.ReadFile(filepath.Join(root, "packagedef"))
	if err != nil {
		return err
	}
	metadata, include, err := readPackagedef(text)
	if err != nil {
		return err
	}
	var content []entry
	for _, name := range include {
		if name == "bin" {
			continue // is made here
		}
		path := filepath.Join(root, name)
		if info, err := os.Stat(path); err != nil {
			return err
		} else if !info.IsDir() {
			e, err := fileEntry(path, name, 0o644)
			if err != nil {
				return err
			}
			content = append(content, e)
			continue
		}
		files, err := treeEntries(path, name+"/", func(string, fs.DirEntry) bool { return false })
		if err != nil {
			return err
		}
		content = append(content, files...)
	}
	for _, w := range r.workers {
		program := w.path
		if w.windowless != "" {
			program = w.windowless // OneScript and 1C have windows of their own
		}
		e, err := fileEntry(program, fmt.Sprintf("bin/%s-%s/%s", w.os, w.arch, filepath.Base(program)), 0o755)
		if err != nil {
			return err
		}
		content = append(content, e)
	}
	return r.ospx(metadata, content)
}

// ospx writes a package: its metadata, and its content as an archive in the archive.
func (r *release) ospx(m opmMetadata, content []entry) error {
	var inner bytes.Buffer
	if err := writeZip(&inner, content, r.time); err != nil {
		return err
	}
	described, err := xml.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return r.pack(fmt.Sprintf("%s-%s.ospx", m.Name, m.Version), []entry{
		{"opm-metadata.xml", append([]byte(xml.Header), described...), 0o644},
		{"content.zip", inner.Bytes(), 0o644},
	}, writeZip)
}
