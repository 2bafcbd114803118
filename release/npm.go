package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// npmSystem is a target in npm's words: its os and its cpu.
func (t target) npmSystem() (system, cpu string) {
	system, cpu = t.os, t.arch
	if system == "windows" {
		system = "win32"
	}
	if cpu == "amd64" {
		cpu = "x64"
	}
	return system, cpu
}

// npmName is the name of the npm package that holds a target's worker.
func (t target) npmName() string {
	system, cpu := t.npmSystem()
	return fmt.Sprintf("grpcline-%s-%s", system, cpu)
}

// workerPackage is the package.json of an npm package that holds a worker.
type workerPackage struct {
	Name            string     `json:"name"`
	Version         string     `json:"version"`
	Description     string     `json:"description"`
	License         string     `json:"license"`
	Repository      repository `json:"repository"`
	OS              []string   `json:"os"`
	CPU             []string   `json:"cpu"`
	Files           []string   `json:"files"`
	PreferUnplugged bool       `json:"preferUnplugged"` // a program must lie in a folder to be started
}

type repository struct {
	Type string `json:"type"`
	URL  string `json:"url"`
}

// clients copies the Node.js client and the VS Code extension, which is built on it,
// and installs what they are built with. The tree stays as it is.
func (r *release) clients() error {
	if err := copyFile(filepath.Join(r.tree, "LICENSE"), filepath.Join(r.stage, "LICENSE"), 0o644); err != nil {
		return err
	}
	for _, name := range []string{"clients/node", "clients/vscode", "release/vsce"} {
		folder := filepath.Join(r.stage, name)
		if err := r.copyPackage(filepath.Join(r.tree, name), folder); err != nil {
			return err
		}
		if _, err := run(folder, nil, "npm", "ci", "--ignore-scripts", "--silent", "--no-audit", "--no-fund", "--prefer-offline"); err != nil {
			return err
		}
	}
	return nil
}

// copyPackage copies the sources of an npm package.
func (r *release) copyPackage(from, to string) error {
	entries, err := treeEntries(from, "", func(path string, d fs.DirEntry) bool {
		return d.IsDir() && (d.Name() == "node_modules" || d.Name() == "dist" || path == filepath.Join(from, "host"))
	})
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := writeFile(filepath.Join(to, e.name), e.data, e.mode); err != nil {
			return err
		}
	}
	return nil
}

// npm packs each worker, and the client with these packages as optional dependencies.
// They are named only here: npm would look for them whenever the client is built in
// the tree, before they are published.
func (r *release) npm() error {
	client := filepath.Join(r.stage, "clients/node")
	names := []string{"pkg", "set"}
	for _, w := range r.workers {
		if err := r.npmWorker(w); err != nil {
			return err
		}
		names = append(names, "optionalDependencies."+w.npmName()+"="+r.version)
	}
	// Its own dependencies come inside, so that the files alone can be installed offline.
	for _, args := range [][]string{names, {"pkg", "set", "--json", "bundleDependencies=true"}} {
		if _, err := run(client, nil, "npm", args...); err != nil {
			return err
		}
	}
	return r.npmPack(client)
}

// npmWorker packs one worker.
func (r *release) npmWorker(w worker) error {
	folder := filepath.Join(r.stage, "npm", w.npmName())
	system, cpu := w.npmSystem()
	manifest, err := json.MarshalIndent(workerPackage{
		Name:        w.npmName(),
		Version:     r.version,
		Description: fmt.Sprintf("The grpcline worker for %s on %s; grpcline-client installs it", system, cpu),
		License:     "MIT",
		Repository:  repository{"git", "git+https://" + module + ".git"},
		OS:          []string{system}, CPU: []string{cpu},
		Files:           []string{"bin", "LICENSE", "README.md"},
		PreferUnplugged: true,
	}, "", "  ")
	if err != nil {
		return err
	}
	readme := fmt.Sprintf("# %s\n\nThe [grpcline](https://%s) worker for %s on %s, of which\n"+
		"`grpcline-client` installs the one that fits.\n", w.npmName(), module, system, cpu)
	for file, data := range map[string][]byte{"package.json": append(manifest, '\n'), "README.md": []byte(readme)} {
		if err := writeFile(filepath.Join(folder, file), data, 0o644); err != nil {
			return err
		}
	}
	if err := copyFile(filepath.Join(r.tree, "LICENSE"), filepath.Join(folder, "LICENSE"), 0o644); err != nil {
		return err
	}
	if err := copyFile(w.path, filepath.Join(folder, "bin", w.program()), 0o755); err != nil {
		return err
	}
	return r.npmPack(folder)
}

// npmPack packs a package into the release's folder.
func (r *release) npmPack(folder string) error {
	_, err := run(folder, nil, "npm", "pack", "--silent", "--pack-destination", r.out)
	return err
}

// vscode packs the VS Code extension for each target, with the worker inside.
func (r *release) vscode() error {
	folder := filepath.Join(r.stage, "clients/vscode")
	if err := copyFile(filepath.Join(r.tree, "LICENSE"), filepath.Join(folder, "LICENSE"), 0o644); err != nil {
		return err
	}
	// It is built once, so that vsce need not build it for each target.
	for _, args := range [][]string{{"run", "build", "--silent"}, {"pkg", "delete", "scripts.vscode:prepublish"}} {
		if _, err := run(folder, nil, "npm", args...); err != nil {
			return err
		}
	}
	vsce := filepath.Join(r.stage, "release/vsce/node_modules/.bin/vsce")
	for _, w := range r.workers {
		bin := filepath.Join(folder, "bin")
		if err := os.RemoveAll(bin); err != nil {
			return err
		}
		if err := copyFile(w.path, filepath.Join(bin, w.program()), 0o755); err != nil {
			return err
		}
		system, cpu := w.npmSystem()
		_, err := run(folder, []string{"SOURCE_DATE_EPOCH=" + r.epoch()}, vsce, "package", "--no-dependencies",
			"--target", system+"-"+cpu, "--out", filepath.Join(r.out, r.vsix(w.target)))
		if err != nil {
			return err
		}
	}
	return nil
}

// vsix is the name of the extension for a target.
func (r *release) vsix(t target) string {
	system, cpu := t.npmSystem()
	return fmt.Sprintf("grpcline-vscode-%s-%s-%s.vsix", r.version, system, cpu)
}

func writeFile(path string, data []byte, mode fs.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, data, mode)
}

func copyFile(from, to string, mode fs.FileMode) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return writeFile(to, data, mode)
}
