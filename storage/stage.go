package storage

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"packbench/storage/internal/filelock"
)

// stage is a folder for a copy that is not finished: its name begins with a dot, and a lock says that its process lives.
type stage struct {
	dir  string
	lock *os.File
}

const (
	stageLock = "in-use.lock"
	// stageYoung: a folder without content may be one whose process is about to take its lock.
	stageYoung = time.Minute
)

var stageName = regexp.MustCompile(`^\.(?:restore|backup)-[0-9]+$`)

// newStage makes a folder in dir, after those that dead processes left there are removed. kind is "restore" or "backup".
func newStage(dir, kind string) (*stage, error) {
	if err := removeStale(dir); err != nil {
		return nil, err
	}
	path, err := os.MkdirTemp(dir, "."+kind+"-*") // mode 0700
	if err != nil {
		return nil, err
	}
	s := &stage{dir: path}
	s.lock, err = os.OpenFile(filepath.Join(path, stageLock), os.O_CREATE|os.O_RDWR, 0o600)
	if err == nil {
		// A file system without locks does without: then a folder that is left behind stays until somebody removes it.
		_, _ = filelock.TryLock(s.lock)
	}
	if err != nil {
		return nil, errors.Join(err, s.remove())
	}
	return s, nil
}

func (s *stage) remove() error {
	var err error
	if s.lock != nil {
		err = s.lock.Close() // Windows removes no open file
	}
	if rerr := os.RemoveAll(s.dir); rerr != nil {
		err = errors.Join(err, fmt.Errorf("remove the folder %s in which a copy was made, delete it by hand: %w", s.dir, rerr))
	}
	return err
}

// removeStale removes what a backup or restore left in dir when its process was killed: whole copies of the data. Folders of
// living processes, and those that hold anything else, stay.
func removeStale(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return ignoreMissing(err)
	}
	var errs []error
	for _, e := range entries {
		if path := filepath.Join(dir, e.Name()); e.IsDir() && stageName.MatchString(e.Name()) && isStale(path) {
			errs = append(errs, os.RemoveAll(path))
		}
	}
	return errors.Join(errs...)
}

func isStale(path string) bool {
	entries, err := os.ReadDir(path)
	if err != nil {
		return false
	}
	content, locked := 0, false
	for _, e := range entries {
		switch name := e.Name(); {
		case name == stageLock:
			locked = true
		case strings.HasPrefix(name, dbName), name == "backup.zip", name == "data":
			content++
		default:
			return false // not one of ours
		}
	}
	if info, err := os.Stat(path); err != nil || (content == 0 || !locked) && time.Since(info.ModTime()) < stageYoung {
		return false
	}
	if !locked { // of a version that took no locks
		return true
	}
	f, err := os.OpenFile(filepath.Join(path, stageLock), os.O_RDWR, 0)
	if err != nil {
		return false
	}
	held, err := filelock.TryLock(f)
	return errors.Join(err, f.Close()) == nil && !held
}
