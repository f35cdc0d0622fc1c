package storage

import (
	"archive/zip"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"time"

	"github.com/mattn/go-sqlite3"

	"packbench/fulfillment"
)

const (
	backupFormat = 1
	backupNote   = "backup.json"
	stepPages    = 500                   // pages copied at a time
	stepPause    = 10 * time.Millisecond // between them, so that scans go first
)

// backupInfo stands in backup.json.
type backupInfo struct {
	Format  int                `json:"format"`
	Schema  int64              `json:"schema"`
	Station string             `json:"station"`
	At      time.Time          `json:"at"`
	Files   int                `json:"files"`
	Damaged []fulfillment.Hash `json:"damaged,omitempty"` // files that were broken already and are left out
	Config  fulfillment.Hash   `json:"config,omitempty"`  // of station.toml as it lies in the backup; empty: there was none
}

// Backup writes a verified copy of the database, of all files and of the configuration named config ("" or missing: none)
// into one uncompressed zip at file, while the bench works. Passwords in the configuration are left out; secrets are never
// in a backup. The name appears only when the copy is whole, checked and flushed; an older file of that name is replaced.
func (s *Store) Backup(ctx context.Context, file, config string) (err error) {
	text, err := readConfig(config)
	if err != nil {
		return explain(err, "back up the configuration %s", config)
	}
	stage, err := newStage(filepath.Dir(file), "backup")
	if err != nil {
		return explain(fmt.Errorf("%w; choose a folder that can be written, with room in it", err), "back up to %s", file)
	}
	defer func() { err = errors.Join(err, stage.remove()) }()
	database, packed := filepath.Join(stage.dir, dbName), filepath.Join(stage.dir, "backup.zip")
	if err := s.copyDatabase(ctx, database); err != nil {
		return explain(err, "back up the database to %s", file)
	}
	if err := s.pack(ctx, database, text, packed); err != nil {
		return explain(err, "back up to %s", file)
	}
	if err := syncPath(packed); err != nil {
		return explain(err, "flush backup %s", file)
	}
	if err := unpack(ctx, packed, ""); err != nil {
		return explain(err, "check backup %s", file)
	}
	return explain(publish(packed, file), "name backup %s", file)
}

// copyDatabase copies with SQLite's backup interface. The source connection holds a read transaction: without it every
// scan would make the copy begin again.
func (s *Store) copyDatabase(ctx context.Context, to string) (err error) {
	src, err := s.r.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	if _, err := src.ExecContext(ctx, "BEGIN DEFERRED"); err != nil {
		return err
	}
	defer func() {
		_, rerr := src.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		err = errors.Join(err, rerr)
	}()
	var n int
	if err := src.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&n); err != nil {
		return err
	}
	db, err := openPool(to, "mode=rwc&_synchronous=OFF", 1) // flushed once, at the end
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close(), syncPath(to), checkFile(ctx, to)) }()
	dst, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dst.Close()) }()
	return copyPages(ctx, dst, src)
}

func copyPages(ctx context.Context, dst, src *sql.Conn) error {
	return dst.Raw(func(d any) error {
		return src.Raw(func(r any) (err error) {
			b, err := d.(*sqlite3.SQLiteConn).Backup("main", r.(*sqlite3.SQLiteConn), "main")
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, b.Finish()) }()
			for {
				done, err := b.Step(stepPages)
				if err != nil || done {
					return err
				}
				select {
				case <-ctx.Done():
					return ctx.Err()
				case <-time.After(stepPause):
				}
			}
		})
	})
}

// pack puts the database copy and all files into one zip. The files are listed after the database was copied, so that
// every file a row names is among them.
func (s *Store) pack(ctx context.Context, database string, config []byte, to string) (err error) {
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	w := zip.NewWriter(out)
	if err := packFile(w, dbName, database); err != nil {
		return err
	}
	info := backupInfo{Format: backupFormat, Schema: SchemaVersion(), Station: s.opt.Station, At: s.now()}
	if len(config) > 0 {
		if err := packBytes(w, configName, config); err != nil {
			return err
		}
		info.Config = hashOf(config)
	}
	if err := s.packFiles(ctx, w, &info); err != nil {
		return err
	}
	text, err := json.Marshal(info)
	if err != nil {
		return err
	}
	return errors.Join(packBytes(w, backupNote, text), w.Close())
}

func (s *Store) packFiles(ctx context.Context, w *zip.Writer, info *backupInfo) error {
	hashes, err := s.files.list()
	if err != nil {
		return err
	}
	for _, h := range hashes {
		data, err := s.files.Get(ctx, h)
		switch {
		case errors.Is(err, fulfillment.ErrNotFound):
			continue // wiped meanwhile
		case errors.Is(err, ErrDamaged):
			s.opt.Log.Warn("Stored file is damaged and left out of the backup", "hash", h)
			info.Damaged = append(info.Damaged, h)
			continue
		case err != nil:
			return err
		}
		name, _ := filePath(h)
		if err := packBytes(w, path.Join(filesDir, filepath.ToSlash(name)), data); err != nil {
			return err
		}
		info.Files++
	}
	return nil
}

func packFile(w *zip.Writer, name, from string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	part, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
	if err != nil {
		return err
	}
	_, err = io.Copy(part, in)
	return err
}

func packBytes(w *zip.Writer, name string, data []byte) error {
	part, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
	if err != nil {
		return err
	}
	_, err = part.Write(data)
	return err
}

// list returns the hashes of all stored files.
func (f *Files) list() ([]fulfillment.Hash, error) {
	if f.root == nil {
		return nil, nil
	}
	var out []fulfillment.Hash
	err := fs.WalkDir(f.root.FS(), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		h := fulfillment.Hash(path.Base(p))
		if name, ok := filePath(h); ok && d.Type().IsRegular() && filepath.ToSlash(name) == p {
			out = append(out, h)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list stored files: %w", err)
	}
	return out, nil
}
