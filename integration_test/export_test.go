package integration_test

import (
	"encoding/base64"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// exported is the result of getProto.
type exported struct {
	Files         map[string]string
	DescriptorSet string
}

func (h *Host) export(connection any, more ...obj) exported {
	h.t.Helper()
	return decode[exported](h, h.Must("getProto", with(obj{"connection": connection}, more...)))
}

// set are the files of the descriptor set by name.
func (e exported) set(t testing.TB) map[string]*descriptorpb.FileDescriptorProto {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(e.DescriptorSet)
	if err != nil {
		t.Fatal(err)
	}
	return filesOfSet(t, raw)
}

// filesOfSet reads a descriptor set that is complete, its own options resolved.
func filesOfSet(t testing.TB, raw []byte) map[string]*descriptorpb.FileDescriptorProto {
	t.Helper()
	set := new(descriptorpb.FileDescriptorSet)
	if err := proto.Unmarshal(raw, set); err != nil {
		t.Fatal(err)
	}
	linked, err := protodesc.NewFiles(set)
	if err != nil {
		t.Fatal(err)
	}
	set = new(descriptorpb.FileDescriptorSet)
	if err := (proto.UnmarshalOptions{Resolver: dynamicpb.NewTypes(linked)}).Unmarshal(raw, set); err != nil {
		t.Fatal(err)
	}
	files := map[string]*descriptorpb.FileDescriptorProto{}
	for _, f := range set.File {
		if f.GetSyntax() == "proto2" {
			f.Syntax = nil // means the same
		}
		files[f.GetName()] = f
	}
	return files
}

// sameFiles compares all but comments and positions.
func sameFiles(t testing.TB, what string, got, want map[string]*descriptorpb.FileDescriptorProto) {
	t.Helper()
	if g, w := slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)); !slices.Equal(g, w) {
		t.Errorf("%s: files %q, want %q", what, g, w)
		return
	}
	bare := func(f *descriptorpb.FileDescriptorProto) string {
		f = proto.CloneOf(f)
		f.SourceCodeInfo = nil
		return prototext.Format(f)
	}
	for name := range want {
		if different := firstDifference(bare(got[name]), bare(want[name])); different != "" {
			t.Errorf("%s: %s is another after the export: %s", what, name, different)
		}
	}
}

// firstDifference shows the first line in which two texts differ but for spaces,
// with what is around it; it is empty if there is none.
func firstDifference(got, want string) string {
	const around = 3
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	at := 0
	for at < min(len(g), len(w)) && strings.Join(strings.Fields(g[at]), "") == strings.Join(strings.Fields(w[at]), "") {
		at++
	}
	if at == len(g) && at == len(w) {
		return ""
	}
	part := func(lines []string) string {
		return strings.Join(lines[max(0, min(at, len(lines))-around):min(len(lines), at+around)], "\n")
	}
	return fmt.Sprintf("in line %d\n%s\nwas\n%s", at+1, part(g), part(w))
}

// comments are those of a file, in the order of what they belong to.
func comments(f *descriptorpb.FileDescriptorProto) []string {
	var list []string
	for _, at := range f.GetSourceCodeInfo().GetLocation() {
		if text := strings.Join(at.LeadingDetachedComments, "|") + "|" + at.GetLeadingComments() + "|" + at.GetTrailingComments(); len(text) > 2 {
			list = append(list, fmt.Sprint(at.Path, " ", strings.Join(strings.Fields(text), " ")))
		}
	}
	slices.Sort(list)
	return list
}

