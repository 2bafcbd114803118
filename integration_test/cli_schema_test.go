package integration_test

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// prints runs the command line, which must work, and returns what it prints.
func prints(t *testing.T, args ...string) string {
	t.Helper()
	stdout, stderr, code := cli(t, "", args...)
	if code != 0 || stderr != "" {
		t.Fatalf("%q: exit code %d, stderr %s", args, code, stderr)
	}
	return stdout
}

const demoProto = "../demo/demopb/demo.proto"

// TestDescribe prints source with its comments.
func TestDescribe(t *testing.T) {
	const method = `// SayHello greets a person.
rpc SayHello(HelloRequest) returns (HelloReply);

// A person to greet.
message HelloRequest {
  // The person's name.
  string name = 1;

  // The language of the greeting.
  Language language = 2;
}

// A greeting.
message HelloReply {
  string greeting = 1;
}
`
	const enum = "// Languages of a greeting.\nenum Language {\n  ENGLISH = 0;\n  RUSSIAN = 1;\n}\n"
	for symbol, want := range map[string]string{
		"SayHello":                    method,
		"grpcline.demo.Demo.SayHello": method,
		"grpcline.demo.Demo/SayHello": method,
		"grpcline.demo.Language":      enum,
		"Language":                    enum,
		"HelloReply.greeting":         "string greeting = 1;\n",
	} {
		if got := prints(t, "describe", "nowhere", symbol, "--proto", demoProto); got != want {
			t.Errorf("%s is\n%s\nwant\n%s", symbol, got, want)
		}
	}
	service := prints(t, "describe", "nowhere", "Demo", "--proto", demoProto)
	if !strings.HasPrefix(service, "// Demo is for trying grpcline out.\nservice Demo {\n") || !strings.Contains(service, "  // Sum adds the numbers of a stream.\n  rpc Sum") {
		t.Errorf("the service is\n%s", service)
	}
	if all := prints(t, "describe", "nowhere", "--proto", demoProto); all != "package grpcline.demo;\n\n"+service {
		t.Errorf("all is\n%s", all)
	}
	if file := prints(t, "describe", "demo:///", "demo.proto"); !strings.HasPrefix(file, "syntax = \"proto3\";") || !strings.Contains(file, "message SleepReply {") {
		t.Errorf("the file is\n%s", file)
	}
	for symbol, says := range map[string]string{"Langage": `did you mean "grpcline.demo.Language"?`, "name": "several"} {
		if _, stderr, code := cli(t, "", "describe", "demo:///", symbol); code != 1 || !strings.Contains(stderr, says) {
			t.Errorf("%s: exit code %d, stderr %q", symbol, code, stderr)
		}
	}
}

// TestDescribeAsJSON gives what can be sent as it is, and what it keeps to.
func TestDescribeAsJSON(t *testing.T) {
	template := prints(t, "describe", "demo:///", "SayHello", "--template")
	if !strings.HasPrefix(template, "{\n  \"name\": ") || template != prints(t, "describe", "demo:///", "HelloRequest", "--template") {
		t.Errorf("the template is %s", template)
	}
	if got := prints(t, "call", "demo:///", "SayHello", template); !strings.Contains(got, "Hello, ") {
		t.Errorf("the template is answered with %s", got)
	}
	server := testserver.Start(t, testserver.Options{Reflection: "v1"})
	for _, args := range [][]string{{"describe", "demo:///", "Demo/Sum"}, {"describe", "demo:///", "SumReply"}, {"describe", server.Addr, "script.v1.Item"}} {
		var schema struct {
			Schema string `json:"$schema"`
		}
		if text := prints(t, append(args, "--json-schema")...); json.Unmarshal([]byte(text), &schema) != nil || !strings.Contains(schema.Schema, "2020-12") {
			t.Errorf("%q is %s", args, text)
		}
	}
	for name, args := range map[string][]string{"nothing": {"--template"}, "a service": {"Demo", "--template"}, "an enum": {"Language", "--json-schema"}} {
		if stdout, stderr, code := cli(t, "", append([]string{"describe", "demo:///"}, args...)...); code == 0 || stdout != "" || !strings.Contains(stderr, "method or a message") {
			t.Errorf("%s: exit code %d, stderr %q", name, code, stderr)
		}
	}
}

