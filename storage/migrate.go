package storage

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migrations are forward only: a step that was released is never edited, and there is no way down but a backup.
func migrations() fs.FS {
	sub, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}

// newest is the highest number among the names NNNN_what.sql.
func newest(files fs.FS) int64 {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		panic(err) // the pattern is constant
	}
	var top int64
	for _, name := range names {
		digits, _, _ := strings.Cut(name, "_")
		if n, err := strconv.ParseInt(digits, 10, 64); err == nil {
			top = max(top, n)
		}
	}
	return top
}

// currentVersion is 0 for an empty database; a database of something else is ErrNotDatabase.
func currentVersion(ctx context.Context, db *sql.DB) (int64, error) {
	var tables, ours int64
	err := db.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(name = 'goose_db_version'), 0) FROM sqlite_schema
		WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`).Scan(&tables, &ours)
	if err != nil {
		return 0, err
	}
	if tables == 0 {
		return 0, nil
	}
	if ours == 0 {
		return 0, ErrNotDatabase
	}
	var v int64
	err = db.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`).Scan(&v)
	return v, err
}

// checkVersion compares the database with what this program knows.
func checkVersion(ctx context.Context, db *sql.DB, mustBeCurrent bool) error {
	v, err := currentVersion(ctx, db)
	if err != nil {
		return err
	}
	switch known := SchemaVersion(); {
	case v > known:
		return fmt.Errorf("%w (its version is %d, this program knows up to %d)", ErrNewer, v, known)
	case mustBeCurrent && v < known:
		return ErrOlder
	}
	return nil
}

// migrate brings db to the newest of files. Each step and its bookkeeping row are one transaction. Before an existing
// database is changed, a verified copy of it is laid into the folder "before-migration".
func migrate(ctx context.Context, db *sql.DB, dir string, files fs.FS, opt Options) error {
	from, err := currentVersion(ctx, db)
	if err != nil {
		return err
	}
	to := newest(files)
	if from == to {
		return nil
	}
	if from > to {
		return fmt.Errorf("%w (its version is %d, this program knows up to %d)", ErrNewer, from, to)
	}
	if from > 0 {
		name := fmt.Sprintf("packbench-v%d-%s.db", from, opt.Now().UTC().Format("20060102T150405.000Z"))
		if err := copyBefore(ctx, db, filepath.Join(dir, "before-migration"), name); err != nil {
			return fmt.Errorf("copy the database before migrating it: %w", err)
		}
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithSlog(opt.Log), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		// Another process may have been first: then there is nothing left to do.
		if v, verr := currentVersion(ctx, db); verr != nil || v != to {
			return fmt.Errorf("migrate from version %d to %d: %w", from, to, err)
		}
	}
	return checkKeys(ctx, db)
}

// checkKeys reads the rows in which SQLite names broken references; the statement itself never fails.
func checkKeys(ctx context.Context, db *sql.DB) error {
	var table, parent string
	var rowid, key sql.NullInt64
	err := db.QueryRowContext(ctx, "PRAGMA foreign_key_check").Scan(&table, &rowid, &parent, &key)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return fmt.Errorf("%w: a row of %s refers to a missing row of %s", ErrDamaged, table, parent)
}

// copyBefore writes a compact copy with VACUUM INTO, checks it, and makes it durable before it gets its name.
func copyBefore(ctx context.Context, db *sql.DB, dir, name string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	tmp, final := filepath.Join(dir, name+".part"), filepath.Join(dir, name)
	if err := os.Remove(tmp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if _, err := db.ExecContext(ctx, "VACUUM INTO ?", tmp); err != nil {
		return err
	}
	if err := checkFile(ctx, tmp); err != nil {
		return err
	}
	return publish(tmp, final)
}

// checkFile runs quick_check on a database that nobody else has open.
func checkFile(ctx context.Context, path string) (err error) {
	db, err := openPool(path, "mode=ro&immutable=1&_query_only=true", 1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return quickCheck(ctx, db, "quick_check(1)")
}
