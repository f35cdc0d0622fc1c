package storage

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/mattn/go-sqlite3"

	"packbench/fulfillment"
	"packbench/storage/internal/queries"
)

// soloEpoch is on every event while a station has no shared pool that would hand out epochs.
const soloEpoch = 0

// head is the last event of a station's chain.
type head struct {
	seq  int64
	hash fulfillment.Hash
}

// appendEvents numbers and links events under the head of the station's chain. The head is kept in memory, because a scan
// waits for this. Another process may have written since: then the number is taken, the primary key says so, and the
// head is read anew inside the transaction. Called with mu held.
func (s *Store) appendEvents(ctx context.Context, q *queries.Queries, station, operator string, at time.Time, drafts []fulfillment.EventDraft) error {
	if len(drafts) == 0 {
		return nil
	}
	h, known := s.pending[station]
	if !known {
		h, known = s.heads[station]
	}
	for _, d := range drafts {
		e := draftEvent(station, operator, at, d)
		err := errStale
		if known {
			h, err = insertEvent(ctx, q, h, e, d.Body)
		}
		if errors.Is(err, errStale) {
			if h, err = readHead(ctx, q, station); err == nil {
				h, err = insertEvent(ctx, q, h, e, d.Body)
			}
		}
		if err != nil {
			return err
		}
		known = true
	}
	s.pending[station] = h
	return nil
}

func draftEvent(station, operator string, at time.Time, d fulfillment.EventDraft) fulfillment.Event {
	return fulfillment.Event{Station: station, At: at, Kind: d.Kind, Operator: operator, Epoch: soloEpoch,
		OrderID: d.OrderID, PackageID: d.PackageID, Scan: d.Scan}
}

// errStale: the number after the head is taken.
var errStale = errors.New("the chain has grown")

func insertEvent(ctx context.Context, q *queries.Queries, h head, e fulfillment.Event, body any) (head, error) {
	e.Seq = h.seq + 1
	e, err := e.LinkBody(h.hash, body)
	if err != nil {
		return h, err
	}
	if e.Seq == 1 {
		if err := q.BeginEventCursor(ctx, e.Station); err != nil {
			return h, err
		}
	}
	err = q.InsertEvent(ctx, eventRow(e))
	var se sqlite3.Error
	if errors.As(err, &se) && se.ExtendedCode == sqlite3.ErrConstraintPrimaryKey {
		return h, errStale
	}
	return head{seq: e.Seq, hash: e.Hash}, err
}

func readHead(ctx context.Context, q *queries.Queries, station string) (head, error) {
	row, err := q.ChainHead(ctx, station)
	if errors.Is(err, sql.ErrNoRows) {
		return head{}, nil
	}
	return head{seq: row.Seq, hash: fulfillment.Hash(row.Hash)}, err
}

func eventRow(e fulfillment.Event) queries.InsertEventParams {
	return queries.InsertEventParams{Station: e.Station, Seq: e.Seq, At: ms(e.At), Kind: string(e.Kind), Operator: e.Operator, Epoch: e.Epoch,
		OrderID: string(e.OrderID), PackageID: string(e.PackageID), Scan: e.Scan, Body: string(e.Body), Prev: string(e.Prev), Hash: string(e.Hash)}
}

func eventFromRow(r queries.Event) fulfillment.Event {
	e := fulfillment.Event{Station: r.Station, Seq: r.Seq, At: fromMS(r.At), Kind: fulfillment.EventKind(r.Kind), Operator: r.Operator,
		Epoch: r.Epoch, OrderID: fulfillment.OrderID(r.OrderID), PackageID: fulfillment.PackageID(r.PackageID), Scan: r.Scan,
		Prev: fulfillment.Hash(r.Prev), Hash: fulfillment.Hash(r.Hash)}
	if r.Body != "" {
		e.Body = json.RawMessage(r.Body)
	}
	return e
}

