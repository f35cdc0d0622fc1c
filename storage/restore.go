package storage

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"packbench/fulfillment"
	"packbench/storage/internal/queries"
)

// Restored tells what a restore did.
type Restored struct {
	Kept   string // the folder with the database and files that were replaced; "" if there were none
	Config string // the name under which the backup's configuration was laid into the folder; "" if it was not
	Jobs   int64  // print jobs that became questions
	Rows   int64  // outbox rows that are read before they are sent
	Lost   *Lost  // what stood in the replaced data only; nil: nothing
}

// Restore puts a backup into dir in place of what is there. The backup is unpacked and checked whole first – zip, hashes,
// database, chain – and nothing is touched where it is faulty. Nothing that the backup meant to print or to tell happens
// again by itself: see markRestored. A configuration that is there stays in force. Errors:
// ErrBadBackup, ErrNewer, ErrDiskFull, and ErrInUse while a window or another command has the folder open.
func Restore(ctx context.Context, backupFile, dir string) (done Restored, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return done, explain(err, "make data folder %s", dir)
	}
	stage, err := newStage(dir, "restore")
	if err != nil {
		return done, explain(err, "restore into %s", dir)
	}
	defer func() { err = errors.Join(err, stage.remove()) }()
	fresh := filepath.Join(stage.dir, "data")
	if err := unpack(ctx, backupFile, fresh); err != nil {
		return done, explain(err, "restore %s", backupFile)
	}
	note, err := settle(ctx, filepath.Join(dir, dbName), filepath.Join(fresh, dbName))
	if err != nil {
		return done, explain(err, "restore %s into %s", backupFile, dir)
	}
	if err := syncTree(fresh); err != nil {
		return done, explain(err, "flush what was restored from %s", backupFile)
	}
	if err := errors.Join(ctx.Err(), closeExisting(ctx, filepath.Join(dir, dbName))); err != nil { // nobody came meanwhile
		return done, explain(err, "restore into %s", dir)
	}
	done.Jobs, done.Rows, done.Lost = note.Jobs, note.Rows, note.Lost
	if done.Kept, err = swap(fresh, dir); err != nil {
		return Restored{}, explain(err, "put the restored data into %s", dir)
	}
	done.Config, err = placeConfig(filepath.Join(fresh, configName), dir)
	return done, explain(err, "the data is restored; its configuration could not be laid into %s", dir)
}

// settle compares the unpacked database with the one that it replaces, and marks it.
func settle(ctx context.Context, old, fresh string) (note RestoreNote, err error) {
	if err := closeExisting(ctx, old); err != nil {
		return note, err
	}
	note.At = time.Now().UTC().Truncate(time.Millisecond)
	if note.Lost, err = compareOld(ctx, old, fresh); err != nil {
		return note, err
	}
	return note, markRestored(ctx, fresh, &note)
}

// unpack writes a backup into the new folder to and checks everything in it. Where to is empty nothing is written and the
// database is only compared with its checksum.
func unpack(ctx context.Context, backupFile, to string) (err error) {
	if st, err := os.Stat(backupFile); err == nil && !st.Mode().IsRegular() { // a pipe would wait for its other end
		return fmt.Errorf("%w (it is no plain file)", ErrBadBackup)
	}
	in, err := os.Open(backupFile)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	size, err := in.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	z, err := zip.NewReader(in, size)
	if err != nil {
		return fmt.Errorf("%w (%w)", ErrBadBackup, err)
	}
	if to != "" {
		if err := os.MkdirAll(filepath.Join(to, filesDir), 0o700); err != nil {
			return err
		}
	}
	var info backupInfo
	var got unpacked
	for _, part := range z.File {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := unpackPart(part, to, &info, &got); err != nil {
			return err
		}
	}
	if info.Format != backupFormat || info.Files != got.files {
		return fmt.Errorf("%w (%d files where %d belong)", ErrBadBackup, got.files, info.Files)
	}
	if info.Config != got.config {
		return fmt.Errorf("%w (%s is not what was backed up)", ErrBadBackup, configName)
	}
	if to == "" {
		return nil
	}
	return checkRestored(ctx, filepath.Join(to, dbName))
}

// unpacked is what was met among the parts.
type unpacked struct {
	files  int
	config fulfillment.Hash
}

func unpackPart(part *zip.File, to string, info *backupInfo, got *unpacked) error {
	switch {
	case part.Name == configName:
		return unpackConfig(part, to, got)
	case part.Name == dbName && to == "":
		return unpackTo(part, os.DevNull)
	case part.Name == dbName:
		return unpackTo(part, filepath.Join(to, dbName))
	case part.Name == backupNote:
		text, err := readPart(part)
		if err == nil {
			err = json.Unmarshal(text, info)
		}
		if err != nil {
			return fmt.Errorf("%w (%s: %w)", ErrBadBackup, part.Name, err)
		}
		return nil
	}
	h := fulfillment.Hash(part.Name[strings.LastIndexByte(part.Name, '/')+1:])
	name, ok := filePath(h)
	if !ok || part.Name != filesDir+"/"+filepath.ToSlash(name) {
		return fmt.Errorf("%w (it contains %q)", ErrBadBackup, part.Name)
	}
	data, err := readPart(part)
	if err != nil || hashOf(data) != h {
		return fmt.Errorf("%w (file %s is not what its name says)", ErrBadBackup, h)
	}
	got.files++
	if to == "" {
		return nil
	}
	path := filepath.Join(to, filesDir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o600)
}

