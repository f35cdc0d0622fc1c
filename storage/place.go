package storage

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	sqliteMagic = "SQLite format 3\x00" // the first bytes of every database file, sqlite.org/fileformat2.html section 1.3
	zipMagic    = "PK\x03\x04"          // begins a local file header; the part's name stands at offset 30
	zipNameAt   = 30
	maxLooked   = 2_000 // entries of a folder that are looked at for backups
	maxNamed    = 3     // backups that a sentence names
)

// CheckFolder says what would keep Open from finding the station's database in dir, before anything is opened: ErrLost and
// ErrNotDatabase. nil where there is a database, and where a new station may begin.
func CheckFolder(dir string) error {
	_, err := checkPlace(dir)
	return explain(err, "look for a station in %s", dir)
}

// checkPlace looks at what stands where the database is to be, before SQLite makes an empty one: a station that has lost
// its database must not begin anew in silence. empty is true where a new database may be made.
func checkPlace(dir string) (empty bool, err error) {
	path := filepath.Join(dir, dbName)
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Lstat(path); err == nil {
			return false, fmt.Errorf("%w: it is a link to a file that is not there: connect that drive again, or `packbench restore` a backup", ErrNotDatabase)
		}
		return true, cmp.Or(refuseTraces(dir, "missing"), refuseLog(path))
	}
	switch {
	case err != nil:
		return false, err
	case info.IsDir():
		return false, fmt.Errorf("%w (it is a folder)", ErrNotDatabase)
	case !info.Mode().IsRegular(): // opening a pipe would wait for its other end
		return false, fmt.Errorf("%w (it is a pipe, a device or a socket, not a file)", ErrNotDatabase)
	case info.Size() == 0:
		return true, cmp.Or(refuseTraces(dir, "empty"), refuseLog(path))
	}
	head, err := readMagic(path)
	if err == nil && string(head) != sqliteMagic {
		err = fmt.Errorf("%w (it begins like another kind of file)", ErrNotDatabase)
	}
	return false, err
}

func readMagic(path string) (head []byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	head = make([]byte, len(sqliteMagic))
	n, err := io.ReadFull(f, head)
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		err = nil
	}
	return head[:n], err
}

// refuseLog: a log without its database holds commits that a new database would throw away.
func refuseLog(path string) error {
	if info, err := os.Stat(path + "-wal"); err == nil && info.Size() > 0 {
		return fmt.Errorf("%w (its write-ahead log is here without it)", ErrLost)
	}
	return nil
}

// refuseTraces is ErrLost where something in the folder says that a station has worked here. how is what is wrong with
// the database. An interrupted first start leaves none of these.
func refuseTraces(dir, how string) error {
	found, err := traces(dir)
	if err != nil || found == "" {
		return err
	}
	advice := ""
	if names := backupsBeside(dir); len(names) > 0 {
		advice = "; found beside it: " + strings.Join(names, ", ")
	}
	return fmt.Errorf("%w (%s is %s, but there is %s%s)", ErrLost, dbName, how, found, advice)
}

// traces names the first thing that only a station that has worked leaves behind.
func traces(dir string) (string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	for _, e := range entries {
		switch name := e.Name(); {
		case name == "chain.head": // the last link of the chain, kept outside the database
			return "the end of its chain of events", nil
		case name == "before-migration" && e.IsDir():
			return "the folder before-migration", nil
		case strings.HasPrefix(name, "replaced-") && e.IsDir():
			return "the folder " + name, nil
		}
	}
	if err != nil {
		return "", err
	}
	stored := ""
	err = filepath.WalkDir(filepath.Join(dir, filesDir), func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && !strings.HasPrefix(d.Name(), ".") {
			stored = "the folder files with labels or photos"
			return fs.SkipAll
		}
		return err
	})
	return stored, ignoreMissing(err)
}

// backupsBeside are the newest backups in the data folder and the folder around it, by full name.
func backupsBeside(dir string) []string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil
	}
	type found struct {
		path string
		at   time.Time
	}
	var all []found
	for _, folder := range []string{abs, filepath.Dir(abs)} {
		entries, err := os.ReadDir(folder)
		if err != nil {
			continue // advice only: a folder that cannot be read names nothing
		}
		for _, e := range entries[:min(len(entries), maxLooked)] {
			path := filepath.Join(folder, e.Name())
			info, err := e.Info()
			if err == nil && info.Mode().IsRegular() && looksLikeBackup(path) {
				all = append(all, found{path, info.ModTime()})
			}
		}
	}
	slices.SortFunc(all, func(a, b found) int { return b.at.Compare(a.at) })
	var names []string
	for _, f := range all[:min(len(all), maxNamed)] {
		names = append(names, f.path)
	}
	return slices.Compact(names)
}

// looksLikeBackup: Backup writes the database as the first part of the zip.
func looksLikeBackup(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, zipNameAt+len(dbName))
	if _, err := io.ReadFull(f, head); err != nil {
		return false
	}
	return bytes.HasPrefix(head, []byte(zipMagic)) && string(head[zipNameAt:]) == dbName
}