// roundTrip exports a connection's schema, compiles the sources again with the
// worker and with protoc, and compares.
func (h *Host) exportAgain(connection any) exported {
	h.t.Helper()
	first := h.export(connection)
	set := first.set(h.t)
	again := h.export(obj{"address": "localhost:1", "lazy": true, "proto": first.Files})
	sameFiles(h.t, "by the worker", again.set(h.t), set)
	for name, f := range again.set(h.t) {
		if got, want := comments(f), comments(set[name]); !slices.Equal(got, want) {
			h.t.Errorf("%s has the comments\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	byProtoc(h.t, first.Files, set)
	return first
}

// byProtoc compiles the sources that protoc of Debian can (not editions) and
// compares. Without protoc it is left out, in CI it fails.
func byProtoc(t testing.TB, sources map[string]string, want map[string]*descriptorpb.FileDescriptorProto) {
	t.Helper()
	protoc, err := exec.LookPath("protoc")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Logf("NOT COMPILED BY PROTOC: %v", err)
		return
	}
	dir := t.TempDir()
	args := []string{"-I" + dir, "--include_imports", "--descriptor_set_out=" + filepath.Join(dir, "set")}
	compiled := map[string]*descriptorpb.FileDescriptorProto{}
	for name, text := range sources {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if !needsEdition(name, want) {
			compiled[name] = want[name]
			args = append(args, path)
		}
	}
	if len(compiled) == 0 {
		return
	}
	if out, err := exec.Command(protoc, args...).CombinedOutput(); err != nil {
		t.Errorf("protoc: %v: %s", err, out)
		return
	}
	raw, err := os.ReadFile(filepath.Join(dir, "set"))
	if err != nil {
		t.Fatal(err)
	}
	sameFiles(t, "by protoc", filesOfSet(t, raw), compiled)
}

// needsEdition tells whether a file or something that it imports has an edition.
func needsEdition(name string, files map[string]*descriptorpb.FileDescriptorProto) bool {
	f := files[name]
	return f.GetSyntax() == "editions" || slices.ContainsFunc(f.GetDependency(), func(d string) bool { return needsEdition(d, files) })
}

// protoTree reads the .proto files of a folder.
func protoTree(t testing.TB, root string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".proto") {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(root, path)
		files[filepath.ToSlash(name)] = string(text)
		return err
	})
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %d files, %v", root, len(files), err)
	}
	return files
}

// TestExportTrees exports every tree of schemas there is here.
func TestExportTrees(t *testing.T) {
	h := Start(t)
	for _, root := range []string{"testserver/protos", "testserver/corners", "../demo/demopb", "../bench/benchpb", "../clients/onescript/examples/proto"} {
		t.Run(root, func(t *testing.T) {
			h := Start(t)
			tree := protoTree(t, root)
			got := h.exportAgain(obj{"address": "localhost:1", "lazy": true, "proto": tree})
			for name := range tree {
				if got.Files[name] == "" {
					t.Errorf("%s is missing", name)
				}
			}
		})
	}
	h.ping()
}

// TestExportWithoutPositions exports the trees from descriptor sets without source
// info, as servers and protoc give them.
func TestExportWithoutPositions(t *testing.T) {
	for _, root := range []string{"testserver/protos", "testserver/corners"} {
		t.Run(root, func(t *testing.T) {
			h := Start(t)
			compiled := h.export(obj{"address": "localhost:1", "lazy": true, "proto": protoTree(t, root)}).set(t)
			set := new(descriptorpb.FileDescriptorSet)
			for _, name := range slices.Sorted(maps.Keys(compiled)) {
				f := proto.CloneOf(compiled[name])
				f.SourceCodeInfo = nil
				set.File = append(set.File, f)
			}
			raw, err := proto.Marshal(set)
			if err != nil {
				t.Fatal(err)
			}
			got := h.exportAgain(obj{"address": "localhost:1", "lazy": true, "descriptorSet": base64.StdEncoding.EncodeToString(raw)})
			sameFiles(t, "from a set", got.set(t), compiled)
		})
	}
}

// TestExportBundled exports the files that come along.
func TestExportBundled(t *testing.T) {
	h := Start(t)
	got := h.exportAgain(obj{"address": "localhost:1", "lazy": true, "proto": bundledImports})
	for _, name := range []string{"google/api/annotations.proto", "google/protobuf/descriptor.proto", "google/rpc/status.proto"} {
		if got.Files[name] == "" {
			t.Errorf("%s is missing", name)
		}
	}
}

