package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"sort"
	"time"

	"packbench/fulfillment"
	"packbench/storage/internal/queries"
)

// restoredKey is the setting under which a database keeps how it was restored.
const restoredKey = "restored"

// Reasons that a restore writes; people read them at the bench and in the outbox.
const (
	askAfterRestore  = "a backup was put back: this label may have come out since it was made; look at the parcel before it is printed again"
	readAfterRestore = "a backup was put back: this may have been told since it was made; it is read before it is sent"
)

// RestoreNote tells of the last restore of a data folder.
type RestoreNote struct {
	At   time.Time `json:"at"` // UTC
	Jobs int64     `json:"jobs"`
	Rows int64     `json:"rows"`
	Lost *Lost     `json:"lost,omitempty"` // nil: nothing that stood in the replaced data is missing
}

// Lost is what stood in the replaced data and does not stand in the backup.
type Lost struct {
	Unreadable bool                     `json:"unreadable,omitempty"` // the replaced data could not be read: what is missing is not known
	Events     int64                    `json:"events"`
	After      time.Time                `json:"after"`     // the last event that both have, UTC; zero: none
	Manifests  []fulfillment.ManifestID `json:"manifests"` // sealed since
	Parcels    []LostParcel             `json:"parcels"`   // labelled, applied, staged, handed over or reported since
}

// LostParcel is a parcel with which something happened that the restored data does not know.
type LostParcel struct {
	OrderID   fulfillment.OrderID   `json:"order_id"`
	PackageID fulfillment.PackageID `json:"package_id"`
}

// LastRestore tells of the last restore; ok is false where none is known.
func (s *Store) LastRestore(ctx context.Context) (note RestoreNote, ok bool, err error) {
	text, err := s.Setting(ctx, restoredKey)
	if err != nil || text == "" {
		return note, false, err
	}
	if err := json.Unmarshal([]byte(text), &note); err != nil {
		return note, false, fmt.Errorf("read how the data was restored: %w", err)
	}
	return note, true, nil
}

// compareOld finds what the database at old has and the one at fresh has not. nil: nothing, or there is no old one.
func compareOld(ctx context.Context, old, fresh string) (*Lost, error) {
	if info, err := os.Lstat(old); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil || !info.Mode().IsRegular() {
		return &Lost{Unreadable: true}, nil
	}
	lost := &Lost{Manifests: []fulfillment.ManifestID{}, Parcels: []LostParcel{}}
	err := withDatabases(func(a, b *queries.Queries) error {
		stations, err := a.EventStations(ctx)
		if err != nil {
			return err
		}
		for _, name := range stations {
			if err := lost.compare(ctx, name, a, b); err != nil {
				return err
			}
		}
		return nil
	}, old, fresh)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil: // the very reason to restore may be that it is damaged
		return &Lost{Unreadable: true}, nil
	case lost.Events == 0:
		return nil, nil
	}
	return lost, nil
}

// withDatabases opens both files for reading only, and leaves nothing beside them.
func withDatabases(f func(a, b *queries.Queries) error, files ...string) (err error) {
	var q []*queries.Queries
	for _, file := range files {
		db, err := openPool(file, "mode=ro&immutable=1&_query_only=true", 1)
		if err != nil {
			return err
		}
		defer db.Close() // read only: nothing can be lost
		q = append(q, queries.New(db))
	}
	return f(q[0], q[1])
}

// compare counts one station's events after the last one that both chains share.
func (l *Lost) compare(ctx context.Context, name string, old, fresh *queries.Queries) error {
	was, err := readHead(ctx, old, name)
	if err != nil {
		return err
	}
	is, err := readHead(ctx, fresh, name)
	if err != nil {
		return err
	}
	shared, err := lastShared(ctx, name, min(was.seq, is.seq), old, fresh)
	if err != nil || shared == was.seq {
		return err
	}
	if rows, err := old.EventsAfter(ctx, queries.EventsAfterParams{Station: name, Seq: shared - 1, Limit: 1}); err != nil {
		return err
	} else if len(rows) > 0 && shared > 0 && fromMS(rows[0].At).After(l.After) {
		l.After = fromMS(rows[0].At)
	}
	for after := shared; ; {
		rows, err := old.EventsAfter(ctx, queries.EventsAfterParams{Station: name, Seq: after, Limit: 500})
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, r := range rows {
			l.add(eventFromRow(r))
			after = r.Seq
		}
	}
}

