package integration_test

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// writeSchemas writes the test server's schemas to a folder and returns it.
func writeSchemas(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range testserver.Texts(t) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestSchemaSources gives a schema in every way and calls by it.
func TestSchemaSources(t *testing.T) {
	texts := testserver.Texts(t)
	script, editions := texts["script.proto"], texts["editions.proto"]
	dir := writeSchemas(t)
	site := httptest.NewServer(http.FileServer(http.Dir(dir)))
	defer site.Close()
	secure := httptest.NewTLSServer(http.FileServer(http.Dir(dir)))
	defer secure.Close()
	files := testserver.Files(t)
	set := testserver.DescriptorSet(t, files, "script.proto")
	setFile := testserver.WriteFile(t, "all.binpb", string(testserver.DescriptorSet(t, files, "script.proto", "editions.proto")))
	server := testserver.Start(t, testserver.Options{})
	unary := func(h *Host, source obj) {
		h.t.Helper()
		got := decode[Ending](h, h.Must("callMethod", scripted(with(obj{"address": server.Addr, "reflection": false}, source), "Unary", nil,
			obj{"request": numbered(4)})))
		if *got.Message != numbered(4) {
			h.fatalf("message %+v", got.Message)
		}
	}
	fresh := func(h *Host, source obj) {
		h.t.Helper()
		h.Must("callMethod", obj{"connection": with(obj{"address": server.Addr, "reflection": false}, source),
			"service": "kitchen.ed.Echo", "method": "Fresh", "request": obj{"must": "x", "old": obj{"k": "y"}}})
	}
	h := StartWith(t, HostOptions{Dir: dir})
	for name, source := range map[string]obj{
		"text":                     {"proto": script},
		"text outright":            {"proto": obj{"text": script}},
		"text with CRLF and BOM":   {"proto": "\ufeff" + script},
		"path":                     {"proto": filepath.Join(dir, "script.proto")},
		"path outright":            {"proto": obj{"file": filepath.Join(dir, "script.proto")}},
		"path in the folder":       {"proto": "script.proto"},
		"dotted path":              {"proto": "./script.proto"},
		"URL":                      {"proto": site.URL + "/script.proto"},
		"URL outright":             {"proto": obj{"url": site.URL + "/script.proto"}},
		"object":                   {"proto": obj{"any/name.proto": script}},
		"object of a path":         {"proto": obj{"any/name.proto": "script.proto"}},
		"object outright":          {"proto": obj{"any/name.proto": obj{"text": script}}},
		"object, mixed":            {"proto": obj{"a.proto": obj{"file": "script.proto"}, "proto2.proto": texts["proto2.proto"]}},
		"descriptor set":           {"descriptorSet": base64.StdEncoding.EncodeToString(set)},
		"descriptor set, base64":   {"descriptorSet": obj{"base64": base64.StdEncoding.EncodeToString(set)}},
		"descriptor set by path":   {"descriptorSet": setFile},
		"descriptor set, outright": {"descriptorSet": obj{"file": setFile}},
	} {
		t.Run(name, func(*testing.T) { unary(h, source) })
	}
	for name, source := range map[string]obj{
		"object":                 {"proto": obj{"editions.proto": editions, "proto2.proto": texts["proto2.proto"]}},
		"object of all":          {"proto": texts},
		"import beside the file": {"proto": filepath.Join(dir, "editions.proto")},
		"import from a folder":   {"proto": editions, "importPaths": []string{t.TempDir(), dir}},
		"file from a folder":     {"proto": obj{"file": "editions.proto"}, "importPaths": []string{dir}},
		"descriptor set":         {"descriptorSet": setFile},
		"both":                   {"descriptorSet": setFile, "proto": script},
	} {
		t.Run("imports: "+name, func(*testing.T) { fresh(h, source) })
	}
	elsewhere := Start(t) // whose folder has no schemas
	fresh(elsewhere, obj{"proto": "editions.proto", "importPaths": []string{dir}})
	elsewhere.Fail("openConnection", obj{"address": server.Addr, "proto": "editions.proto"}, -32602)
	elsewhere.Fail("openConnection", obj{"address": server.Addr, "proto": secure.URL + "/script.proto"}, -32602) // a certificate nobody knows
}

// bundledImports is a schema with every kind of import that comes along.
const bundledImports = `syntax = "proto3"; package bundled;
import "google/protobuf/any.proto"; import "google/protobuf/api.proto"; import "google/protobuf/descriptor.proto";
import "google/protobuf/duration.proto"; import "google/protobuf/empty.proto"; import "google/protobuf/field_mask.proto";
import "google/protobuf/source_context.proto"; import "google/protobuf/struct.proto"; import "google/protobuf/timestamp.proto";
import "google/protobuf/type.proto"; import "google/protobuf/wrappers.proto"; import "google/protobuf/compiler/plugin.proto";
import "google/api/annotations.proto"; import "google/api/http.proto"; import "google/api/field_behavior.proto";
import "google/api/resource.proto"; import "google/api/client.proto"; import "google/api/httpbody.proto";
import "google/rpc/status.proto"; import "google/rpc/code.proto"; import "google/rpc/error_details.proto";
import "google/type/money.proto"; import "google/type/date.proto"; import "google/type/latlng.proto"; import "google/type/timeofday.proto";
message Price { google.type.Money money = 1 [(google.api.field_behavior) = REQUIRED]; google.rpc.Status status = 2; google.type.Date date = 3; }
service Shop { rpc Buy(Price) returns (google.api.HttpBody) { option (google.api.http) = { post: "/buy" body: "*" }; } }`

// TestBundledImports compiles a schema without its imports.
func TestBundledImports(t *testing.T) {
	h := Start(t)
	h.Must("openConnection", obj{"address": "localhost:1", "lazy": true, "proto": bundledImports})
	h.Must("getMethod", obj{"connection": "c1", "service": "bundled.Shop", "method": "Buy"})
}

// TestBadSources gives sources that have no schema.
func TestBadSources(t *testing.T) {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/huge":
			for range 2048 {
				if _, err := w.Write(make([]byte, 1<<16)); err != nil {
					return
				}
			}
		case "/html":
			_, _ = w.Write([]byte("<html><body>Not a schema</body></html>")) // the client may have gone
		case "/file":
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		default:
			http.NotFound(w, r)
		}
	}))
	defer site.Close()
	hanging := testserver.Silent(t)
	h := Start(t)
	for name, source := range map[string]obj{
		"no such file":           {"proto": "/no/such/file.proto"},
		"no such file, outright": {"proto": obj{"file": "nothing"}},
		"a folder":               {"proto": obj{"file": "/tmp"}},
		"404":                    {"proto": site.URL + "/nothing.proto"},
		"redirects in a loop":    {"proto": site.URL + "/loop"},
		"a redirect to a file":   {"proto": site.URL + "/file"},
		"too large":              {"proto": site.URL + "/huge"},
		"HTML":                   {"proto": site.URL + "/html"},
		"a silent site":          {"proto": "http://" + hanging + "/x.proto", "timeoutMs": 500, "connectTimeoutMs": 500},
		"refused":                {"proto": "http://" + testserver.Refusing(t) + "/x.proto"},
		"two kinds":              {"proto": obj{"text": "syntax = \"proto3\";", "file": "x"}},
		"a number":               {"proto": 5},
		"an empty text":          {"proto": ""},
		"not a descriptor set":   {"descriptorSet": obj{"base64": base64.StdEncoding.EncodeToString([]byte("hello"))}},
		"not base64":             {"descriptorSet": obj{"base64": "!!!"}},
		"no such set":            {"descriptorSet": "/no/such/set.binpb"},
		"an incomplete set":      {"descriptorSet": base64.StdEncoding.EncodeToString(incompleteSet(t))},
		"importPaths of numbers": {"proto": "syntax = \"proto3\";", "importPaths": []any{5}},
	} {
		t.Run(name, func(t *testing.T) {
			params := with(obj{"address": "localhost:1", "lazy": true}, source)
			if _, err := h.Call("openConnection", params); err == nil {
				t.Error("the connection opened")
			} else if err.Code != -32602 && name != "a silent site" {
				t.Errorf("%v", err)
			}
			h.ping()
		})
	}
}