// TestExportReflected exports what a server tells of itself.
func TestExportReflected(t *testing.T) {
	server := testserver.Start(t, testserver.Options{Reflection: "both"})
	h := Start(t, "--demo")
	for _, address := range []string{server.Addr, "demo:///"} {
		h.exportAgain(obj{"address": address})
	}
	texts := testserver.Texts(t)
	given := h.export(obj{"address": "localhost:1", "lazy": true, "proto": texts}).set(t)
	reflected := h.export(obj{"address": server.Addr}).set(t)
	for name := range texts {
		sameFiles(t, "reflected", map[string]*descriptorpb.FileDescriptorProto{name: reflected[name]}, map[string]*descriptorpb.FileDescriptorProto{name: given[name]})
	}
}

// TestExportSymbol exports what one thing needs.
func TestExportSymbol(t *testing.T) {
	h := Start(t)
	conn := obj{"address": "localhost:1", "lazy": true, "proto": protoTree(t, "testserver/corners")}
	for symbol, want := range map[string][]string{
		"corner.base.Level":                  {"base.proto", "google/protobuf/any.proto", "google/protobuf/descriptor.proto"},
		".corner.base.Level":                 {"base.proto", "google/protobuf/any.proto", "google/protobuf/descriptor.proto"},
		"corner.base.HIGH":                   {"base.proto", "google/protobuf/any.proto", "google/protobuf/descriptor.proto"},
		"corner.base.about":                  {"base.proto", "google/protobuf/any.proto", "google/protobuf/descriptor.proto"},
		"open.proto":                         {"open.proto"},
		"corner.base.Open.a":                 {"open.proto"},
		"corner.base.Open.o":                 {"open.proto"},
		"corner.fresh.Search_":               {"base.proto", "google/protobuf/any.proto", "google/protobuf/descriptor.proto", "google/protobuf/empty.proto", "new.proto"},
		"corner.fresh.Search_.Plain":         {"base.proto", "google/protobuf/any.proto", "google/protobuf/descriptor.proto", "google/protobuf/empty.proto", "new.proto"},
		"/corner.fresh.Search_/Plain":        {"base.proto", "google/protobuf/any.proto", "google/protobuf/descriptor.proto", "google/protobuf/empty.proto", "new.proto"},
		"corner.edition.Mixed.Closed":        {"edition.proto", "google/protobuf/descriptor.proto"},
		"google.rpc.BadRequest":              {"google/protobuf/duration.proto", "google/rpc/error_details.proto"},
		"corner.old.Before.Nested.Kind.ZERO": nil,
	} {
		if want == nil { // an enum value is a sibling of its enum
			h.Fail("getProto", obj{"connection": conn, "symbol": symbol}, -32602)
			continue
		}
		got := h.export(conn, obj{"symbol": symbol})
		if names := slices.Sorted(maps.Keys(got.Files)); !slices.Equal(names, want) {
			t.Errorf("%s: %q, want %q", symbol, names, want)
		}
		byProtoc(t, got.Files, got.set(t))
	}
	for symbol, near := range map[string]string{
		"corner.base.Levle": "corner.base.Level", "corner.fresh.Search_.Plian": "corner.fresh.Search_.Plain", "corner.fresh.Search_/Plian": "corner.fresh.Search_.Plain",
		"corner.old.Before.numbr": "corner.old.Before.number", "opne.proto": "open.proto", "Level": "corner.base.Level", "corner.fresh.Serach_": "corner.fresh.Search_",
	} {
		err := h.Fail("getProto", obj{"connection": conn, "symbol": symbol}, -32602)
		if err.Data.Param != "symbol" || !strings.Contains(err.Message, `"`+near+`"`) {
			t.Errorf("%s: %v", symbol, err)
		}
	}
	if got := decode[exported](h, h.Must("ПолучитьПрото", []any{conn, "open.proto"})); len(got.Files) != 1 {
		t.Errorf("by its alias and position: %v", got.Files)
	}
}