// lastShared is the highest number up to top whose event is the same in both: the links make all before it the same, too.
func lastShared(ctx context.Context, name string, top int64, old, fresh *queries.Queries) (int64, error) {
	var failed error
	differs := func(seq int64) bool {
		at := queries.EventsAfterParams{Station: name, Seq: seq - 1, Limit: 1}
		a, errA := old.EventsAfter(ctx, at)
		b, errB := fresh.EventsAfter(ctx, at)
		failed = errors.Join(failed, errA, errB)
		return len(a) == 0 || len(b) == 0 || a[0].Hash != b[0].Hash
	}
	n := sort.Search(int(top), func(i int) bool { return differs(int64(i) + 1) })
	return int64(n), failed
}

func (l *Lost) add(e fulfillment.Event) {
	l.Events++
	switch e.Kind {
	case fulfillment.EventSealed:
		var body struct {
			Manifest fulfillment.ManifestID `json:"manifest"`
		}
		if json.Unmarshal(e.Body, &body) == nil && body.Manifest != "" && !slices.Contains(l.Manifests, body.Manifest) {
			l.Manifests = append(l.Manifests, body.Manifest)
		}
	case fulfillment.EventLabelQueued, fulfillment.EventLabelPrinted, fulfillment.EventLabelBound, fulfillment.EventApplied, fulfillment.EventStaged,
		fulfillment.EventHandedOver, fulfillment.EventReported:
		p := LostParcel{e.OrderID, e.PackageID}
		if p.OrderID != "" && !slices.Contains(l.Parcels, p) {
			l.Parcels = append(l.Parcels, p)
		}
	}
}

// markRestored makes a backup's database one that knows what it is: the world went on after it was made. A label that it
// still means to print may have come out long ago, so every open job becomes a question; what it still means to tell may
// have been told, so every waiting row is read before it is sent. The note says how the data came here.
func markRestored(ctx context.Context, path string, note *RestoreNote) (err error) {
	db, err := openPool(path, "mode=rw&_journal_mode=DELETE&_synchronous=FULL&_txlock=immediate", 1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := markOpen(ctx, tx, note); err != nil {
		return errors.Join(err, rollback(tx))
	}
	return tx.Commit()
}

func markOpen(ctx context.Context, tx *sql.Tx, note *RestoreNote) error {
	update := func(table, stmt string, args ...any) (int64, error) {
		var there bool // a backup of an older version has fewer tables; it is migrated when the station is opened
		if err := tx.QueryRowContext(ctx, "SELECT count(*) > 0 FROM sqlite_schema WHERE type = 'table' AND name = ?", table).Scan(&there); err != nil || !there {
			return 0, err
		}
		res, err := tx.ExecContext(ctx, stmt, args...)
		if err != nil {
			return 0, err
		}
		return res.RowsAffected()
	}
	var err error
	note.Jobs, err = update("print_jobs", "UPDATE print_jobs SET state = ?, reason = ? WHERE state IN (?, ?)",
		string(fulfillment.JobAsk), askAfterRestore, string(fulfillment.JobQueued), string(fulfillment.JobSending))
	if err != nil {
		return err
	}
	note.Rows, err = update("outbox", "UPDATE outbox SET state = ?, reason = ?, changed_at = ? WHERE state IN (?, ?, ?)",
		string(fulfillment.OutboxUncertain), readAfterRestore, ms(note.At), string(fulfillment.OutboxQueued), string(fulfillment.OutboxInFlight), string(fulfillment.OutboxUncertain))
	if err != nil {
		return err
	}
	text, err := json.Marshal(note)
	if err != nil {
		return err
	}
	_, err = update("settings", "INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", restoredKey, string(text))
	return err
}
