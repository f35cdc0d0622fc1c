package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	_ "github.com/mattn/go-sqlite3" // registers "sqlite3"

	"packbench/fulfillment"
	"packbench/storage/internal/queries"
)

const (
	dbName = "packbench.db"
	// walPages is how many 4 KiB pages the write-ahead log is grown by at start, about where SQLite begins to reuse it.
	walPages = 1000
	pageSize = 4096
	// checkBelow is the size in bytes up to which a database is checked whole at open; larger ones by doctor.
	checkBelow = 64 << 20
)

// Options of Open.
type Options struct {
	Station  string // on every event written here; required unless ReadOnly
	Market   string // region code for orders that come from a CSV file
	Log      *slog.Logger
	ReadOnly bool                     // nothing is written, created or migrated
	onChunk  func(took time.Duration) // tests look at how long an import holds the writer
	noGrow   bool                     // tests that open often leave the log as it is
	Now      func() time.Time         // time.Now where nil
}

// Store is the station's disk. All methods may be called concurrently; writes queue one behind the other. Several
// processes may have the same folder open.
type Store struct {
	dir      string
	opt      Options
	w, r     *sql.DB       // one writing connection with immediate transactions; reading connections. w is nil if ReadOnly
	folder   *sql.DB       // folds the log; nil if ReadOnly
	fold     chan struct{} // there is something to fold
	unfolded int           // transactions since; guarded by turn
	one      *writer       // the writing connection, taken from its pool for good
	qr       *queries.Queries
	files    *Files

	addressOnce sync.Once
	addressKey  []byte // of the marks of addresses; nil: there is none

	closing sync.Once
	closed  error // what Close found

	turn turns // taken for each write
	// written holds open manifests as this process last wrote them, so that a scan writes one parcel and not all.
	// Only this station's own process writes its manifests. Guarded by turn.
	written map[fulfillment.ManifestID]fulfillment.Manifest
	// heads are the ends of the stations' chains as last committed here, pending those of the open transaction. Guarded by turn.
	heads, pending map[string]head
	// found is what a scan has found; see foundOrder. writes counts what this process wrote that may change an order. Guarded by turn.
	found  *foundOrder
	writes int
	// benches are the benches as this process last recorded them; their values are never changed. Guarded by turn.
	benches map[string]fulfillment.Bench
}

// Open opens the database in dir, makes or migrates it, and grows its log. Errors: ErrNewer, ErrOlder, ErrDamaged,
// ErrNotDatabase, ErrLost, ErrNoData, ErrReadOnly, ErrDiskFull, ErrBusy, or what the system said. The caller must Close.
func Open(ctx context.Context, dir string, opt Options) (*Store, error) {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Station == "" && !opt.ReadOnly {
		return nil, errors.New("open store: no station id: set id in the [station] table of station.toml")
	}
	s := &Store{dir: dir, opt: opt, written: map[fulfillment.ManifestID]fulfillment.Manifest{}, heads: map[string]head{}, pending: map[string]head{}, benches: map[string]fulfillment.Bench{}, fold: make(chan struct{}, 1)}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Store) open(ctx context.Context) error {
	path := filepath.Join(s.dir, dbName)
	if !s.opt.ReadOnly {
		if err := os.MkdirAll(s.dir, 0o700); err != nil {
			return explain(err, "make data folder %s", s.dir)
		}
		if err := removeStale(s.dir); err != nil { // nothing of the station: it works with them, too
			s.opt.Log.Warn("Copies that a killed backup or restore left could not be removed", "err", err)
		}
	}
	empty, err := checkPlace(s.dir)
	if err == nil && empty && s.opt.ReadOnly {
		err = ErrNoData
	}
	if err != nil {
		return explain(err, "open %s", path)
	}
	if !s.opt.ReadOnly {
		if err := s.openWriter(ctx, path); err != nil {
			return explain(err, "open %s", path)
		}
	}
	if s.files, err = openFiles(s.dir, s.opt.ReadOnly); err != nil {
		return explain(err, "open file store in %s", s.dir)
	}
	if s.r, err = openPool(path, "mode=ro&_query_only=true&_busy_timeout=5000&_foreign_keys=on", 4); err != nil {
		return explain(err, "open %s for reading", path)
	}
	if s.opt.ReadOnly {
		if err := checkVersion(ctx, s.r, true); err != nil {
			return explain(err, "open %s", path)
		}
	}
	if s.qr, err = queries.Prepare(ctx, s.r); err != nil {
		return explain(err, "prepare reads on %s", path)
	}
	if s.w == nil {
		return nil
	}
	if s.one, err = newWriter(ctx, s.w); err != nil {
		return explain(err, "prepare writes on %s", path)
	}
	if err := s.openFolder(ctx, path); err != nil {
		return explain(err, "open %s for folding its log", path)
	}
	if s.opt.noGrow {
		return nil
	}
	return explain(s.growLog(ctx, path), "grow the log of %s", path)
}

func (s *Store) openWriter(ctx context.Context, path string) (err error) {
	s.w, err = openPool(path, "mode=rwc&_txlock=immediate&_journal_mode=WAL&_synchronous=FULL&_foreign_keys=on&"+
		"_busy_timeout=10000&_secure_delete=true", 1)
	if err != nil {
		return err
	}
	if err := s.w.PingContext(ctx); err != nil {
		return err
	}
	if err := checkContent(ctx, s.w, path); err != nil {
		return err
	}
	if v, err := currentVersion(ctx, s.w); err != nil {
		return err
	} else if v == 0 { // a database without a table: made by a start that was cut off, or by another program
		if err := refuseTraces(s.dir, "without content"); err != nil {
			return err
		}
	}
	return migrate(ctx, s.w, s.dir, migrations(), s.opt)
}

