package storage

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"packbench/fulfillment"
)

func TestOpenSetsTheDatabaseUp(t *testing.T) {
	name := "a folder with 100% ? and # in it"
	if runtime.GOOS == "windows" {
		name = "a folder with 100% and # in it" // no name has a question mark there
	}
	dir := filepath.Join(t.TempDir(), name)
	s := openTest(t, dir)
	read := func(db interface {
		QueryRowContext(context.Context, string, ...any) *sql.Row
	}, pragma string) string {
		var v string
		if err := db.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	for pragma, want := range map[string]string{"journal_mode": "wal", "foreign_keys": "1", "secure_delete": "1", "journal_size_limit": "-1"} {
		if got := read(s.one.conn, pragma); got != want {
			t.Errorf("writer's %s: got %s, want %s", pragma, got, want)
		}
	}
	if got := read(s.r, "query_only"); got != "1" {
		t.Errorf("reader's query_only: got %s, want 1", got)
	}
	info, err := os.Stat(filepath.Join(dir, dbName+"-wal"))
	if err != nil || info.Size() < walPages*pageSize {
		t.Errorf("log after start: got %v, %v, want at least %d bytes", info, err, walPages*pageSize)
	}
	rows, err := s.r.Query(`SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0
		AND name NOT LIKE 'sqlite_%' AND name <> 'goose_db_version'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		t.Errorf("table %s is not STRICT", name)
	}
	if err := rows.Err(); err != nil {
		t.Error(err)
	}
}

func TestOpenRefusesWhatItCannotUse(t *testing.T) {
	closed := func(t *testing.T) string {
		dir := t.TempDir()
		s := openTest(t, dir)
		pull(t, s, testOrder("1", "MUG"))
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	exec := func(t *testing.T, dir, text string) {
		db, err := sql.Open("sqlite3", filepath.Join(dir, dbName))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.Exec(text); err != nil {
			t.Fatal(err)
		}
	}
	cases := []struct {
		name    string
		prepare func(t *testing.T) string
		want    error
	}{
		{"a newer version", func(t *testing.T) string {
			dir := closed(t)
			exec(t, dir, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)")
			return dir
		}, ErrNewer},
		{"a text file", func(t *testing.T) string {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, dbName), []byte(strings.Repeat("not a database ", 1000)), 0o600); err != nil {
				t.Fatal(err)
			}
			return dir
		}, ErrNotDatabase},
		{"another program's database", func(t *testing.T) string {
			dir := t.TempDir()
			exec(t, dir, "CREATE TABLE songs (title TEXT)")
			return dir
		}, ErrNotDatabase},
		{"a zeroed page", func(t *testing.T) string {
			dir := closed(t)
			f, err := os.OpenFile(filepath.Join(dir, dbName), os.O_RDWR, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if _, err := f.WriteAt(make([]byte, pageSize), 2*pageSize); err != nil {
				t.Fatal(err)
			}
			return dir
		}, ErrDamaged},
		{"a file cut short", func(t *testing.T) string {
			dir := closed(t)
			if err := os.Truncate(filepath.Join(dir, dbName), 5*pageSize); err != nil {
				t.Fatal(err)
			}
			return dir
		}, ErrDamaged},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s, err := Open(t.Context(), c.prepare(t), Options{Station: "PACK-01"})
			if err == nil {
				s.Close()
			}
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
	t.Run("no station id", func(t *testing.T) {
		if _, err := Open(t.Context(), t.TempDir(), Options{}); err == nil {
			t.Error("got no error")
		}
	})
}

func TestAReadOnlyStoreReadsBesideTheWindowAndWritesNothing(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir)
	pull(t, s, testOrder("1", "MUG"))
	ro, err := Open(t.Context(), dir, Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer ro.Close()
	if o := mustOrder(t, ro, "1"); len(o.Lines) != 1 {
		t.Errorf("got %d lines, want 1", len(o.Lines))
	}
	if err := ro.SetSetting(t.Context(), "k", "v"); !errors.Is(err, errReadOnlyStore) {
		t.Errorf("write: got %v, want %v", err, errReadOnlyStore)
	}
	if _, err := ro.Put(t.Context(), []byte("x")); !errors.Is(err, errReadOnlyStore) {
		t.Errorf("file: got %v, want %v", err, errReadOnlyStore)
	}
	if _, err := Open(t.Context(), t.TempDir(), Options{ReadOnly: true}); err == nil {
		t.Error("read-only open of an empty folder: got no error")
	}
}

// An older database is migrated after a verified copy of it was laid aside; a step that fails leaves it as it was.
func TestMigrationKeepsTheDataAndACopy(t *testing.T) {
	dir := t.TempDir()
	ctx := t.Context()
	opt := Options{Log: slog.New(slog.DiscardHandler), Now: openTest(t, t.TempDir()).opt.Now}
	db, err := openPool(filepath.Join(dir, dbName), "mode=rwc&_txlock=immediate&_journal_mode=WAL&_synchronous=FULL", 1)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	steps := fstest.MapFS{"0001_first.sql": {Data: []byte("-- +goose Up\nCREATE TABLE a (id INTEGER PRIMARY KEY, x TEXT) STRICT;\nINSERT INTO a VALUES (1, 'kept');\n")}}
	if err := migrate(ctx, db, dir, steps, opt); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "before-migration")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a new database was copied: %v", err)
	}
	steps["0002_bad.sql"] = &fstest.MapFile{Data: []byte("-- +goose Up\nALTER TABLE a ADD COLUMN y TEXT;\nINSERT INTO nowhere VALUES (1);\n")}
	if err := migrate(ctx, db, dir, steps, opt); err == nil {
		t.Fatal("a failing step gave no error")
	}
	var n int
	if err := db.QueryRow("SELECT count(*) FROM pragma_table_info('a')").Scan(&n); err != nil || n != 2 {
		t.Errorf("columns after the failed step: got %d, %v, want 2", n, err)
	}
	if v, err := currentVersion(ctx, db); v != 1 || err != nil {
		t.Errorf("version after the failed step: got %d, %v, want 1", v, err)
	}
	steps["0002_bad.sql"] = &fstest.MapFile{Data: []byte("-- +goose Up\nALTER TABLE a ADD COLUMN y TEXT;\nUPDATE a SET y = 'new';\n")}
	if err := migrate(ctx, db, dir, steps, opt); err != nil {
		t.Fatal(err)
	}
	var x, y string
	if err := db.QueryRow("SELECT x, y FROM a").Scan(&x, &y); err != nil || x != "kept" || y != "new" {
		t.Errorf("row after migration: got %q, %q, %v", x, y, err)
	}
	copies, err := filepath.Glob(filepath.Join(dir, "before-migration", "packbench-v1-*.db"))
	if err != nil || len(copies) == 0 {
		t.Fatalf("copies: got %v, %v", copies, err)
	}
	old, err := openPool(copies[0], "mode=ro&immutable=1", 1)
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	if err := old.QueryRow("SELECT x FROM a").Scan(&x); err != nil || x != "kept" {
		t.Errorf("copy: got %q, %v", x, err)
	}
	delete(steps, "0002_bad.sql")
	if err := migrate(ctx, db, dir, steps, opt); !errors.Is(err, ErrNewer) {
		t.Errorf("older program: got %v, want %v", err, ErrNewer)
	}
}

func TestMigrationReadsBrokenReferences(t *testing.T) {
	db, err := openPool(filepath.Join(t.TempDir(), dbName), "mode=rwc", 1)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p INTEGER REFERENCES p (id)); INSERT INTO c VALUES (7)"); err != nil {
		t.Fatal(err)
	}
	if err := checkKeys(t.Context(), db); !errors.Is(err, ErrDamaged) {
		t.Errorf("got %v, want %v", err, ErrDamaged)
	}
}

func TestFilesAreNamedByTheirHashAndVerified(t *testing.T) {
	s := openTest(t, t.TempDir())
	ctx := t.Context()
	h, err := s.Put(ctx, []byte("label"))
	if err != nil {
		t.Fatal(err)
	}
	if want := fulfillment.Hash("1aca80e8b55c802f7b43740da2990e1b5735bbb323d93eb5ebda8395b04025e2"); h != want {
		t.Errorf("hash: got %s, want %s", h, want)
	}
	if h2, err := s.Put(ctx, []byte("label")); h2 != h || err != nil {
		t.Errorf("second Put: got %s, %v", h2, err)
	}
	if data, err := s.Get(ctx, h); string(data) != "label" || err != nil {
		t.Errorf("Get: got %q, %v", data, err)
	}
	path := filepath.Join(s.dir, filesDir, string(h[:2]), string(h))
	if err := os.WriteFile(path, []byte("labex"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(ctx, h); !errors.Is(err, ErrDamaged) {
		t.Errorf("Get of a changed file: got %v, want %v", err, ErrDamaged)
	}
	if _, err := s.Put(ctx, []byte("label")); err != nil {
		t.Errorf("Put over a changed file: %v", err)
	}
	if data, err := s.Get(ctx, h); string(data) != "label" || err != nil {
		t.Errorf("Get after it was put again: got %q, %v", data, err)
	}
	if left, err := filepath.Glob(filepath.Join(s.dir, filesDir, "*", ".*")); len(left) > 0 || err != nil {
		t.Errorf("left behind: %v, %v", left, err)
	}
	for _, bad := range []fulfillment.Hash{"", "..", "../../packbench.db", fulfillment.Hash(strings.Repeat("A", 64)), fulfillment.Hash(strings.Repeat("f", 64))} {
		if _, err := s.Get(ctx, bad); !errors.Is(err, fulfillment.ErrNotFound) {
			t.Errorf("Get(%q): got %v, want %v", bad, err, fulfillment.ErrNotFound)
		}
	}
}
