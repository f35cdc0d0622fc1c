package storage

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// lose makes a station that has worked, with a backup beside its folder, and takes its database away.
func lose(t *testing.T, leaveEmpty bool) (dir, backup string) {
	t.Helper()
	around := t.TempDir()
	dir, backup = filepath.Join(around, "data"), filepath.Join(around, "friday.backup")
	s := openTest(t, dir)
	pull(t, s, testOrder("100", "MUG"))
	if _, err := s.StoreLabel(t.Context(), "P100", []byte("%PDF-label"), ""); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Backup(t.Context(), backup, ""), s.Close()); err != nil {
		t.Fatal(err)
	}
	if leaveEmpty {
		if err := os.Truncate(filepath.Join(dir, dbName), 0); err != nil {
			t.Fatal(err)
		}
	} else if err := os.Remove(filepath.Join(dir, dbName)); err != nil {
		t.Fatal(err)
	}
	return dir, backup
}

// A station whose database is gone does not begin anew in silence; what it is told to do works.
func TestALostDatabaseIsNotReplacedByAnEmptyOne(t *testing.T) {
	for name, empty := range map[string]bool{"missing": false, "empty": true} {
		for kind, opt := range map[string]Options{"window": {Station: "PACK-01"}, "reading": {ReadOnly: true}} {
			t.Run(name+", "+kind, func(t *testing.T) {
				dir, backup := lose(t, empty)
				s, err := Open(t.Context(), dir, opt)
				if err == nil {
					s.Close()
				}
				if !errors.Is(err, ErrLost) {
					t.Fatalf("got %v, want %v", err, ErrLost)
				}
				for _, want := range []string{name, "packbench restore", "aside", backup} {
					if !strings.Contains(err.Error(), want) {
						t.Errorf("%q does not say %q", err, want)
					}
				}
				if info, err := os.Stat(filepath.Join(dir, dbName)); empty && (err != nil || info.Size() != 0) || !empty && !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("the refused start left %v, %v", info, err)
				}
				if _, err := Restore(t.Context(), backup, dir); err != nil {
					t.Fatalf("the advice does not work: %v", err)
				}
				mustOrder(t, openTest(t, dir), "100")
			})
		}
	}
}

func TestOpenSaysWhatStandsInTheDatabasesPlace(t *testing.T) {
	touch := func(t *testing.T, path, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cases := []struct {
		name    string
		prepare func(t *testing.T, dir, db string)
		want    error
		says    string
	}{
		{"nothing", func(*testing.T, string, string) {}, nil, ""},
		{"an interrupted first start", func(t *testing.T, dir, db string) {
			touch(t, db, "")
			touch(t, filepath.Join(dir, "station.toml"), "")
			touch(t, filepath.Join(dir, "logs", "packbench.log"), "start\n")
			touch(t, filepath.Join(dir, filesDir, "ab", ".1.part"), "half")
		}, nil, ""},
		{"a folder", func(t *testing.T, _, db string) { touch(t, filepath.Join(db, "x"), "") }, ErrNotDatabase, "it is a folder"},
		{"a short text", func(t *testing.T, _, db string) { touch(t, db, "hello") }, ErrNotDatabase, "another kind of file"},
		{"a link to nowhere", func(t *testing.T, dir, db string) {
			if err := os.Symlink(filepath.Join(dir, "gone"), db); err != nil {
				t.Skip(err)
			}
			if _, err := os.Lstat(db); err != nil {
				t.Skip("this system claims to make links and makes none (Wine 8):", err)
			}
		}, ErrNotDatabase, "link"},
		{"a log alone", func(t *testing.T, _, db string) { touch(t, db+"-wal", "frames") }, ErrLost, "write-ahead log"},
		{"a copy of before a migration", func(t *testing.T, dir, _ string) { touch(t, filepath.Join(dir, "before-migration", "x.db"), "x") }, ErrLost, "before-migration"},
		{"the end of a chain", func(t *testing.T, dir, _ string) { touch(t, filepath.Join(dir, "chain.head"), "{}") }, ErrLost, "chain of events"},
		{"a restore cut off", func(t *testing.T, dir, _ string) { touch(t, filepath.Join(dir, "replaced-20261122", dbName), "x") }, ErrLost, "replaced-20261122"},
		{"a database without tables beside labels", func(t *testing.T, dir, db string) {
			fresh := openTest(t, filepath.Join(t.TempDir(), "fresh"))
			if _, err := fresh.one.conn.ExecContext(t.Context(), "ATTACH ? AS x; CREATE TABLE x.a (b); DROP TABLE x.a", db); err != nil {
				t.Fatal(err)
			}
			touch(t, filepath.Join(dir, filesDir, "ab", "abcd"), "label")
		}, ErrLost, "without content"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			c.prepare(t, dir, filepath.Join(dir, dbName))
			if err := CheckFolder(dir); !errors.Is(err, c.want) && c.says != "without content" {
				t.Errorf("CheckFolder: got %v, want %v", err, c.want)
			}
			s, err := Open(t.Context(), dir, Options{Station: "PACK-01"})
			if err == nil {
				err = s.Close()
			}
			if !errors.Is(err, c.want) || err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %v that says %q", err, c.want, c.says)
			}
		})
	}
	if _, err := Open(t.Context(), t.TempDir(), Options{ReadOnly: true}); !errors.Is(err, ErrNoData) {
		t.Errorf("reading an empty folder: got %v, want %v", err, ErrNoData)
	}
}
