package main

import (
	"archive/tar"
	"archive/zip"
	"cmp"
	"compress/flate"
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// entry is a file on its way into an archive.
type entry struct {
	name string // in the archive, with slashes
	data []byte
	mode fs.FileMode
}

// fileEntry reads a file that goes into an archive.
func fileEntry(path, name string, mode fs.FileMode) (entry, error) {
	data, err := os.ReadFile(path)
	return entry{name, data, mode}, err
}

// treeEntries reads all files below a folder. Those that skip names are left out.
func treeEntries(root, prefix string, skip func(path string, d fs.DirEntry) bool) ([]entry, error) {
	var entries []entry
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if skip(path, d) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() {
			return nil
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		mode := fs.FileMode(0o644)
		if info.Mode()&0o100 != 0 {
			mode = 0o755
		}
		e, err := fileEntry(path, prefix+filepath.ToSlash(name), mode)
		entries = append(entries, e)
		return err
	})
	return entries, err
}

// sorted puts entries in the order of their names, so that a folder's order is none
// of an archive's.
func sorted(entries []entry) []entry {
	return slices.SortedFunc(slices.Values(entries), func(a, b entry) int { return cmp.Compare(a.name, b.name) })
}

// writeTarGz writes a .tar.gz whose files all have one time and no owner.
func writeTarGz(out io.Writer, entries []entry, at time.Time) error {
	compressed, err := gzip.NewWriterLevel(out, gzip.BestCompression)
	if err != nil {
		return err
	}
	archive := tar.NewWriter(compressed)
	for _, e := range sorted(entries) {
		header := &tar.Header{Name: e.name, Size: int64(len(e.data)), Mode: int64(e.mode), ModTime: at}
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
		if _, err := archive.Write(e.data); err != nil {
			return err
		}
	}
	if err := archive.Close(); err != nil {
		return err
	}
	return compressed.Close()
}

// writeZip writes a .zip whose files all have one time.
func writeZip(out io.Writer, entries []entry, at time.Time) error {
	archive := zip.NewWriter(out)
	archive.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestCompression)
	})
	for _, e := range sorted(entries) {
		header := &zip.FileHeader{Name: e.name, Method: zip.Deflate, Modified: at}
		header.SetMode(e.mode)
		w, err := archive.CreateHeader(header)
		if err != nil {
			return err
		}
		if _, err := w.Write(e.data); err != nil {
			return err
		}
	}
	return archive.Close()
}

// pack writes an archive into the release's folder.
func (r *release) pack(name string, entries []entry, write func(io.Writer, []entry, time.Time) error) (err error) {
	f, err := os.Create(filepath.Join(r.out, name))
	if err != nil {
		return err
	}
	if err := write(f, entries, r.time); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
