package main

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/grpcline/grpcline/internal/version"
)

// npmTarball is the path of a package's file.
func (r *release) npmTarball(name string) string {
	return filepath.Join(r.out, fmt.Sprintf("%s-%s.tgz", name, version.Number))
}

// project is an empty npm project into which tarballs are installed without network.
func project(t *testing.T, tarballs ...string) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "package.json"), []byte(`{"name":"empty","private":true}`), 0o644); err != nil {
		t.Fatal(err)
	}
	install := exec.Command("npm", append([]string{"install", "--offline", "--no-audit", "--no-fund"}, tarballs...)...)
	install.Dir = folder
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("npm install: %v\n%s", err, out)
	}
	return folder
}

// script runs a program of the project's with the client, and no worker but the
// installed one.
func script(t *testing.T, folder, text string) string {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatal(err)
	}
	run := exec.Command(node, "--eval", text)
	run.Dir, run.Env = folder, []string{"PATH=/nowhere"}
	out, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return strings.TrimSpace(string(out))
}

// TestNpmInstall installs the client and the worker for this system into an empty
// project, and makes a call.
func TestNpmInstall(t *testing.T) {
	r, us := made(t), here(t)
	folder := project(t, r.npmTarball("grpcline-client"), r.npmTarball(us.npmName()))
	said := script(t, folder, `
		const { Worker } = require("grpcline-client");
		(async () => {
			const worker = await Worker.start({ args: ["--demo"] });
			const { version } = await worker.request("getVersion");
			const connection = await worker.open({ address: "demo:///" });
			const reply = await connection.call("grpcline.demo.Demo/SayHello", { name: "Ann" });
			console.log(version, reply.message.greeting);
			await worker.close();
		})()`)
	if want := version.Number + " Hello, Ann!"; said != want {
		t.Errorf("it says %q, not %q", said, want)
	}
}

// TestNpmWithoutAWorker says what to install.
func TestNpmWithoutAWorker(t *testing.T) {
	r, us := made(t), here(t)
	folder := project(t, "--omit=optional", r.npmTarball("grpcline-client"))
	said := script(t, folder, `require("grpcline-client").Worker.start().catch((err) => console.log(err.message))`)
	if want := "npm install " + us.npmName(); !strings.Contains(said, want) {
		t.Errorf("it does not say %q: %s", want, said)
	}
}

// TestNpmPackages have a licence, say for which system they are, and the client names
// them all.
func TestNpmPackages(t *testing.T) {
	r := made(t)
	client := unpacked(t, r.npmTarball("grpcline-client"))
	var manifest struct {
		Version              string
		OptionalDependencies map[string]string
	}
	if err := json.Unmarshal(client["package/package.json"].data, &manifest); err != nil {
		t.Fatal(err)
	}
	if len(manifest.OptionalDependencies) != len(targets) || manifest.Version != version.Number {
		t.Errorf("the client %s names %v", manifest.Version, manifest.OptionalDependencies)
	}
	for _, on := range targets {
		if got := manifest.OptionalDependencies[on.npmName()]; got != version.Number {
			t.Errorf("the client names %q of %s", got, on.npmName())
		}
		files := unpacked(t, r.npmTarball(on.npmName()))
		var about workerPackage
		if err := json.Unmarshal(files["package/package.json"].data, &about); err != nil {
			t.Fatal(err)
		}
		system, cpu := on.npmSystem()
		if about.Version != version.Number || !slices.Equal(about.OS, []string{system}) || !slices.Equal(about.CPU, []string{cpu}) {
			t.Errorf("%s is %+v", on.npmName(), about)
		}
		if program := files["package/bin/"+on.program()]; len(program.data) == 0 || program.mode.Perm() != 0o755 {
			t.Errorf("%s: the worker has %d bytes and the mode %v", on.npmName(), len(program.data), program.mode)
		}
		if len(files["package/LICENSE"].data) == 0 {
			t.Errorf("%s has no licence", on.npmName())
		}
	}
	if len(client["package/LICENSE"].data) == 0 {
		t.Error("the client has no licence")
	}
	for name, file := range client {
		if !strings.HasSuffix(name, ".map") {
			continue
		}
		var sources struct{ Sources []string }
		if err := json.Unmarshal(file.data, &sources); err != nil {
			t.Fatal(err)
		}
		for _, source := range sources.Sources {
			if at := filepath.ToSlash(filepath.Join(filepath.Dir(name), source)); len(client[at].data) == 0 {
				t.Errorf("%s is a map of %s, which is not in the package", name, at)
			}
		}
	}
}