// TestExport writes files from which the worker and protoc make the same services.
func TestExport(t *testing.T) {
	server := testserver.Start(t, testserver.Options{Reflection: "both"})
	services := prints(t, "list", server.Addr)
	folder := filepath.Join(t.TempDir(), "new", "protos")
	written := strings.Fields(prints(t, "export", server.Addr, folder))
	if len(written) == 0 {
		t.Fatal("nothing was written")
	}
	var names []string
	for _, path := range written {
		name, err := filepath.Rel(folder, path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
		names = append(names, filepath.ToSlash(name))
	}
	var all strings.Builder
	all.WriteString("syntax = \"proto3\";\n")
	for _, name := range names {
		all.WriteString("import \"" + name + "\";\n")
	}
	described := prints(t, "describe", server.Addr, "script.v1.Script")
	main := testserver.WriteFile(t, "all.proto", all.String())
	if got := prints(t, "describe", "nowhere", "script.v1.Script", "--proto", main, "--import-path", folder); got != described {
		t.Errorf("from what was exported the service is\n%s\nand was\n%s", got, described)
	}
	if again := strings.Fields(prints(t, "export", server.Addr, folder)); !slices.Equal(again, written) {
		t.Errorf("once more, %q were written", again)
	}
	protoc := tool(t, "protoc", "install protobuf-compiler")
	set := filepath.Join(t.TempDir(), "set")
	args := []string{"-I", folder, "--include_imports", "-o", set}
	for _, name := range names {
		if text, err := os.ReadFile(filepath.Join(folder, name)); err == nil && !strings.HasPrefix(name, "google/protobuf/") && !strings.Contains(string(text), "edition = ") {
			args = append(args, name) // Debian's protoc knows no editions
		}
	}
	if out, err := exec.Command(protoc, args...).CombinedOutput(); err != nil {
		t.Fatalf("protoc: %v\n%s", err, out)
	}
	for _, service := range strings.Fields(prints(t, "list", "nowhere", "--descriptor-set", set)) {
		if !strings.Contains(services, service+"\n") {
			t.Errorf("%s is in what was exported and not on the server", service)
		}
	}
}

// TestExportOfAHostileServer writes nothing outside the folder.
func TestExportOfAHostileServer(t *testing.T) {
	for _, name := range []string{"../outside.proto", "/outside.proto", "a/../../outside.proto", "..", "link/outside.proto"} {
		t.Run(strings.ReplaceAll(name, "/", "_"), func(t *testing.T) {
			address := testserver.Reflector(t, func(string, string) *descriptorpb.FileDescriptorProto {
				service, method, message, syntax := "S", "M", "R", "proto3"
				input := ".R"
				return &descriptorpb.FileDescriptorProto{
					Name: &name, Syntax: &syntax,
					MessageType: []*descriptorpb.DescriptorProto{{Name: &message}},
					Service: []*descriptorpb.ServiceDescriptorProto{{Name: &service, Method: []*descriptorpb.MethodDescriptorProto{
						{Name: &method, InputType: &input, OutputType: &input},
					}}},
				}
			})
			top := t.TempDir()
			folder := filepath.Join(top, "protos")
			if err := os.Mkdir(folder, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(top, filepath.Join(folder, "link")); err != nil {
				t.Skip(err)
			}
			_, stderr, code := cli(t, "", "export", address, folder)
			if code != 1 || stderr == "" {
				t.Errorf("exit code %d, stderr %q", code, stderr)
			}
			entries, err := os.ReadDir(top)
			if err != nil || len(entries) != 1 {
				t.Errorf("there is %v, %v", entries, err)
			}
		})
	}
}

// TestBrokenSchema says each fault in a line.
func TestBrokenSchema(t *testing.T) {
	path := testserver.WriteFile(t, "broken.proto", "syntax = \"proto3\";\nmessage A { strin a = 1; }\nmessage A {}\n")
	_, stderr, code := cli(t, "", "list", "nowhere", "--proto", path)
	lines := strings.Split(strings.TrimSpace(stderr), "\n")
	if code != 1 || len(lines) < 2 || !strings.HasPrefix(lines[0], "grpcline: the schema does not compile") || !strings.Contains(stderr, ".proto:3:") {
		t.Errorf("exit code %d, stderr %q", code, stderr)
	}
}

// TestSchemasOfFlags in each way in which they may be given.
func TestSchemasOfFlags(t *testing.T) {
	server := testserver.Start(t, testserver.Options{})
	folder := t.TempDir()
	texts := testserver.Texts(t)
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(texts[name]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	set := filepath.Join(t.TempDir(), "set")
	var script string
	for name, text := range texts {
		if strings.Contains(text, "service Script ") {
			script = name
		}
	}
	if err := os.WriteFile(set, testserver.DescriptorSet(t, testserver.Files(t), script), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{
		"file":           {"--proto", filepath.Join(folder, filepath.FromSlash(script)), "--import-path", folder},
		"import path":    {"--proto", script, "--import-path", folder},
		"descriptor set": {"--descriptor-set", set},
	} {
		t.Run(name, func(t *testing.T) {
			if got := prints(t, append(args, "call", server.Addr, "script.v1.Script/Unary", `{"number":7}`)...); got != "{\"number\":\"7\"}\n" {
				t.Errorf("got %s", got)
			}
		})
	}
	if _, stderr, code := cli(t, "", "call", server.Addr, "Unary"); code == 0 || !strings.Contains(stderr, "proto") {
		t.Errorf("without a schema: exit code %d, stderr %q", code, stderr)
	}
}
