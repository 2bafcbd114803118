package integration_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// writeTree writes files under a folder and returns it.
func writeTree(t testing.TB, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// lazily are params of a connection that never connects.
func lazily(source obj) obj { return with(obj{"address": "localhost:1", "lazy": true}, source) }

// services lists those of a schema.
func (h *Host) services(source obj) string {
	h.t.Helper()
	list := decode[struct{ Services []string }](h, h.Must("getServiceList", obj{"connection": lazily(source)}))
	return strings.Join(list.Services, " ")
}

const p3 = "syntax = \"proto3\";\n"

// TestSchemasFromDiskAndWeb gives trees of schemas in the ways in which people have them.
func TestSchemasFromDiskAndWeb(t *testing.T) {
	root := writeTree(t, map[string]string{
		"shop/api/shop.proto":   p3 + "package shop;\nimport \"shop/api/types.proto\";\nservice Shop { rpc Buy(Item) returns (Item); }",
		"shop/api/types.proto":  p3 + "package shop;\nmessage Item { string name = 1; }",
		"other/types.proto":     p3 + "package wrong;\nmessage Item { string name = 1; }",
		"beside/main.proto":     p3 + "package beside;\nimport \"types.proto\";\nservice S { rpc M(other.T) returns (other.T); }",
		"beside/types.proto":    p3 + "package beside;\nmessage T {}",
		"first/types.proto":     p3 + "package other;\nmessage T {}",
		"windows.proto":         p3 + "package windows;\nimport \"first\\types.proto\";\nservice S { rpc M(other.T) returns (other.T); }",
		"stream.proto":          p3 + "package a.stream.v1;\nmessage Req {}\nservice S { rpc M(a.stream.v1.Req) returns (stream .a.stream.v1.Req); rpc N(stream a . stream.v1.Req) returns (a.stream.v1.Req); }",
		"old/cp1251.proto":      p3 + "package old;\n// \xd3\xf1\xeb\xf3\xe3\xe0.\nservice S { rpc M(E) returns (E); } /* \xcf\xf3\xf1\xf2\xee */ message E {}",
		"self/two.proto":        p3 + "package two;\nimport \"main.proto\";\nmessage Two { one.One one = 1; }",
		"self/one.proto":        p3 + "package one;\nmessage One {}\nservice S { rpc M(One) returns (One); }",
		"tree/a.proto":          p3 + "package tree;\nimport \"b/c.proto\";\nservice A { rpc M(C) returns (C); }",
		"tree/b/c.proto":        p3 + "package tree;\nmessage C {}\nservice B { rpc M(C) returns (C); }",
		"tree/.git/wrong.proto": "nonsense",
	})
	site := httptest.NewServer(http.FileServer(http.Dir(root)))
	defer site.Close()
	at := func(parts ...string) string { return filepath.Join(append([]string{root}, parts...)...) }
	h := StartWith(t, HostOptions{Dir: root})
	for name, c := range map[string]struct {
		source obj
		want   string
	}{
		"a folder":                       {obj{"proto": "tree"}, "tree.A tree.B"},
		"a folder outright":              {obj{"proto": obj{"file": at("self")}}, "one.S"},
		"a list of paths":                {obj{"proto": []any{at("self", "one.proto"), at("shop", "api", "shop.proto")}, "importPaths": []string{root}}, "one.S shop.Shop"},
		"a list of a path and a text":    {obj{"proto": []any{at("first", "types.proto"), p3 + "import \"types.proto\"; service Mine { rpc M(other.T) returns (other.T); }"}}, "Mine"},
		"a list of a folder and a URL":   {obj{"proto": []any{at("first"), obj{"url": site.URL + "/stream.proto"}}}, "a.stream.v1.S"},
		"imports by the name's own root": {obj{"proto": "shop/api/shop.proto", "importPaths": []string{root}}, "shop.Shop"},
		"an import path comes first":     {obj{"proto": "beside/main.proto", "importPaths": []string{at("first"), at("other")}}, "beside.S"},
		"backslashes":                    {obj{"proto": "windows.proto"}, "windows.S"},
		"a part of a name is stream":     {obj{"proto": "stream.proto"}, "a.stream.v1.S"},
		"Windows-1251 in comments":       {obj{"proto": "old/cp1251.proto"}, "old.S"},
		"an import of main.proto":        {obj{"proto": "self/one.proto"}, "one.S"},
		"a URL with imports beside it":   {obj{"proto": site.URL + "/windows.proto"}, "windows.S"},
		"a URL and a name with folders":  {obj{"proto": obj{"shop/api/shop.proto": site.URL + "/shop/api/shop.proto"}}, "shop.Shop"},
		"URLs that import each other":    {obj{"proto": []any{site.URL + "/first/types.proto", site.URL + "/windows.proto"}}, "windows.S"},
	} {
		t.Run(name, func(*testing.T) {
			if got := h.services(c.source); got != c.want {
				h.t.Errorf("%s: services %q, want %q", name, got, c.want)
			}
		})
	}
	h.Must("openConnection", lazily(obj{"proto": "old/cp1251.proto"}))
	if got := h.export("c1").Files["cp1251.proto"]; !strings.Contains(got, "// Услуга.") {
		t.Errorf("the comment became %s", got)
	}
	if list := decode[struct {
		Methods []struct{ RequestType, Kind string }
	}](h, h.Must("getMethodList", obj{"connection": lazily(obj{"proto": "stream.proto"}), "service": "a.stream.v1.S"})); len(list.Methods) != 2 || list.Methods[0].Kind != "serverStream" || list.Methods[1].Kind != "clientStream" || list.Methods[0].RequestType != "a.stream.v1.Req" {
		t.Errorf("%+v", list)
	}
	for name, c := range map[string]struct {
		source   obj
		mentions []string
	}{
		"the file's own name": {obj{"proto": at("self", "two.proto")}, []string{"two.proto:3:8", "import each other"}},
		"where an import was looked for": {obj{"proto": obj{"a/b.proto": p3 + "import \"types.proto\";", "c/type.proto": p3}, "importPaths": []string{at("self"), at("shop")}},
			[]string{"a/b.proto:2:8", at("self", "types.proto"), at("shop", "types.proto"), `"c/type.proto"`}},
		"where one beside a URL was looked for": {obj{"proto": site.URL + "/shop/api/shop.proto"}, []string{"shop.proto:3:8", site.URL + "/shop/api/shop/api/types.proto"}},
		"a folder with a name":                  {obj{"proto": obj{"x.proto": at("self")}}, []string{"folder", "list"}},
		"a folder without schemas":              {obj{"proto": t.TempDir()}, []string{"no .proto files"}},
	} {
		err := h.Fail("openConnection", lazily(c.source), -32602)
		said := err.Message
		for _, d := range err.Data.Diagnostics {
			said += fmt.Sprintf(" %s:%d:%d: %s", d.File, d.Line, d.Column, d.Message)
		}
		for _, m := range c.mentions {
			if !strings.Contains(said, m) {
				t.Errorf("%s: %s does not mention %s", name, said, m)
			}
		}
	}
}

// TestSchemasThatAreNone are things that people give for a schema.
func TestSchemasThatAreNone(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write([]byte(p3)) // into memory
	w.Close()
	utf16 := ""
	for _, c := range p3 {
		utf16 += string(c) + "\x00"
	}
	files := map[string]string{
		"page.proto": "<!doctype html>\n<html lang=\"en\">", "packed.proto": packed.String(), "archive.proto": "PK\x03\x04\x14", "wide.proto": utf16,
		"cp1251.proto": p3 + "message M { string \xef\xee\xeb\xe5 = 1; }", "new.proto": "edition = \"2024\";\nexport message M {}",
	}
	root := writeTree(t, files)
	site := httptest.NewServer(http.FileServer(http.Dir(root)))
	defer site.Close()
	h := StartWith(t, HostOptions{Dir: root})
	for name, mentions := range map[string][]string{
		"page.proto": {"HTML"}, "packed.proto": {"gzip"}, "archive.proto": {"zip"}, "wide.proto": {"UTF-16"},
		"cp1251.proto": {"UTF-8", "Windows-1251"}, "new.proto": {"edition 2024", "descriptor set"},
	} {
		for _, where := range []string{name, site.URL + "/" + name} {
			err := h.Fail("openConnection", lazily(obj{"proto": where}), -32602)
			for _, m := range mentions {
				if !strings.Contains(err.Message, m) || err.Data.Diagnostics[0].File != name {
					t.Errorf("%s: %v does not mention %s", where, err, m)
				}
			}
		}
	}
	many := p3 + strings.Repeat("message M { Nope n = 1; }\n", 300)
	if err := h.Fail("openConnection", lazily(obj{"proto": many}), -32602); len(err.Data.Diagnostics) != 100 {
		t.Errorf("%d diagnostics", len(err.Data.Diagnostics))
	}
}

// TestHostileSources take no more memory or time than their size allows.
func TestHostileSources(t *testing.T) {
	h := Start(t)
	fields := func(n int, after string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "int32 f%d=%d;%s", i, i+1, after)
		}
		return b.String()
	}
	for name, c := range map[string]struct {
		text string
		says string // of the error; empty if there is none
	}{
		"one long line":         {p3 + "message M {" + fields(10000, "") + "}", ""},
		"a comment behind each": {p3 + "message M {" + fields(10000, "/* c */") + "}", ""},
		"after a long string":   {p3 + `option java_package = "` + strings.Repeat("x", 1<<20) + `"; message M {` + fields(1000, "") + "}", ""},
		"control characters":    {p3 + strings.Repeat("\x01", 200<<10), "control character"},
		"deep messages":         {p3 + strings.Repeat("message M {", 100000) + strings.Repeat("}", 100000), "levels of nesting"},
		"deep options":          {p3 + "option (x) = " + strings.Repeat("{a", 100000), "levels of nesting"},
		"a long name":           {p3 + "message M { a" + strings.Repeat(".a", 300000) + " x = 1; }", "parts"},
		"imports":               {p3 + strings.Repeat("import \"x.proto\";", 20000), "not given"},
		"tokens":                {p3 + strings.Repeat(";", 5<<20), "tokens"},
	} {
		_, err := h.Call("openConnection", lazily(obj{"proto": c.text, "connectTimeoutMs": 0}))
		if (err == nil) != (c.says == "") || err != nil && (err.Code != -32602 || !strings.Contains(err.Message, c.says)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	err := h.Fail("openConnection", lazily(obj{"proto": "\n" + p3 + "message M {" + fields(1000, "") + "Nope n = 1001; }"}), -32602)
	at := strings.Index("message M {"+fields(1000, "")+"Nope", "Nope") + 1
	if d := err.Data.Diagnostics[0]; d.Line != 3 || d.Column != at {
		t.Errorf("%+v, want line 3, column %d", d, at)
	}
	if peak := peakMemory(t, h.PID()); peak > 1<<30 {
		t.Errorf("the worker took %d MiB", peak>>20)
	}
}

// bigSchema takes a while to compile; each n makes another.
func bigSchema(n, messages int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%spackage big%d;\n", p3, n)
	for i := range messages {
		fmt.Fprintf(&b, "// Message %d.\nmessage M%d { string name = 1; M%d next = 2; repeated int64 ids = 3; map<string, M%d> all = 4; }\n", i, i, i, i)
	}
	return b.String()
}

// TestCompilingIsInterrupted by its request's end, while another request that waits
// for the same schema goes on.
func TestCompilingIsInterrupted(t *testing.T) {
	h := Start(t)
	source := lazily(obj{"proto": bigSchema(0, 8000), "connectTimeoutMs": 0})
	first, second := h.Go("openConnection", source), h.Go("openConnection", source)
	first.cancel()
	first.cancelled()
	if h.Answered(second) {
		t.Error("the cancelled request waited for the compile")
	}
	late := h.Fail("openConnection", with(source, obj{"connectTimeoutMs": 1, "proto": bigSchema(1, 8000)}), 4)
	if !strings.Contains(late.Message, "schema") || !strings.Contains(late.Message, "within 1ms") {
		t.Errorf("%v", late)
	}
	if h.Answered(second) {
		t.Error("the request whose time was over waited for the compile")
	}
	second.Must()
}

// TestSchemasHeldAreBounded by the memory they take: a large tree is edited again and
// again.
func TestSchemasHeldAreBounded(t *testing.T) {
	const limit, messages, edits = 16 << 20, 1000, 30
	h := Start(t, fmt.Sprintf("--max-schema-bytes=%d", limit))
	h.Must("openConnection", lazily(obj{"proto": bigSchema(0, messages)}))
	for n := range edits {
		h.Must("getServiceList", obj{"connection": lazily(obj{"proto": bigSchema(n+1, messages)})})
	}
	h.Must("getProto", obj{"connection": "c1", "symbol": "big0.M1"})
	// Each takes some 10 MiB, so all together would be 300, and with what the garbage
	// collector leaves lying twice that.
	most := int64(300 << 20)
	if raceEnabled { // which keeps a shadow of what is used
		most *= 4
	}
	if peak := peakMemory(t, h.PID()); peak > most {
		t.Errorf("the worker took %d MiB", peak>>20)
	}
}

// TestDescriptorSetsInRealLife are what tools other than protoc write.
func TestDescriptorSetsInRealLife(t *testing.T) {
	file := func(name, text string) *descriptorpb.FileDescriptorProto {
		return testserver.Compile(t, name, text)
	}
	pack := func(files ...*descriptorpb.FileDescriptorProto) []byte {
		raw, err := proto.Marshal(&descriptorpb.FileDescriptorSet{File: files})
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	echo := file("echo.proto", p3+`package echo; message E { string e = 1; } service S { rpc Echo(E) returns (E); }`)
	plain := pack(echo)
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write(plain) // into memory
	w.Close()
	image, err := protojson.Marshal(&descriptorpb.FileDescriptorSet{File: []*descriptorpb.FileDescriptorProto{echo}})
	if err != nil {
		t.Fatal(err)
	}
	image = []byte(strings.Replace(string(image), `"name":"echo.proto"`, `"name":"echo.proto","bufExtension":{"isImport":false}`, 1))
	if !bytes.Contains(image, []byte("bufExtension")) {
		image = []byte(strings.Replace(string(image), `"name": "echo.proto"`, `"name":"echo.proto","bufExtension":{"isImport":false}`, 1))
	}
	next := proto.CloneOf(echo)
	next.Syntax, next.Edition = proto.String("editions"), descriptorpb.Edition_EDITION_2024.Enum()
	legacy := file("legacy.proto", `syntax = "proto2"; package echo; message Set { option message_set_wire_format = true; extensions 4 to max; }
		message Ext { extend Set { optional Ext in_set = 600000000; } }`)
	root := writeTree(t, map[string]string{"echo.binpb.gz": packed.String(), "image.json": string(image), "image.json.gz": packed.String()})
	h := StartWith(t, HostOptions{Dir: root})
	b64 := func(raw []byte) string { return base64.StdEncoding.EncodeToString(raw) }
	for name, set := range map[string]any{
		"gzip":               "echo.binpb.gz",
		"gzip in base64":     b64(packed.Bytes()),
		"a JSON image":       "image.json",
		"JSON as a string":   string(image),
		"JSON in base64":     obj{"base64": b64(image)},
		"edition 2024":       b64(pack(next)),
		"with a MessageSet":  b64(pack(legacy, echo)),
		"a file given twice": b64(pack(echo, echo)),
	} {
		if got := h.services(obj{"descriptorSet": set}); got != "echo.S" {
			t.Errorf("%s: services %q", name, got)
		}
	}
	other := proto.CloneOf(echo)
	other.Name = proto.String("other.proto")
	changed := proto.CloneOf(echo)
	changed.Service = nil
	for name, c := range map[string]struct {
		set      string
		mentions []string
	}{
		"one symbol in two files": {b64(pack(echo, other)), []string{`"echo.proto"`, `"other.proto"`, "echo.E"}},
		"two files of one name":   {b64(pack(echo, changed)), []string{`"echo.proto"`}},
		"HTML":                    {"<html>;</html>", []string{"neither a file"}},
		"broken JSON":             {`{"file":[{"name":5}]}`, []string{"JSON"}},
		"broken gzip":             {b64(packed.Bytes()[:20]), []string{"gzip"}},
	} {
		err := h.Fail("openConnection", lazily(obj{"descriptorSet": c.set}), -32602)
		for _, m := range c.mentions {
			if !strings.Contains(err.Message, m) {
				t.Errorf("%s: %v does not mention %s", name, err, m)
			}
		}
	}

	own := file("google/protobuf/empty.proto", p3+`package google.protobuf; message Empty { string mine = 1; }`)
	user := file("user.proto", p3+`package user; import "google/protobuf/empty.proto"; service S { rpc M(google.protobuf.Empty) returns (google.protobuf.Empty); }`)
	h.Must("openConnection", lazily(obj{"descriptorSet": b64(pack(user, own)), "connectionId": "own"}))
	if got := h.export("own").Files["google/protobuf/empty.proto"]; !strings.Contains(got, "mine") {
		t.Errorf("the set's own file became %q", got)
	}
}