// Events returns the events of one order, of all stations, oldest first.
func (s *Store) Events(ctx context.Context, id fulfillment.OrderID) ([]fulfillment.Event, error) {
	var rows []queries.Event
	err := s.read(ctx, func(q *queries.Queries) error {
		found, err := q.IndexedEvents(ctx, string(id))
		if err != nil {
			return err
		}
		late, err := q.EventsNotIndexed(ctx, string(id))
		rows = append(found, late...)
		return err
	})
	if err != nil {
		return nil, explain(err, "read events of order %s", id)
	}
	slices.SortFunc(rows, func(a, b queries.Event) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Station, b.Station), cmp.Compare(a.Seq, b.Seq))
	})
	out := make([]fulfillment.Event, len(rows))
	for i, r := range rows {
		out[i] = eventFromRow(r)
	}
	return out, nil
}

// indexSlice is how many events an opened order sorts in: more than an order makes, so that the rest stays short.
const indexSlice = 200

// indexEvents sorts up to n events of a station's chain, whose last number is last, by order. It stays out of the scan of
// an item, which waits for the disk: one more changed page would be one more written.
func indexEvents(ctx context.Context, q *queries.Queries, station string, last int64, n int64) error {
	after, err := q.EventCursor(ctx, station)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // a station without events
	}
	if err != nil {
		return err
	}
	upto := min(after+n, last)
	if err := q.IndexEvents(ctx, queries.IndexEventsParams{Station: station, After: after, Upto: upto}); err != nil {
		return err
	}
	return q.MoveEventCursor(ctx, queries.MoveEventCursorParams{Seq: upto, Station: station})
}

// Stations are the stations of which events are kept.
func (s *Store) Stations(ctx context.Context) ([]string, error) {
	names, err := s.qr.EventStations(ctx)
	return names, explain(err, "list stations")
}

// AllEvents yields every event of a station in the order of the chain, read in slices so that it may run beside the
// bench. It ends after the first error.
func (s *Store) AllEvents(ctx context.Context, station string) iter.Seq2[fulfillment.Event, error] {
	return eventsOf(ctx, s.qr, station)
}

func eventsOf(ctx context.Context, q *queries.Queries, station string) iter.Seq2[fulfillment.Event, error] {
	const slice = 500
	return func(yield func(fulfillment.Event, error) bool) {
		var after int64
		for {
			rows, err := q.EventsAfter(ctx, queries.EventsAfterParams{Station: station, Seq: after, Limit: slice})
			if err != nil {
				yield(fulfillment.Event{}, explain(err, "read events of %s", station))
				return
			}
			for _, r := range rows {
				if !yield(eventFromRow(r), nil) {
					return
				}
				after = r.Seq
			}
			if len(rows) < slice {
				return
			}
		}
	}
}

// ChainError is the first fault of a station's chain.
type ChainError struct {
	Station string
	Seq     int64 // the event at fault, or the first that is missing
	Fault   string
}

func (e *ChainError) Error() string {
	return fmt.Sprintf("chain of %s is broken at event %d: %s. Nothing from there on is proved; `packbench evidence verify --all` says more", e.Station, e.Seq, e.Fault)
}

// VerifyChain checks that the events of a station have no gap, follow each other and are what was written. It returns how
// many are intact; the error is a *ChainError for a fault.
func (s *Store) VerifyChain(ctx context.Context, station string) (int64, error) {
	return verifyChain(ctx, s.qr, station)
}

func verifyChain(ctx context.Context, q *queries.Queries, station string) (int64, error) {
	var n int64
	var prev fulfillment.Hash
	for e, err := range eventsOf(ctx, q, station) {
		if err != nil {
			return n, err
		}
		if e.Seq != n+1 {
			return n, &ChainError{Station: station, Seq: n + 1, Fault: "it is missing, the next is " + e.Told()}
		}
		if e.Prev != prev {
			return n, &ChainError{Station: station, Seq: e.Seq, Fault: e.Told() + " does not follow the one before"}
		}
		if !e.Verify(prev) {
			return n, &ChainError{Station: station, Seq: e.Seq, Fault: e.Told() + " is not what was written"}
		}
		prev, n = e.Hash, e.Seq
	}
	return n, nil
}

// Check reads the whole database (about 4 s for a million orders): ErrDamaged where SQLite finds it inconsistent. The
// chain is a check of its own, which finds changes that leave the file consistent.
func (s *Store) Check(ctx context.Context) error {
	return explain(quickCheck(ctx, s.r, "integrity_check(1)"), "check the database")
}
