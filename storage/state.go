package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"

	"packbench/fulfillment"
	"packbench/storage/internal/queries"
)

// maxDifferences is how many differences a report names; the rest is only counted.
const maxDifferences = 20

// StateReport compares the tables with the chain of events, which is the truth.
//
// What the bench did stands in both: rungs up to the handover, weights, reprints, manifests with their parcels, photos,
// holds set by a person, and the units in the parcel in hand. Not in the chain, and so neither compared nor to be rebuilt
// from it: what the platform told (orders, lines, tracking numbers, its holds, rungs that the carrier reaches, cursors),
// what came from files (orders, products, labels), proofs, which can be made again, and how far the outbox and the print
// queue have come.
type StateReport struct {
	Events, Packages, Manifests int
	Observed                    int // packages on a rung that only the carrier reaches
	Unsure                      int // packages of which events of an older version say too little
	Differences                 []string
	More                        int // differences that are not named
}

// OK reports whether the tables are what the events say.
func (r StateReport) OK() bool { return len(r.Differences) == 0 }

func (r *StateReport) differ(format string, args ...any) {
	if len(r.Differences) >= maxDifferences {
		r.More++
		return
	}
	r.Differences = append(r.Differences, fmt.Sprintf(format, args...))
}

// CompareState folds the events of all stations and compares the result with the tables, both of one moment, beside a
// bench that works. It does not check the chain itself; see VerifyChain. An error means that it could not be read.
func (s *Store) CompareState(ctx context.Context) (StateReport, error) {
	var r StateReport
	tx, err := s.r.BeginTx(ctx, nil)
	if err != nil {
		return r, explain(err, "compare the tables with the events")
	}
	err = s.compareState(ctx, tx, &r)
	return r, explain(errors.Join(err, rollback(tx)), "compare the tables with the events")
}

func (s *Store) compareState(ctx context.Context, tx *sql.Tx, r *StateReport) error {
	q := s.qr.WithTx(tx)
	l := fulfillment.NewLedger()
	stations, err := q.EventStations(ctx)
	if err != nil {
		return err
	}
	for e, err := range merged(ctx, q, stations) {
		if err == nil {
			err = l.Add(e)
		}
		if err != nil {
			return err
		}
		r.Events++
	}
	if err := comparePackages(ctx, tx, l, r); err != nil {
		return err
	}
	if err := compareHolds(ctx, tx, l, r); err != nil {
		return err
	}
	if err := compareManifests(ctx, tx, q, l, r); err != nil {
		return err
	}
	for _, id := range stations {
		if err := compareHand(ctx, q, id, l, r); err != nil {
			return err
		}
	}
	return nil
}

// merged yields the events of several stations by time; those of one station keep their order.
func merged(ctx context.Context, q *queries.Queries, stations []string) iter.Seq2[fulfillment.Event, error] {
	return func(yield func(fulfillment.Event, error) bool) {
		type source struct {
			next func() (fulfillment.Event, error, bool)
			head fulfillment.Event
		}
		var open []*source
		for _, id := range stations {
			next, stop := iter.Pull2(eventsOf(ctx, q, id))
			defer stop()
			if e, err, ok := next(); ok {
				if err != nil {
					yield(e, err)
					return
				}
				open = append(open, &source{next, e})
			}
		}
		for len(open) > 0 {
			first := slices.MinFunc(open, func(a, b *source) int { return a.head.At.Compare(b.head.At) })
			if !yield(first.head, nil) {
				return
			}
			e, err, ok := first.next()
			if ok && err != nil {
				yield(e, err)
				return
			}
			if first.head = e; !ok {
				open = slices.DeleteFunc(open, func(s *source) bool { return s == first })
			}
		}
	}
}

// comparePackages goes through both sides: a package that only the events know has lost its row.
func comparePackages(ctx context.Context, tx *sql.Tx, l *fulfillment.Ledger, r *StateReport) error {
	seen := 0
	err := eachRow(ctx, tx, `SELECT order_id, id, rung, weight_g, reprints, manifest FROM packages ORDER BY order_id, id`, func(scan func(...any) error) error {
		var key fulfillment.PackageKey
		var row fulfillment.LedgerPackage
		if err := scan(&key.Order, &key.Package, &row.Rung, &row.WeightG, &row.Reprints, &row.Manifest); err != nil {
			return err
		}
		want, known := l.Packages[key]
		if r.Packages++; known {
			seen++
		}
		comparePackage(key, row, want, r)
		return nil
	})
	if err != nil || seen == len(l.Packages) {
		return err
	}
	var stored int
	for key, want := range l.Packages {
		err := tx.QueryRowContext(ctx, "SELECT count(*) FROM packages WHERE order_id = ? AND id = ?", string(key.Order), string(key.Package)).Scan(&stored)
		if err != nil {
			return err
		}
		if stored == 0 && want.Rung.Height() > 0 {
			r.differ("package %s of order %s: the events have it %s, and it is not stored", key.Package, key.Order, want.Rung)
		}
	}
	return nil
}

