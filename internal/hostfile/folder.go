package hostfile

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
)

// Bounds of a folder.
const (
	maxEntries = 200_000
	maxListed  = 20_000
)

// List returns the paths below a folder of the files whose names end in suffix,
// sorted, with slashes. Names that begin with a dot are passed over, and links to
// folders are not followed. Its error is one sentence, and ends with ctx as Read does.
func List(ctx context.Context, folder, suffix string) ([]string, error) {
	type result struct {
		paths []string
		err   error
	}
	done := make(chan result, 1)
	go func() {
		paths, err := list(ctx, folder, suffix)
		done <- result{paths, err}
	}()
	select {
	case r := <-done:
		return r.paths, r.err
	case <-ctx.Done():
		return nil, late(ctx, folder)
	}
}

func list(ctx context.Context, folder, suffix string) ([]string, error) {
	var paths []string
	entries := 0
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		entries++
		switch {
		case ctx.Err() != nil:
			return late(ctx, folder)
		case err != nil && path == folder:
			return unreadable(path, err)
		case err != nil:
			return nil // a folder that may not be read has nothing for us
		case entries > maxEntries:
			return &readError{fmt.Sprintf("%q has more than %d entries", folder, maxEntries), nil}
		case strings.HasPrefix(d.Name(), ".") && path != folder:
			if d.IsDir() {
				return filepath.SkipDir
			}
		case !d.IsDir() && strings.HasSuffix(d.Name(), suffix):
			name, err := filepath.Rel(folder, path)
			if err != nil {
				return unreadable(path, err)
			}
			if paths = append(paths, filepath.ToSlash(name)); len(paths) > maxListed {
				return &readError{fmt.Sprintf("%q has more than %d files whose names end in %s", folder, maxListed, suffix), nil}
			}
		}
		return nil
	})
	return paths, err
}
