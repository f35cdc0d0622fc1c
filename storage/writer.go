package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/mattn/go-sqlite3"

	"packbench/storage/internal/queries"
)

// writer is the one writing connection with everything prepared on it. It begins and ends transactions itself:
// database/sql starts a goroutine for each of its own, which a scan would wait for. The connection is never replaced
// behind our back: once it is gone every call fails. One caller at a time: it has Store.turn.
type writer struct {
	conn                    *sql.Conn
	q                       *queries.Queries
	begin, commit, rollback *sql.Stmt
	beginLook, dataVersion  *sql.Stmt
	lazy                    bool // a commit does not wait for the disk
}

func newWriter(ctx context.Context, db *sql.DB) (*writer, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	w := &writer{conn: conn}
	if w.q, err = queries.Prepare(ctx, conn); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	for text, to := range map[string]**sql.Stmt{"BEGIN IMMEDIATE": &w.begin, "BEGIN": &w.beginLook, "COMMIT": &w.commit, "ROLLBACK": &w.rollback,
		"PRAGMA data_version": &w.dataVersion} {
		if *to, err = conn.PrepareContext(ctx, text); err != nil { //nolint:sqlclosecheck // w.Close closes it
			return nil, errors.Join(err, w.Close())
		}
	}
	return w, nil
}

// Close gives the connection back.
func (w *writer) Close() error {
	errs := []error{w.q.Close()}
	for _, s := range []*sql.Stmt{w.begin, w.beginLook, w.commit, w.rollback, w.dataVersion} {
		if s != nil {
			errs = append(errs, s.Close())
		}
	}
	return errors.Join(append(errs, w.conn.Close())...)
}

// transaction runs fn in one immediate transaction, which is on the disk when it returns, or, if lazy, once the log is flushed. ctx
// must not end while it runs. A panic of fn rolls back.
func (w *writer) transaction(ctx context.Context, lazy bool, fn func(*queries.Queries) error) (err error) {
	if err := w.setLazy(ctx, lazy); err != nil {
		return err
	}
	return w.within(ctx, w.begin, fn)
}

// setLazy says whether commits from now on wait for the disk. Nothing may be open. Every commit calls it before, for what the one before
// wanted says nothing; the statement is not prepared because SQLite carries this one out as it compiles it.
func (w *writer) setLazy(ctx context.Context, lazy bool) error {
	if w.lazy == lazy {
		return nil
	}
	level := "FULL"
	if lazy {
		level = "NORMAL"
	}
	if _, err := w.conn.ExecContext(ctx, "PRAGMA main.synchronous="+level); err != nil {
		return err
	}
	w.lazy = lazy
	return nil
}

// look runs fn, which only reads, in one transaction that waits for nobody. What this connection wrote is in its memory: others
// read what is new from the disk's cache, page by page.
func (w *writer) look(ctx context.Context, fn func(*queries.Queries) error) error {
	return w.within(ctx, w.beginLook, fn)
}

// version is another number after another connection, of this process or another, has written; what this one writes does not change it
// (PRAGMA data_version). Within a transaction it is that of what the transaction reads.
func (w *writer) version(ctx context.Context) (v int64, err error) {
	err = w.dataVersion.QueryRowContext(ctx).Scan(&v)
	return v, err
}

func (w *writer) within(ctx context.Context, begin *sql.Stmt, fn func(*queries.Queries) error) (err error) {
	if _, err := begin.ExecContext(ctx); err != nil {
		return err
	}
	done := false
	defer func() {
		if !done {
			err = errors.Join(err, w.undo(ctx))
		}
	}()
	if err := fn(w.q); err != nil {
		return err
	}
	if _, err := w.commit.ExecContext(ctx); err != nil {
		return err
	}
	done = true
	return nil
}

// undo ends the transaction, unless SQLite has done so itself, as it does on a full disk.
func (w *writer) undo(ctx context.Context) error {
	open := false
	err := w.conn.Raw(func(c any) error {
		open = !c.(*sqlite3.SQLiteConn).AutoCommit()
		return nil
	})
	if err == nil && open {
		_, err = w.rollback.ExecContext(ctx)
	}
	if err != nil {
		return fmt.Errorf("roll back: %w", err)
	}
	return nil
}
