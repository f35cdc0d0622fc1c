package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// mostLinks is how many links are followed from one name; more are a ring.
const mostLinks = 32

// landing is the file that a write to name changes: links are followed to their end, so that a link stays one. What stands there
// and is no plain file is refused before anything is opened: a pipe would be waited for, and a rename would put a file in a
// device's place. The error is the end of a sentence.
func landing(name string) (string, error) {
	switch info, err := os.Stat(name); {
	case errors.Is(err, fs.ErrNotExist): // free, or a link into the void
	case err != nil:
		return "", fmt.Errorf("%w; name another file", err)
	case info.IsDir():
		return "", errors.New("it is a folder; name a file in it")
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("it is %s; name a plain file, which is made or replaced as a whole", notPlain(info.Mode()))
	}
	for range mostLinks {
		dir, err := filepath.EvalSymlinks(filepath.Dir(name))
		if errors.Is(err, fs.ErrNotExist) || os.IsPathSeparator(name[len(name)-1]) {
			return "", fmt.Errorf("there is no folder %s; make it first, or name another", filepath.Dir(name))
		}
		if err != nil {
			return "", fmt.Errorf("%w; name another file", err)
		}
		name = filepath.Join(dir, filepath.Base(name))
		if info, err := os.Lstat(name); err != nil || info.Mode()&fs.ModeSymlink == 0 {
			return name, nil
		}
		to, err := os.Readlink(name)
		if err != nil {
			return "", fmt.Errorf("%w; name another file", err)
		}
		if name = to; !filepath.IsAbs(to) {
			name = filepath.Join(dir, to)
		}
	}
	return "", errors.New("it is a link that leads to no file; name another file")
}

// replaceFile puts a file in place as a whole: after a power cut either the old one or the new one is there. What a link points
// at is replaced, never the link.
func replaceFile(name string, text []byte, mode fs.FileMode) error {
	return writeWhole(name, mode, func(w io.Writer) error { _, err := w.Write(text); return err })
}

const writeHelp = "make room on that disk, or check the folder and its permissions"

func writeWhole(name string, mode fs.FileMode, write func(io.Writer) error) error {
	at, err := landing(name)
	if err != nil {
		return fmt.Errorf("cannot save %s: %w", name, err)
	}
	f, err := os.CreateTemp(filepath.Dir(at), ".packbench-*")
	if err != nil {
		return fmt.Errorf("cannot save %s: %w; %s", name, err, writeHelp)
	}
	defer os.Remove(f.Name())
	if err := errors.Join(write(f), f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("cannot save %s: %w; %s", name, err, writeHelp)
	}
	if err := os.Rename(f.Name(), at); err != nil {
		return fmt.Errorf("cannot save %s: %w; %s", name, err, writeHelp)
	}
	return nil
}

// ownNames are what lies in the data folder, and ownBeginnings how the rest of it begins; no result may replace or join them.
var (
	ownNames      = []string{filepath.Dir(labelRulesName), "files", "log", "cache", "address.key", headName, healthName, lockName, frontName, "before-migration"}
	ownBeginnings = []string{"packbench.db", "station.toml", "secrets", "replaced-"}
)

// resultFile is where a command's result called name is written. It is not one of the station's own files: a backup that is named
// packbench.db would be its own end.
func (c *call) resultFile(name string) (string, error) {
	at, err := landing(name)
	if err != nil {
		return "", fmt.Errorf("cannot save %s: %w", name, err)
	}
	if c.isOwn(at) {
		return "", fmt.Errorf("cannot save %s: it is one of the station's own files, or would lie among them; name another", name)
	}
	return at, nil
}

// isOwn reports whether a file whose folder is there is the station's own.
func (c *call) isOwn(file string) bool {
	if sameFile(file, c.config) {
		return true
	}
	dir, err := filepath.EvalSymlinks(c.dir)
	if err != nil { // nothing lies there yet
		return false
	}
	dir, derr := filepath.Abs(dir)
	file, ferr := filepath.Abs(file)
	rest, err := filepath.Rel(dir, file)
	if errors.Join(derr, ferr, err) != nil { // another drive
		return false
	}
	first, _, _ := strings.Cut(filepath.ToSlash(strings.ToLower(rest)), "/")
	return slices.Contains(ownNames, first) || slices.ContainsFunc(ownBeginnings, func(b string) bool { return strings.HasPrefix(first, b) })
}

func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

// writeResult makes a result file as a whole: a command that fails leaves what was there.
func (c *call) writeResult(name string, write func(io.Writer) error) error {
	if name == "" {
		return &usageError{"--out FILE is needed"}
	}
	if _, err := c.resultFile(name); err != nil {
		return err
	}
	return writeWhole(name, 0o644, write)
}