// openPool opens a pool whose connections never age, so that prepared statements and the page cache stay.
func openPool(path, params string, n int) (*sql.DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	slash := filepath.ToSlash(abs)
	if !strings.HasPrefix(slash, "/") { // a drive letter
		slash = "/" + slash
	}
	db, err := sql.Open("sqlite3", (&url.URL{Scheme: "file", Path: slash, RawQuery: params}).String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db, nil
}

// checkContent finds a damaged database before it is used. The hash chain over the events finds what this cannot.
func checkContent(ctx context.Context, db *sql.DB, path string) error {
	info, err := os.Stat(path)
	if err != nil || info.Size() > checkBelow {
		return err
	}
	return quickCheck(ctx, db, "quick_check(1)")
}

func quickCheck(ctx context.Context, db *sql.DB, pragma string) error {
	var found string
	if err := db.QueryRowContext(ctx, "PRAGMA "+pragma).Scan(&found); err != nil {
		return err
	}
	if found != "ok" {
		return fmt.Errorf("%w: %s", ErrDamaged, found)
	}
	return nil
}

// growLog writes and frees a few megabytes once, so that the log has its blocks and a scan's commit does not wait for the
// file system to allocate them. SQLite keeps the log's size (journal_size_limit is not set) while a connection is open.
func (s *Store) growLog(ctx context.Context, path string) error {
	if info, err := os.Stat(path + "-wal"); err == nil && info.Size() >= walPages*pageSize {
		return nil
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := s.write(ctx, func(ctx context.Context, q *queries.Queries) error { return q.InsertScratch(ctx, walPages*pageSize) }); err != nil {
		return err
	}
	err := s.write(ctx, func(ctx context.Context, q *queries.Queries) error { return q.DeleteScratch(ctx) })
	s.foldSoon() // until it is folded, commits go on behind those blocks
	return err
}

// Close closes the database. Calls in progress fail. It may be called more than once.
func (s *Store) Close() error {
	s.closing.Do(func() {
		var errs []error
		for _, c := range []interface{ Close() error }{nilOr(s.qr), nilOr(s.folder), nilOr(s.one), nilOr(s.r), nilOr(s.w), nilOr(s.files)} {
			if c != nil {
				errs = append(errs, c.Close())
			}
		}
		s.closed = explain(errors.Join(errs...), "close store in %s", s.dir)
	})
	return s.closed
}

// nilOr turns a nil pointer into a nil interface.
func nilOr[T any, P interface {
	*T
	Close() error
}](p P) interface{ Close() error } {
	if p == nil {
		return nil
	}
	return p
}

var errReadOnlyStore = errors.New("store was opened for reading only")

// write runs fn in one immediate transaction, which is on the disk when it returns. The next writer's turn begins before the flush: a
// scan waits for its own only.
func (s *Store) write(ctx context.Context, fn func(context.Context, *queries.Queries) error) error {
	if err := s.writeSoon(ctx, fn); err != nil {
		return err
	}
	return s.flush()
}

// writeSoon is write without the flush: a power cut may take it back, together with what was written after it and not flushed. Once
// begun it is not given up when ctx ends: a transaction is short, and a scan must not be half known. What fn gets does not end; beside
// that, database/sql and SQLite's driver have somebody watch over each statement of a context that can.
func (s *Store) writeSoon(ctx context.Context, fn func(context.Context, *queries.Queries) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.one == nil {
		return errReadOnlyStore
	}
	defer s.turn.other()()
	s.writes++
	ctx = context.WithoutCancel(ctx)
	return s.writeLocked(ctx, true, func(q *queries.Queries) error { return fn(ctx, q) })
}

func (s *Store) writeLocked(ctx context.Context, lazy bool, fn func(*queries.Queries) error) error {
	clear(s.pending)
	if err := s.one.transaction(ctx, lazy, fn); err != nil {
		return err
	}
	maps.Copy(s.heads, s.pending)
	s.committed()
	return nil
}

// read runs fn in one read transaction: everything it sees is of one moment.
func (s *Store) read(ctx context.Context, fn func(*queries.Queries) error) error {
	tx, err := s.r.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := fn(s.qr.WithTx(tx)); err != nil {
		return errors.Join(err, rollback(tx))
	}
	return tx.Commit()
}

// look is read for what a scan waits for: on the writing connection if nobody writes, which is the quickest. fn must be short. Once
// begun it is not given up when ctx ends.
func (s *Store) look(ctx context.Context, fn func(*queries.Queries) error) error {
	if s.one == nil || ctx.Err() != nil {
		return s.read(ctx, fn)
	}
	done, free := s.turn.try()
	if !free {
		return s.read(ctx, fn)
	}
	defer done()
	return s.one.look(context.WithoutCancel(ctx), fn)
}

func rollback(tx *sql.Tx) error {
	if err := tx.Rollback(); err != nil && !errors.Is(err, sql.ErrTxDone) {
		return err
	}
	return nil
}

func (s *Store) now() time.Time { return s.opt.Now().UTC().Truncate(time.Millisecond) }

// SchemaVersion is the number of the newest migration that this program knows; Open brings every database to it.
func SchemaVersion() int64 { return newest(migrations()) }
