package storage

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// ignoreUnsupported drops the error of flushing a folder where the system has no such thing: on Windows a rename is
// made durable by the file system's own journal.
func ignoreUnsupported(err error) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	return err
}

// syncPath flushes a file or folder.
func syncPath(path string) error {
	flag := os.O_RDWR // Windows flushes only what is open for writing
	if info, err := os.Stat(path); err != nil {
		return err
	} else if info.IsDir() {
		flag = os.O_RDONLY
	}
	f, err := os.OpenFile(path, flag, 0)
	if err != nil {
		return err
	}
	err = f.Sync()
	if flag == os.O_RDONLY {
		err = ignoreUnsupported(err)
	}
	return errors.Join(err, f.Close())
}

// flush makes what was committed durable: it is in the log. That is opened by its name each time, for nothing says that a handle from
// before is of the file which SQLite writes.
func (s *Store) flush() error {
	if err := syncPath(filepath.Join(s.dir, dbName+"-wal")); err != nil {
		return fmt.Errorf("flush the log: %w", err)
	}
	return nil
}

// publish makes a finished file durable and gives it its name; the name never shows a half-written file.
func publish(tmp, final string) error {
	if err := syncPath(tmp); err != nil {
		return err
	}
	if err := os.Rename(tmp, final); err != nil {
		return err
	}
	return syncPath(filepath.Dir(final))
}