// TestVSCode has the worker inside the extension, and a licence.
func TestVSCode(t *testing.T) {
	r := made(t)
	for _, on := range targets {
		files := unpacked(t, filepath.Join(r.out, r.vsix(on)))
		program := files["extension/bin/"+on.program()]
		if len(program.data) == 0 || program.mode.Perm()&0o100 == 0 {
			t.Errorf("%s: the worker has %d bytes and the mode %v", r.vsix(on), len(program.data), program.mode)
		}
		for _, name := range []string{"extension/dist/extension.js", "extension/package.json"} {
			if len(files[name].data) == 0 {
				t.Errorf("%s has no %s", r.vsix(on), name)
			}
		}
		if !slices.ContainsFunc(slices.Collect(maps.Keys(files)), func(name string) bool {
			return strings.HasPrefix(strings.ToLower(name), "extension/license")
		}) {
			t.Errorf("%s has no licence", r.vsix(on))
		}
		system, cpu := on.npmSystem()
		if want := fmt.Sprintf("TargetPlatform=%q", system+"-"+cpu); !strings.Contains(string(files["extension.vsixmanifest"].data), want) {
			t.Errorf("%s: its manifest has no %s", r.vsix(on), want)
		}
	}
	us := here(t)
	runs(t, put(t, unpacked(t, filepath.Join(r.out, r.vsix(*us)))["extension/bin/"+us.program()]))
}

// TestOneScript has the workers where the package looks for them, all modules of
// lib.config, and metadata that opm reads.
func TestOneScript(t *testing.T) {
	r := made(t)
	outer := unpacked(t, filepath.Join(r.out, fmt.Sprintf("opi-grpcline-%s.ospx", version.Number)))
	var metadata opmMetadata
	if err := xml.Unmarshal(outer["opm-metadata.xml"].data, &metadata); err != nil {
		t.Fatal(err)
	}
	if metadata.Name != "opi-grpcline" || metadata.Version != version.Number || metadata.Engine == "" {
		t.Errorf("the metadata are %+v", metadata)
	}
	inner := filepath.Join(t.TempDir(), "content.zip")
	if err := os.WriteFile(inner, outer["content.zip"].data, 0o644); err != nil {
		t.Fatal(err)
	}
	files := unpacked(t, inner)
	var library struct {
		Modules []struct {
			File string `xml:"file,attr"`
		} `xml:",any"`
	}
	if err := xml.Unmarshal(files["lib.config"].data, &library); err != nil || len(library.Modules) == 0 {
		t.Fatalf("lib.config has %d modules, %v", len(library.Modules), err)
	}
	for _, m := range library.Modules {
		if len(files[m.File].data) == 0 {
			t.Errorf("there is no %s", m.File)
		}
	}
	for _, on := range targets {
		program := on.program()
		if on.os == "windows" {
			program = windowlessProgram
		}
		if len(files[fmt.Sprintf("bin/%s-%s/%s", on.os, on.arch, program)].data) == 0 {
			t.Errorf("there is no worker for %s/%s", on.os, on.arch)
		}
	}
	if len(files["LICENSE"].data) == 0 {
		t.Error("there is no licence")
	}
}

func TestPackagedef(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"a call that is not known", `Описание.Имя("a").Версия("1").ВключитьФайл("src").Новое("x")`, "Новое"},
		{"no files", `Описание.Имя("a").Версия("1")`, "no package, version or files"},
	} {
		if m, _, err := readPackagedef([]byte(test.text)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %+v, %v", test.name, m, err)
		}
	}
	if text, err := os.ReadFile("../clients/onescript/packagedef"); err != nil {
		t.Error(err)
	} else if m, include, err := readPackagedef(text); err != nil || m.Repository == "" || !slices.Contains(include, "LICENSE") {
		t.Errorf("the package's own packagedef: %+v, %v, %v", m, include, err)
	}
	m, include, err := readPackagedef([]byte("Описание.Имя(\"a\")\n\t.Версия(\"1.0\")\n\t.ЗависитОт(\"b\", \">=2\")\n\t.ВключитьФайл(\"src\")"))
	if err != nil || m.Name != "a" || m.Version != "1.0" || len(m.DependsOn) != 1 || m.DependsOn[0] != (opmDependency{"b", ">=2"}) ||
		!slices.Equal(include, []string{"src"}) {
		t.Errorf("got %+v, %v, %v", m, include, err)
	}
	text, err := os.ReadFile(filepath.Join(tree, "clients", "onescript", "packagedef"))
	if err != nil {
		t.Fatal(err)
	}
	if m, include, err = readPackagedef(text); err != nil || m.Name != "opi-grpcline" || !slices.Contains(include, "src") {
		t.Errorf("packagedef itself: %+v, %v, %v", m, include, err)
	}
}
