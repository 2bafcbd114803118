package hosts

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// lib.config names every module and class of the package under the name of its file,
// and nothing else.
func TestManifest(t *testing.T) {
	t.Parallel()
	root := filepath.Join(clients, "onescript")
	text, err := os.ReadFile(filepath.Join(root, "lib.config"))
	if err != nil {
		t.Fatal(err)
	}
	type entry struct {
		Name string `xml:"name,attr"`
		File string `xml:"file,attr"`
	}
	var manifest struct {
		Classes []entry `xml:"class"`
		Modules []entry `xml:"module"`
	}
	if err := xml.Unmarshal(text, &manifest); err != nil {
		t.Fatal(err)
	}
	for folder, entries := range map[string][]entry{"src/Классы": manifest.Classes, "src/Модули": manifest.Modules} {
		var named, there []string
		for _, e := range entries {
			if e.File != folder+"/"+e.Name+".os" {
				t.Errorf("%s is in %s", e.Name, e.File)
			}
			named = append(named, e.File)
		}
		files, err := filepath.Glob(filepath.Join(root, folder, "*.os"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			there = append(there, folder+"/"+filepath.Base(file))
		}
		slices.Sort(named)
		slices.Sort(there)
		if !slices.Equal(named, there) {
			t.Errorf("%s has %v, lib.config %v", folder, there, named)
		}
	}
}
