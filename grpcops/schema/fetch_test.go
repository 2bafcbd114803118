package schema

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestFetch(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/a.proto", func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte("syntax = \"proto3\"; message Fetched {}"))
	})
	mux.HandleFunc("/missing", http.NotFound)
	mux.HandleFunc("/no-content", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) })
	mux.HandleFunc("/once", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/a.proto", http.StatusFound) })
	mux.HandleFunc("/file", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "file:///etc/passwd")
		w.WriteHeader(http.StatusFound)
	})
	mux.HandleFunc("/large", func(w http.ResponseWriter, _ *http.Request) {
		chunk := bytes.Repeat([]byte(" "), 1<<20)
		for range fetchBytes>>20 + 1 {
			w.Write(chunk)
		}
	})
	mux.HandleFunc("/broken", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		w.Write([]byte("x"))
	})
	server := httptest.NewServer(mux)
	defer server.Close()

	for _, path := range []string{"/a.proto", "/once"} {
		f := mustLoad(t, Given{Proto: Lone(NewSource(server.URL + path))})
		if _, err := f.Registry().FindDescriptorByName("Fetched"); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	tests := []struct{ url, want string }{
		{server.URL + "/missing", server.URL + "/missing answered 404 Not Found"},
		{server.URL + "/no-content", "answered 204 No Content"},
		{server.URL + "/loop", "could not be reached: it redirects more than 5 times"},
		{server.URL + "/file", "could not be reached: it redirects to file:, and only http and https are read"},
		{server.URL + "/large", "is larger than 16 MiB"},
		{server.URL + "/broken", "broke off: unexpected EOF"},
		{"http://", "http:// is not a URL with a host"},
		{"http://127.0.0.1:1/", "could not be reached: "},
		{"http://user:secret@127.0.0.1:1/", "http://user:xxxxx@127.0.0.1:1/ could not be reached: "},
		{"http://a b/", "is not a URL with a host"},
	}
	for _, tt := range tests {
		t.Run(tt.want, func(t *testing.T) {
			_, err := NewCache(DefaultCacheBytes).Load(t.Context(), Given{Proto: Lone(Source{URL: &tt.url})})
			var sourceError *SourceError
			if !errors.As(err, &sourceError) || sourceError.Param != "proto" || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// A server that never answers holds up no longer than the request may take.
func TestFetchFromSilentServer(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}))
	defer server.Close()
	_, err := NewCache(DefaultCacheBytes).Load(ctx, Given{Proto: Lone(NewSource(server.URL))})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