func unpackConfig(part *zip.File, to string, got *unpacked) error {
	if part.UncompressedSize64 > 2*maxConfigSize {
		return fmt.Errorf("%w (%s is too large)", ErrBadBackup, part.Name)
	}
	text, err := readPart(part)
	if err != nil {
		return fmt.Errorf("%w (%s: %w)", ErrBadBackup, part.Name, err)
	}
	got.config = hashOf(text)
	if to == "" {
		return nil
	}
	return os.WriteFile(filepath.Join(to, configName), text, 0o600)
}

func readPart(part *zip.File) ([]byte, error) {
	r, err := part.Open()
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(r) // checks the CRC at the end
	return data, errors.Join(err, r.Close())
}

func unpackTo(part *zip.File, path string) error {
	r, err := part.Open()
	if err != nil {
		return fmt.Errorf("%w (%w)", ErrBadBackup, err)
	}
	out, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600) // the folder is new
	if err != nil {
		return errors.Join(err, r.Close())
	}
	_, err = io.Copy(out, r)
	if errors.Is(err, zip.ErrChecksum) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = fmt.Errorf("%w (%w)", ErrBadBackup, err)
	}
	return errors.Join(err, out.Close(), r.Close())
}

// checkRestored reads the whole database and every chain in it.
func checkRestored(ctx context.Context, path string) (err error) {
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("%w (there is no database in it)", ErrBadBackup)
	}
	db, err := openPool(path, "mode=ro&immutable=1&_query_only=true", 1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := quickCheck(ctx, db, "integrity_check(1)"); err != nil {
		return fmt.Errorf("%w (%w)", ErrBadBackup, err)
	}
	if err := checkVersion(ctx, db, false); err != nil {
		return err
	}
	q := queries.New(db)
	stations, err := q.EventStations(ctx)
	if err != nil {
		return fmt.Errorf("%w (%w)", ErrBadBackup, err)
	}
	for _, name := range stations {
		if _, err := verifyChain(ctx, q, name); err != nil {
			return fmt.Errorf("%w (%w)", ErrBadBackup, err)
		}
	}
	return nil
}

// closeExisting makes sure that nobody has the database open: only then can SQLite leave its log mode. The log is folded
// into the file on the way, so that what is kept is whole. A database that is too damaged for that is kept as it lies.
func closeExisting(ctx context.Context, path string) (err error) {
	if info, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
		return nil // a folder or a pipe is moved aside as it is
	}
	db, err := openPool(path, "mode=rw&_busy_timeout=500", 1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var mode string
	err = db.QueryRowContext(ctx, "PRAGMA journal_mode = DELETE").Scan(&mode)
	if cause := causeOf(err); errors.Is(cause, ErrDamaged) || errors.Is(cause, ErrNotDatabase) {
		return nil
	}
	if err == nil && mode != "delete" || errors.Is(causeOf(err), ErrBusy) {
		return ErrInUse
	}
	return err
}

// swap moves what is in dir aside and fresh into its place. If that fails midway, what was there is put back.
func swap(fresh, dir string) (kept string, err error) {
	aside := filepath.Join(dir, "replaced-"+time.Now().UTC().Format("20060102T150405.000Z"))
	var moved []string
	for _, name := range []string{dbName, dbName + "-wal", dbName + "-shm", filesDir} {
		from := filepath.Join(dir, name)
		if _, err := os.Lstat(from); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		err := os.MkdirAll(aside, 0o700)
		if err == nil {
			err = os.Rename(from, filepath.Join(aside, name))
		}
		if err != nil {
			return "", errors.Join(err, putBack(aside, dir, moved))
		}
		moved = append(moved, name)
	}
	// The files go first: a database never names files that are not there.
	for _, name := range []string{filesDir, dbName} {
		if err := os.Rename(filepath.Join(fresh, name), filepath.Join(dir, name)); err != nil {
			return "", errors.Join(err, os.RemoveAll(filepath.Join(dir, filesDir)), putBack(aside, dir, moved))
		}
	}
	if len(moved) == 0 {
		return "", syncPath(dir)
	}
	return aside, errors.Join(syncPath(aside), syncPath(dir))
}

func putBack(aside, dir string, moved []string) error {
	var errs []error
	for _, name := range moved {
		errs = append(errs, os.Rename(filepath.Join(aside, name), filepath.Join(dir, name)))
	}
	return errors.Join(errs...)
}

// syncTree flushes every file and folder below dir.
func syncTree(dir string) error {
	return filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return syncPath(path)
	})
}
