package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"slices"
	"testing"
	"time"
)

var packedAt = time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)

var packedEntries = []entry{
	{"Модули/б.os", []byte("б"), 0o644},
	{"program", bytes.Repeat([]byte("x"), 100_000), 0o755},
	{"LICENSE", nil, 0o644},
}

// TestPackIsReproducible gives the same bytes whatever the order of the entries.
func TestPackIsReproducible(t *testing.T) {
	backwards := slices.Clone(packedEntries)
	slices.Reverse(backwards)
	for name, write := range map[string]func(io.Writer, []entry, time.Time) error{"tar.gz": writeTarGz, "zip": writeZip} {
		var a, b bytes.Buffer
		if err := errors.Join(write(&a, packedEntries, packedAt), write(&b, backwards, packedAt)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Errorf("%s differs", name)
		}
	}
}

func TestTarGz(t *testing.T) {
	var out bytes.Buffer
	if err := writeTarGz(&out, packedEntries, packedAt); err != nil {
		t.Fatal(err)
	}
	plain, err := gzip.NewReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	archive := tar.NewReader(plain)
	for _, want := range sorted(packedEntries) {
		h, err := archive.Next()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(archive)
		if err != nil || h.Name != want.name || fs.FileMode(h.Mode) != want.mode || !h.ModTime.Equal(packedAt) ||
			h.Uid != 0 || h.Uname != "" || !bytes.Equal(data, want.data) {
			t.Errorf("%+v with %d bytes, %v", h, len(data), err)
		}
	}
	if _, err := archive.Next(); !errors.Is(err, io.EOF) {
		t.Errorf("more follows: %v", err)
	}
}

func TestZip(t *testing.T) {
	var out bytes.Buffer
	if err := writeZip(&out, packedEntries, packedAt); err != nil {
		t.Fatal(err)
	}
	archive, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range sorted(packedEntries) {
		f := archive.File[i]
		opened, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(opened)
		if err != nil || f.Name != want.name || f.Mode() != want.mode || !f.Modified.Equal(packedAt) || !bytes.Equal(data, want.data) {
			t.Errorf("%+v with %d bytes, %v", f.FileHeader, len(data), err)
		}
	}
}