func comparePackage(key fulfillment.PackageKey, row, want fulfillment.LedgerPackage, r *StateReport) {
	if want.Rung == "" {
		want.Rung = fulfillment.RungToPack
	}
	switch {
	case row.Rung.AtLeast(fulfillment.RungCarrierScanned):
		r.Observed++
	case want.Unsure:
		r.Unsure++
	case row.Rung != want.Rung:
		r.differ("package %s of order %s: it is %s, the events say %s", key.Package, key.Order, row.Rung, want.Rung)
	}
	if row.WeightG != want.WeightG {
		r.differ("package %s of order %s: it weighs %d g, the events say %d g", key.Package, key.Order, row.WeightG, want.WeightG)
	}
	if row.Manifest != want.Manifest {
		r.differ("package %s of order %s: it is on manifest %q, the events say %q", key.Package, key.Order, row.Manifest, want.Manifest)
	}
	if row.Reprints != want.Reprints {
		r.differ("package %s of order %s: %d labels were printed again, the events say %d", key.Package, key.Order, row.Reprints, want.Reprints)
	}
}

// compareHolds looks at what persons set here: the others follow from what the platform tells.
func compareHolds(ctx context.Context, tx *sql.Tx, l *fulfillment.Ledger, r *StateReport) error {
	missing := len(l.Holds)
	err := eachRow(ctx, tx, `SELECT id, own_holds, platform_holds FROM orders WHERE own_holds <> '[]' OR id IN (SELECT value FROM json_each(?))`,
		func(scan func(...any) error) error {
			var id fulfillment.OrderID
			var own, platform string
			if err := scan(&id, &own, &platform); err != nil {
				return err
			}
			holds, err := fromList[fulfillment.Hold](own)
			if err != nil {
				return err
			}
			told, err := fromList[fulfillment.Hold](platform)
			if err != nil {
				return err
			}
			if _, known := l.Holds[id]; known {
				missing--
			}
			for _, h := range []fulfillment.Hold{fulfillment.HoldHeld, fulfillment.HoldShort} {
				if has, said := slices.Contains(holds, h), slices.Contains(l.Holds[id], h); has != said && !slices.Contains(told, h) {
					r.differ("order %s: the hold %q is set: %t, by the events: %t", id, h, has, said)
				}
			}
			return nil
		}, heldIDs(l))
	if err == nil && missing > 0 {
		r.differ("%d orders that the events hold are not stored", missing)
	}
	return err
}

// heldIDs are the orders that the events hold, as a JSON list.
func heldIDs(l *fulfillment.Ledger) string {
	ids := make([]string, 0, len(l.Holds))
	for id := range l.Holds {
		ids = append(ids, string(id))
	}
	text, _ := json.Marshal(ids) // strings always can
	return string(text)
}

func compareManifests(ctx context.Context, tx *sql.Tx, q *queries.Queries, l *fulfillment.Ledger, r *StateReport) error {
	rows, err := q.Manifests(ctx)
	if err != nil {
		return err
	}
	stored := map[fulfillment.ManifestID]bool{}
	for _, row := range rows {
		m, err := completeManifest(ctx, q, row)
		if err != nil {
			return err
		}
		r.Manifests++
		stored[m.ID] = true
		var photos int
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM photos WHERE manifest_id = ?", row.ID).Scan(&photos); err != nil {
			return err
		}
		want := l.Manifests[m.ID]
		if want == nil {
			want = &fulfillment.LedgerManifest{}
		}
		compareManifest(m, photos, *want, r)
	}
	for id, want := range l.Manifests {
		if !stored[id] && (len(want.Parcels) > 0 || want.Sealed) {
			r.differ("manifest %s: the events have %d parcels on it, and it is not stored", id, len(want.Parcels))
		}
	}
	return nil
}

func compareManifest(m fulfillment.Manifest, photos int, want fulfillment.LedgerManifest, r *StateReport) {
	if m.Open() == want.Sealed {
		r.differ("manifest %s: it is sealed: %t, by the events: %t", m.ID, !m.Open(), want.Sealed)
	}
	if photos > want.Photos { // the same photo may be told twice, never a photo not at all
		r.differ("manifest %s: %d photos, the events say %d", m.ID, photos, want.Photos)
	}
	var have []fulfillment.LedgerParcel
	for _, p := range m.Parcels {
		line := fulfillment.LedgerParcel{PackageKey: fulfillment.PackageKey{Order: p.OrderID, Package: p.PackageID}, LeftOff: p.LeftOff}
		if want.Sealed { // the seal names the rest
			line.Tracking, line.WeightG = p.Tracking, p.WeightG
		}
		have = append(have, line)
	}
	for _, p := range have {
		if !slices.Contains(want.Parcels, p) {
			r.differ("manifest %s: the parcel %s of order %s is not so in the events", m.ID, p.Package, p.Order)
		}
	}
	for _, p := range want.Parcels {
		if !slices.ContainsFunc(have, func(h fulfillment.LedgerParcel) bool { return h.PackageKey == p.PackageKey }) {
			r.differ("manifest %s: the parcel %s of order %s is in the events only", m.ID, p.Package, p.Order)
		}
	}
}

// compareHand: a count may be lower than the scans, where the platform took items off the order, and never higher.
func compareHand(ctx context.Context, q *queries.Queries, id string, l *fulfillment.Ledger, r *StateReport) error {
	hand, err := inHand(ctx, q, id)
	if err != nil || hand.order == "" {
		return err
	}
	order, units := hand.order, hand.all()
	h, known := l.Hands[id]
	switch {
	case !known || h.Order != order:
		r.differ("station %s: order %s is in hand, and the events have another one there", id, order)
	case !h.Settled && units > h.Units:
		r.differ("station %s: %d units of order %s are counted, the events say %d", id, units, order, h.Units)
	}
	return nil
}

// eachRow calls f for each row of a query.
func eachRow(ctx context.Context, tx *sql.Tx, query string, f func(scan func(...any) error) error, args ...any) (err error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := f(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}
