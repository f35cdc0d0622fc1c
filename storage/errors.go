package storage

import (
	"database/sql"
	"errors"
	"fmt"
	"syscall"

	"github.com/mattn/go-sqlite3"

	"packbench/fulfillment"
)

// Causes that a person can do something about. Test with errors.Is.
var (
	// ErrNewer: the database was written by a newer version of the program.
	ErrNewer = errors.New("the data was written by a newer version of Packbench: install that version or newer")
	// ErrOlder: a read-only open met a database that must be migrated first.
	ErrOlder = errors.New("the data was written by an older version of Packbench: open the station once to bring it up to date")
	// ErrDamaged: the file is a database, and its content is broken.
	ErrDamaged = errors.New("the database is damaged: restore the last backup with `packbench restore`")
	// ErrNotDatabase: the file is something else.
	ErrNotDatabase = errors.New("packbench.db is not a Packbench database: move it away, or put a backup back with `packbench restore FILE`")
	// ErrLost: a station has worked in this folder, and its database is not there any more.
	ErrLost = errors.New("the station's database is gone: put a backup back with `packbench restore FILE`, or move the data folder aside to begin a new station")
	// ErrNoData: a read-only open of a folder in which no station has worked.
	ErrNoData = errors.New("there is no data here yet: start packbench once, or name the folder with --data")
	// ErrDiskFull: nothing more can be written. What was recorded before is safe.
	ErrDiskFull = fmt.Errorf("%w: free some space, then try again", fulfillment.ErrDiskFull)
	// ErrReadOnly: the folder or file cannot be written.
	ErrReadOnly = errors.New("the data folder cannot be written: check its permissions")
	// ErrBusy: another program was writing for longer than anybody waits. Nothing was changed; the same call may be made again.
	ErrBusy = fmt.Errorf("%w: another Packbench command is writing to the data: nothing was changed, try again in a moment", fulfillment.ErrBusy)
	// ErrInUse: somebody has the database open that must be closed for this.
	ErrInUse = errors.New("the database is in use by another program: close the station's window and try again")
	// ErrBadBackup: the file is not a backup, or not a whole one. Nothing was restored.
	ErrBadBackup = errors.New("the backup is damaged or not one of Packbench's: choose another")
	// ErrSealed: a sealed manifest was to be changed.
	ErrSealed = errors.New("the manifest is sealed and cannot change")
)

// explain says what was attempted and adds the cause behind a driver's or the system's error. nil stays nil.
func explain(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	what := fmt.Sprintf(format, args...)
	cause := causeOf(err)
	if cause == nil || errors.Is(err, cause) {
		return fmt.Errorf("%s: %w", what, err)
	}
	return fmt.Errorf("%s: %w (%w)", what, cause, err)
}

func causeOf(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fulfillment.ErrNotFound
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return ErrDiskFull
	}
	var se sqlite3.Error
	if !errors.As(err, &se) {
		return nil
	}
	switch se.Code {
	case sqlite3.ErrFull:
		return ErrDiskFull
	case sqlite3.ErrCorrupt:
		return ErrDamaged
	case sqlite3.ErrNotADB:
		return ErrNotDatabase
	case sqlite3.ErrReadonly, sqlite3.ErrCantOpen, sqlite3.ErrPerm:
		return ErrReadOnly
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return ErrBusy
	case sqlite3.ErrIoErr:
		if se.SystemErrno == syscall.ENOSPC || se.SystemErrno == syscall.EDQUOT || se.SystemErrno == syscall.EFBIG {
			return ErrDiskFull
		}
	}
	return nil
}
